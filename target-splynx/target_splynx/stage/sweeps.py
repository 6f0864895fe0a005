"""Rows of incremental streams that are gone at the source, told by streams of ids.

A stream that only sends what has changed cannot tell what was deleted. Taps can send all ids beside it, as a stream
`<name>_ids` in full (tap-sonar: setting `deleted_rows_sweep`). In: the names of the streams that were sent in full in
this run. Out: the rows whose id did not come are removed from `sonar.<name>`.

Rows that came in this very run stay, whatever the ids say: they may be younger than the list. If they are gone all the
same, the next run tells.
"""

from __future__ import annotations

from collections.abc import Iterable

from target_splynx.stage.store import RUN_COLUMN, SOURCE_SCHEMA, Stage
from target_splynx.stage.types import quoted

SUFFIX = "_ids"


def swept_stream(stage: Stage, name: str) -> str | None:
    """The stream whose ids this one tells; None when it is one in its own right."""
    of = name.removesuffix(SUFFIX)
    if of == name:
        return None
    keys = stage.keys()
    if not keys.get(name) or keys.get(of) != keys[name]:
        return None
    return of if set(stage.columns(name)) == set(keys[name]) else None


def remove_swept(stage: Stage, closed: Iterable[str]) -> dict[str, int]:
    """Remove what is gone. Returns the rows removed per stream."""
    removed: dict[str, int] = {}
    for ids in sorted(closed):
        name = swept_stream(stage, ids)
        if name is None:
            continue
        match = " AND ".join(f"i.{quoted(key)} = t.{quoted(key)}" for key in stage.keys()[ids])
        row = stage.connection.execute(
            f"DELETE FROM {SOURCE_SCHEMA}.{quoted(name)} t WHERE {RUN_COLUMN} IS DISTINCT FROM ? "
            f"AND NOT EXISTS (SELECT 1 FROM {SOURCE_SCHEMA}.{quoted(ids)} i WHERE {match})",
            [stage.run],
        ).fetchone()
        removed[name] = int(row[0]) if row else 0
    return removed
