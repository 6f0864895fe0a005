"""One run at a time per ledger, wherever the runs are started: other workspaces, other machines, other containers.

PostgreSQL: an advisory lock of a connection that is kept for the run; the server gives it back when the connection
ends, also when the process was killed. SQLite: a lock of the operating system on a file beside the ledger, which goes
with the process. In both, `meta` tells who holds it and since when, for the message to whoever comes second.
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import logging
import os
import socket
import time
from pathlib import Path
from typing import Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from target_splynx.errors import LedgerBusy, LedgerError
from target_splynx.ledger.entries import now
from target_splynx.ledger.tables import meta

logger = logging.getLogger(__name__)

HOLDER = "holder"
PROBE_SECONDS = 5.0
"""At most this long after a lost lock the next write finds out."""


class Holder(msgspec.Struct, frozen=True):
    """Who works with a ledger. `since` in UTC."""

    host: str
    process: int
    user: str
    workspace: str
    since: str

    def __str__(self) -> str:
        """As a person reads it."""
        return f"{self.user}@{self.host}, process {self.process}, workspace {self.workspace}, since {self.since}"


class Hold(Protocol):
    """What both kinds of databases do. Whoever has one may write."""

    def probe(self) -> None:
        """Raise LedgerError when the lock was lost meanwhile (the database was restarted)."""

    def release(self) -> None:
        """Give it back; nothing happens when that was done already."""


def take(engine: sa.Engine, *, workspace: Path | str = "") -> Hold:
    """Hold the ledger for this process, and tell others who does.

    Raises:
        LedgerBusy: another run holds it; the message says who, where and since when.
    """
    hold: Hold
    if engine.dialect.name == "postgresql":
        hold = _Advisory(engine)
    else:
        hold = _File(engine)
    _tell(engine, Holder(socket.gethostname(), os.getpid(), _user(), str(workspace) or str(Path.cwd()), now()))
    return hold


def holder(engine: sa.Engine) -> Holder | None:
    """Who holds the ledger, or held it last."""
    with engine.connect() as connection:
        text = connection.execute(sa.select(meta.c.value).where(meta.c.key == HOLDER)).scalar()
    try:
        return msgspec.json.decode(text, type=Holder) if text else None
    except msgspec.DecodeError:
        return None


class _Advisory:
    """A PostgreSQL advisory lock: one per database and schema."""

    def __init__(self, engine: sa.Engine) -> None:
        # A connection of its own: one of the pool would be lost with a long pause, and the lock with it.
        self._engine = sa.create_engine(
            engine.url, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
        )
        self._connection: sa.Connection | None = self._engine.connect()
        self._probed = time.monotonic()
        schema = str(self._connection.execute(sa.text("SELECT current_schema()")).scalar())
        taken = self._connection.execute(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": _key(schema)}).scalar()
        if not taken:
            self.release()
            raise _busy(engine)

    def probe(self) -> None:
        if time.monotonic() - self._probed < PROBE_SECONDS:
            return
        self._probed = time.monotonic()
        try:
            if self._connection is None:
                raise LedgerError("The ledger is no longer held by this run.")
            self._connection.execute(sa.text("SELECT 1"))
        except sa.exc.SQLAlchemyError:
            raise LedgerError(
                "The connection to the ledger was lost, and with it the right to write. "
                "Run again: nothing is lost or doubled."
            ) from None

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._engine.dispose()


class _File:
    """A lock on `<ledger>.lock`. A ledger in memory is its process's own."""

    def __init__(self, engine: sa.Engine) -> None:
        self._descriptor: int | None = None
        database = engine.url.database
        if database in {None, "", ":memory:"}:
            return
        self._descriptor = os.open(f"{database}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.release()
            raise _busy(engine) from None

    def probe(self) -> None:
        """The lock of a file cannot be lost while the process lives."""

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _busy(engine: sa.Engine) -> LedgerBusy:
    who = holder(engine)
    return LedgerBusy(
        f"Another run works with this ledger ({who or 'it has not told who it is'}): wait for it, or stop it."
    )


def _tell(engine: sa.Engine, who: Holder) -> None:
    insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(meta).values(key=HOLDER, value=msgspec.json.encode(who).decode())
    with engine.begin() as connection:
        connection.execute(
            statement.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": statement.excluded.value})
        )


def _key(schema: str) -> int:
    """A number for the lock that no other program picks by chance: 63 bits of a digest."""
    return int.from_bytes(hashlib.sha256(f"target-splynx ledger {schema}".encode()).digest()[:8], "big") >> 1


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return str(os.getuid())
