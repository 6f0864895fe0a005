"""Personal data out of workspace and ledger when the migration is over; what proves what was written stays.

In: the settings, the ledger held by this process. Out: what was wiped, and what a person has to look after.

Gone: the staging file, spools, uploads, generated passwords, reports, reconciliations; payloads, before-images, labels
and messages in the ledger. Kept: which record of the source became which record in Splynx, in which run and when, with
which outcome and reason code, and the SHA-256 of each payload (in its canonical form, `ledger.entries.encode`).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from target_splynx.errors import MigrationError
from target_splynx.ledger.entries import decode, encode, now
from target_splynx.ledger.opening import PURGED
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.tables import meta, operations, records, runs

WIPED_FILES = (
    "staging.duckdb",
    "staging.duckdb.wal",
    "staging.duckdb.tmp",
    "spool",
    "uploads",
    "reports",
    "reconcile",
    "verify",
    "passwords.csv",
    "handwork.html",
    "handwork.csv",
    "handwork.json",
    "handwork-ticks.json",
    "pulse.json",
)
"""What lies in a workspace and may hold data of persons. Anything else there is named, not touched: the folder may be
somebody's own."""

KEPT_FILES = ("lock", "ledger.sqlite", "ledger.sqlite.lock", "ledger.sqlite-wal", "ledger.sqlite-shm")
DIGEST = "_sha256"
_CHUNK = 2000


@dataclass
class Purged:
    """What was wiped (or would be): files by name with their bytes, rows by table; `left`: other files there."""

    files: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def inventory(workspace: Path, ledger: Ledger) -> Purged:
    """What a purge would wipe. Changes nothing."""
    found = Purged()
    for path in _wiped(workspace):
        found.files[path.name] = _size(path)
    with ledger.engine.connect() as connection:
        for table in (records, operations):
            query = sa.select(sa.func.count()).select_from(table).where(table.c.payload.not_like(f'{{"{DIGEST}":%'))
            found.rows[table.name] = int(connection.execute(query).scalar() or 0)
    if workspace.is_dir():
        known = {*KEPT_FILES, *found.files}
        found.left = sorted(path.name for path in workspace.iterdir() if path.name not in known)
    return found


def purge(workspace: Path, ledger: Ledger) -> Purged:
    """Wipe. The caller holds workspace and ledger.

    Raises:
        MigrationError: writes are in doubt; their payloads are still needed to look them up.
    """
    if ledger.in_doubt():
        raise MigrationError(
            "Some writes of an interrupted run are in doubt, and their payloads are needed to look them up in Splynx: "
            "run the migration once more, then purge. Nothing was wiped."
        )
    found = inventory(workspace, ledger)
    _wipe_ledger(ledger)
    for path in _wiped(workspace):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return found


def _wiped(workspace: Path) -> Iterator[Path]:
    for name in WIPED_FILES:
        if (workspace / name).exists():
            yield workspace / name
    yield from sorted(workspace.glob("tmp*.ndjson"))  # rows of a plan that was broken off


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size


def _wipe_ledger(ledger: Ledger) -> None:
    """In portions that can be repeated: a purge that was killed goes on when it is started again."""
    engine = ledger.engine
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.execute(sa.text("PRAGMA secure_delete = ON"))
    with engine.begin() as connection:
        known = connection.execute(sa.select(meta.c.value).where(meta.c.key == PURGED)).scalar()
        if known is None:
            connection.execute(meta.insert().values(key=PURGED, value=now()))
    key = [records.c.model, records.c.source_key]
    _rewrite(ledger, records, key, lambda row: {"payload": digest(row["payload"])})
    _rewrite(ledger, operations, [operations.c.id], _operation_without_persons)
    with engine.begin() as connection:
        for row in connection.execute(sa.select(runs.c.id, runs.c.summary)).all():
            summary: dict[str, Any] = decode(row.summary or "{}")
            for entry in summary.get("rows", []):
                entry["problem"] = "" if entry.get("problem") else entry.get("problem")
            connection.execute(runs.update().where(runs.c.id == row.id).values(summary=encode(summary)))
    _give_space_back(engine)


def _rewrite(
    ledger: Ledger, table: sa.Table, key: list[sa.Column[Any]], changed: Callable[[Any], dict[str, Any]]
) -> None:
    plain = sa.select(table).where(table.c.payload.not_like(f'{{"{DIGEST}":%')).order_by(*key).limit(_CHUNK)
    while True:
        with ledger.engine.begin() as connection:
            rows = connection.execute(plain).mappings().all()
            if not rows:
                return
            matches = [column == sa.bindparam(f"_{column.name}") for column in key]
            values = [{**{f"_{c.name}": row[c.name] for c in key}, **changed(row)} for row in rows]
            names: dict[str, Any] = {name: sa.bindparam(name) for name in values[0] if not name.startswith("_")}
            connection.execute(table.update().where(*matches).values(names), values)


def _operation_without_persons(row: Any) -> dict[str, Any]:
    return {
        "payload": digest(row["payload"]),
        "before": digest(row["before"]) if row["before"] else None,
        "label": "",
        "message": None,
        "remedy": None,
    }


def digest(payload: str) -> str:
    """What stands in the ledger instead of a payload: the SHA-256 of its canonical JSON."""
    return encode({DIGEST: hashlib.sha256(encode(decode(payload)).encode()).hexdigest()})


def _give_space_back(engine: sa.Engine) -> None:
    """The old values are still in the database's file until it is written anew."""
    statement = "VACUUM" if engine.dialect.name == "sqlite" else "VACUUM (FULL) operations, records, runs"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(statement))
        if engine.dialect.name == "sqlite":
            connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
