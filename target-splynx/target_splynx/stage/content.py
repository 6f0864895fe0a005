"""What the rows of a stream say, as a short text: equal for equal rows, whenever and however often they were sent.

`stage.fingerprint` changes with every record that arrives, also when it says nothing new; this does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from target_splynx.stage.store import SOURCE_SCHEMA, Stage
from target_splynx.stage.types import quoted

_STAMP = "_staged_in"


@dataclass(frozen=True)
class Content:
    """Rows of a stream, the newest `updated_at` (None where it has none), and a digest over all values."""

    rows: int
    newest: str | None
    digest: str

    def as_dict(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


def contents(stage: Stage, streams: Iterable[str]) -> dict[str, Content]:
    """Of each stream that was ever staged."""
    found = {}
    known = stage.streams()
    for name in sorted(set(streams) & known.keys()):
        table = f"{SOURCE_SCHEMA}.{quoted(name)}"
        columns = {row[0] for row in stage.connection.execute(f"DESCRIBE {table}").fetchall()}
        newest = "CAST(max(updated_at) AS VARCHAR)" if "updated_at" in columns else "NULL"
        kept = f"* EXCLUDE ({_STAMP})" if _STAMP in columns else "*"
        row = stage.connection.execute(
            f"SELECT count(*), {newest}, CAST(coalesce(bit_xor(hash(said)), 0) AS VARCHAR) "
            f"FROM (SELECT {kept} FROM {table}) AS said"
        ).fetchone()
        if row is not None:
            found[name] = Content(int(row[0]), row[1], str(row[2]))
    return found
