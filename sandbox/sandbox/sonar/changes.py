"""Live change: rows that change, come and go while the server is asked, as on an instance with people at work.

In: a store file and a number of changes per second. Out: changed rows, and a journal of what was done. A
touch moves
``updated_at`` of the row itself only, children never move their parent; deletes are hard
(research/sonar-api.md "Change, deletion, history").
"""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from sandbox.sonar.contract import load_contract
from sandbox.sonar.store import columns, open_database

# A field that people at work change. Rows of other types only get a new `updated_at`: a renamed status or service would
# break the maps that an operator has made.
_TEXT_FIELDS = {
    "Account": "name",
    "Address": "line2",
    "Contact": "role",
    "Debit": "description",
    "Job": "completion_notes",
    "Note": "message",
    "Payment": "description",
    "Task": "task",
    "Ticket": "subject",
}

# Rows that nothing else points at: they may come and go.
_COMING_AND_GOING = ("Note", "PhoneNumber", "CallLog", "TicketComment", "JobCheckIn", "Task", "Log")

_DELETE_SHARE, _INSERT_SHARE = 0.05, 0.10


class LiveChanges:
    """A thread that changes the store; does nothing at a rate of 0."""

    def __init__(self, database: Path, per_second: float, *, seed: int = 1) -> None:
        self._database = database
        self._per_second = per_second
        self._random = random.Random(seed)
        self._journal: list[dict[str, Any]] = []
        self._finish = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start changing."""
        if self._per_second > 0:
            self._thread = threading.Thread(target=self._run, name="sonar-changes", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop and wait for the change under way."""
        self._finish.set()
        if self._thread is not None:
            self._thread.join()

    def counts(self) -> dict[str, int]:
        """How many rows were touched, inserted and deleted."""
        found = {"touched": 0, "inserted": 0, "deleted": 0}
        for entry in list(self._journal):
            found[entry["kind"]] += 1
        return found

    def journal(self) -> list[dict[str, Any]]:
        """What was done, oldest first: ``{"kind": "touched", "type": "Contact", "id": 7}``."""
        return list(self._journal)

    def _run(self) -> None:
        connection = open_database(self._database)
        try:
            tables = _tables_with_rows(connection)
            started, done = time.monotonic(), 0
            while tables and not self._finish.is_set():
                due = int((time.monotonic() - started) * self._per_second) - done
                if due <= 0:
                    self._finish.wait(min(0.05, 1 / self._per_second))
                    continue
                # One transaction for what is due: at 200 changes a second a commit each would be the
                # bottleneck.
                connection.execute("BEGIN IMMEDIATE")
                entries = [self._change(connection, tables) for _ in range(due)]
                connection.execute("COMMIT")
                self._journal.extend(entry for entry in entries if entry is not None)
                done += due
        finally:
            connection.close()

    def _change(self, connection: sqlite3.Connection, tables: list[str]) -> dict[str, Any] | None:
        dice = self._random.random()
        if dice < _DELETE_SHARE + _INSERT_SHARE:
            table = self._random.choice(_COMING_AND_GOING)
            identity = self._some_row(connection, table)
            if identity is not None and dice < _DELETE_SHARE:
                connection.execute(f'DELETE FROM "{table}" WHERE id = ?', (identity,))
                return {"kind": "deleted", "type": table, "id": identity}
            if identity is not None:
                return {"kind": "inserted", "type": table, "id": self._copy(connection, table, identity)}
        # Half of the touches go where people work most.
        busy = [name for name in tables if name in _TEXT_FIELDS] or tables
        table = self._random.choice(self._random.choice((tables, busy)))
        identity = self._some_row(connection, table)
        return self._touch(connection, table, identity) if identity is not None else None

    def _some_row(self, connection: sqlite3.Connection, table: str) -> int | None:
        highest = connection.execute(f'SELECT max(id) FROM "{table}"').fetchone()[0]
        if highest is None:
            return None
        wanted = self._random.randint(1, highest)
        row = connection.execute(f'SELECT id FROM "{table}" WHERE id >= ? LIMIT 1', (wanted,)).fetchone()
        return int(row[0]) if row else None

    def _touch(self, connection: sqlite3.Connection, table: str, identity: int) -> dict[str, Any]:
        names = columns(table)
        changes = {"updated_at": _now(connection)}
        if "_version" in names:
            changes["_version"] = f"{self._random.getrandbits(64):016x}"
        if text := _TEXT_FIELDS.get(table):
            old = connection.execute(f'SELECT "{text}" FROM "{table}" WHERE id = ?', (identity,)).fetchone()[0]
            changes[text] = f"{(old or text).split(' ~')[0]} ~{self._random.randint(1, 9999)}"
        assignments = ", ".join(f'"{name}" = ?' for name in changes)
        connection.execute(f'UPDATE "{table}" SET {assignments} WHERE id = ?', (*changes.values(), identity))
        return {"kind": "touched", "type": table, "id": identity}

    def _copy(self, connection: sqlite3.Connection, table: str, identity: int) -> int:
        names = list(columns(table))
        row = connection.execute(f'SELECT * FROM "{table}" WHERE id = ?', (identity,)).fetchone()
        values = dict(zip(names, row, strict=True))
        values["id"] = connection.execute(f'SELECT max(id) + 1 FROM "{table}"').fetchone()[0]
        values["created_at"] = values["updated_at"] = _now(connection)
        values["sonar_unique_id"] = f"live-{table}-{values['id']}"
        marks = ", ".join("?" for _ in names)
        connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', [values[name] for name in names])
        return int(values["id"])


def _tables_with_rows(connection: sqlite3.Connection) -> list[str]:
    return [
        name
        for name in load_contract().stored_types
        if {"id", "updated_at"} <= columns(name).keys()
        and connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()
    ]


def _now(connection: sqlite3.Connection) -> str:
    """The time of day, or the data set's own `now` where that is later: a change is never older than the data."""
    now = dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds")
    row = connection.execute("SELECT value FROM _meta WHERE key = 'generated_at'").fetchone()
    return max(now, row[0]) if row else now
