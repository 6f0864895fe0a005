"""What a section was written by: facts that must stay the same while its records live (day and strategy of the money).

Kept in `meta` as `basis:<section>`. Until a record of the section is there, each plan may set it anew; afterwards it
holds, whatever the settings say. Only the list `later` grows: an entry for each group of records that joins (accounts
after a pilot). It holds, too, as soon as the run that added it, or a later one, has written. A rollback that takes all
records away frees everything.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from target_splynx.ledger.tables import meta, operations, records

_IN_DOUBT = "sent"
LATER = "later"
"""The fact that grows: a list of entries as JSON text, each with the `run` that added it."""


def basis(engine: sa.Engine, section: str) -> dict[str, str] | None:
    """The facts by which the section's records were written; None while there are none."""
    with engine.connect() as connection:
        if not _written(connection, section):
            return None
        known = _known(connection, section)
        if known is not None and LATER in known:
            known[LATER] = json.dumps(_held(connection, section, known))
    return known


def set_basis(engine: sa.Engine, section: str, facts: dict[str, str], run: int = 0) -> None:
    """Keep the facts of the plan that is about to be loaded.

    Where the section has been written already, only what joins it is added, under the number of this run.
    """
    with engine.begin() as connection:
        known = _known(connection, section)
        if known is not None and _written(connection, section):
            if LATER not in known and LATER not in facts:
                return
            held = _held(connection, section, known)
            new = json.loads(facts.get(LATER, "[]"))[len(held) :]
            facts = {**known, LATER: json.dumps([*held, *({**entry, "run": run} for entry in new)])}
        key = f"basis:{section}"
        connection.execute(meta.delete().where(meta.c.key == key))
        connection.execute(meta.insert().values(key=key, value=json.dumps(facts, sort_keys=True)))


def _known(connection: sa.Connection, section: str) -> dict[str, str] | None:
    text = connection.execute(sa.select(meta.c.value).where(meta.c.key == f"basis:{section}")).scalar()
    return {str(name): str(value) for name, value in json.loads(text).items()} if text else None


def _held(connection: sa.Connection, section: str, known: dict[str, str]) -> list[dict[str, Any]]:
    """The entries of `later` by which something may have been written."""
    entries = json.loads(known.get(LATER, "[]"))
    return [entry for entry in entries if _written(connection, section, int(entry.get("run") or 0))]


def _written(connection: sa.Connection, section: str, since: int = 0) -> bool:
    """Whether anything of the section is in Splynx, or may be, that the run `since` or a later one has sent."""
    own = f"{section}/%"
    for query in (
        sa.select(records.c.source_key).where(
            records.c.model.like(own), records.c.state != "deleted", records.c.run >= since
        ),
        sa.select(operations.c.id).where(
            operations.c.model.like(own), operations.c.state == _IN_DOUBT, operations.c.run >= since
        ),
    ):
        if connection.execute(query.limit(1)).first() is not None:
            return True
    return False
