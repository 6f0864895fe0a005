"""Ledgers that an older version wrote are brought up to date when they are opened.

`meta.version` says which tables a ledger has. Each step leads from one version to the next, is safe to repeat (a
process may die in the middle; SQLite commits DDL at once), and never takes anything away: an older target-splynx
refuses the ledger afterwards, but nothing that it wrote is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import sqlalchemy as sa

from target_splynx.ledger import hold
from target_splynx.ledger.tables import VERSION, meta, metadata

logger = logging.getLogger(__name__)


def migrate(engine: sa.Engine, known: int) -> None:
    """From version `known` to VERSION. Nobody else may work with the ledger meanwhile.

    Raises:
        LedgerBusy: a run works with it.
    """
    held = hold.take(engine)
    try:
        for version in range(known + 1, VERSION + 1):
            STEPS[version](engine)
            with engine.begin() as connection:
                connection.execute(meta.update().where(meta.c.key == "version").values(value=str(version)))
            logger.info("ledger: tables brought from version %d to %d", version - 1, version)
        metadata.create_all(engine)
    finally:
        held.release()


def add_columns(engine: sa.Engine, table: str, *names: str) -> None:
    """Add columns of `tables.py` that a ledger does not have yet."""
    have = {column["name"] for column in sa.inspect(engine).get_columns(table)}
    with engine.begin() as connection:
        for column in (metadata.tables[table].c[name] for name in names if name not in have):
            kind = column.type.compile(engine.dialect)
            quoted = engine.dialect.identifier_preparer.quote
            connection.execute(sa.text(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column.name)} {kind}"))


def _to_2(engine: sa.Engine) -> None:
    """`operations.matched_by`; on PostgreSQL source keys sort by code points, as in SQLite and in Python."""
    add_columns(engine, "operations", "matched_by")
    if engine.dialect.name != "postgresql":
        return
    with engine.begin() as connection:
        for table in ("records", "operations"):
            for column in ("model", "source_key"):
                kind = metadata.tables[table].c[column].type.compile(engine.dialect)
                connection.execute(sa.text(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}"))


STEPS: dict[int, Callable[[sa.Engine], None]] = {2: _to_2}
