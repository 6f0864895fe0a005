"""What a section was written by: facts that must stay the same while its records live (day and strategy of the money).

Kept in `meta` as `basis:<section>`. Until a record of the section is there, each plan may set it anew; afterwards it
holds, whatever the settings say. A rollback that takes all records away frees it.
"""

from __future__ import annotations

import json

import sqlalchemy as sa

from target_splynx.ledger.tables import meta, operations, records

_IN_DOUBT = "sent"


def basis(engine: sa.Engine, section: str) -> dict[str, str] | None:
    """The facts by which the section's records were written; None while there are none."""
    with engine.connect() as connection:
        if not _written(connection, section):
            return None
        text = connection.execute(sa.select(meta.c.value).where(meta.c.key == f"basis:{section}")).scalar()
    return {str(name): str(value) for name, value in json.loads(text).items()} if text else None


def set_basis(engine: sa.Engine, section: str, facts: dict[str, str]) -> None:
    """Keep the facts of the plan that is about to be loaded, unless the section has been written already."""
    key = f"basis:{section}"
    with engine.begin() as connection:
        known = connection.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar()
        if known is not None and _written(connection, section):
            return
        connection.execute(meta.delete().where(meta.c.key == key))
        connection.execute(meta.insert().values(key=key, value=json.dumps(facts, sort_keys=True)))


def _written(connection: sa.Connection, section: str) -> bool:
    """Whether anything of the section is in Splynx, or may be."""
    for query in (
        sa.select(records.c.source_key).where(records.c.model.like(f"{section}/%"), records.c.state != "deleted"),
        sa.select(operations.c.id).where(operations.c.model.like(f"{section}/%"), operations.c.state == _IN_DOUBT),
    ):
        if connection.execute(query.limit(1)).first() is not None:
            return True
    return False
