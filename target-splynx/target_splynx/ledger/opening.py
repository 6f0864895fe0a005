"""Opening a ledger: its database is there or is made, private, of this version, and of this Splynx.

In: a SQLAlchemy URL and the address of a Splynx. Out: an engine, and whether the payloads were wiped.
"""

from __future__ import annotations

import time
from pathlib import Path

import sqlalchemy as sa

from target_splynx.contract.resource import API_PREFIX
from target_splynx.errors import LedgerError
from target_splynx.ledger.migrations import migrate
from target_splynx.ledger.tables import VERSION, meta, metadata, tune_sqlite

OPEN_PAUSE_SECONDS = 0.02

PURGED = "purged"
"""Key in `meta`: when the payloads were wiped (`target_splynx.purge`)."""


def opened(url: str, splynx: str) -> tuple[sa.Engine, str | None]:
    """The engine of the ledger of this Splynx, and the time (ISO 8601) when it was purged.

    Raises:
        LedgerError: it cannot be reached, is newer than this program, or belongs to another Splynx.
    """
    try:
        # Parameters are values of customers: no error message shows them.
        engine = sa.create_engine(url, hide_parameters=True)
        if engine.dialect.name == "sqlite":
            _private(engine.url.database)
            tune_sqlite(engine)
        return engine, _known(engine, splynx).get(PURGED)
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError, OSError) as error:
        raise LedgerError(f"The ledger cannot be opened: {str(error).splitlines()[0]} Check `ledger_url`.") from None


def _known(engine: sa.Engine, splynx: str) -> dict[str, str]:
    """Make the tables and note whose they are. Who comes at the same moment may find a table made meanwhile."""
    tries = 2 * len(metadata.tables)
    while True:
        tries -= 1
        try:
            metadata.create_all(engine)
            return _owner(engine, splynx)
        except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.IntegrityError):
            if not tries:
                raise
            time.sleep(OPEN_PAUSE_SECONDS)


def _owner(engine: sa.Engine, splynx: str) -> dict[str, str]:
    """What the ledger tells about itself, of this version and this Splynx."""
    splynx = _address(splynx)
    with engine.begin() as connection:
        known = {row.key: row.value for row in connection.execute(sa.select(meta.c.key, meta.c.value))}
        if not known:
            connection.execute(
                meta.insert(), [{"key": "version", "value": str(VERSION)}, {"key": "splynx", "value": splynx}]
            )
            return known
    version = int(known.get("version", "0"))
    if version > VERSION:
        raise LedgerError("The ledger was written by a newer target-splynx: update this one.")
    if _address(known.get("splynx", "")) != splynx:
        raise LedgerError(
            f"The ledger belongs to {known.get('splynx')}, not to {splynx}. "
            "Use another `workspace` (or `ledger_url`) for each Splynx."
        )
    if version < VERSION:
        migrate(engine, version)
    return known


def _private(database: str | None) -> None:
    """Make the file before SQLite does, for its owner only: payloads are personal, some hold passwords. SQLite gives
    the files beside it (`-wal`, `-shm`) the same mode."""
    if database in {None, "", ":memory:"} or str(database).startswith("file:"):
        return
    path = Path(str(database))
    if path.parent.is_dir():
        path.touch(mode=0o600)
        path.chmod(0o600)


def _address(url: str) -> str:
    """A server's address in one form: with or without the API's path and a slash at the end it is the same Splynx."""
    return url.rstrip("/").removesuffix(API_PREFIX).rstrip("/").casefold()
