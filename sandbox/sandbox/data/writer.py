"""Bulk writing into the store: one buffered table per Sonar type.

In: field values by the contract's names. Out: rows in SQLite, with id, unique id, version and timestamps filled in.
A name that the contract does not know is an error at once, not a silent NULL.
"""

from __future__ import annotations

import sqlite3
import zlib
from typing import Any

from sandbox.sonar.contract import load_contract
from sandbox.sonar.store import columns

BUFFERED_ROWS = 4_000
GAP_EVERY = 23
"""Ids of a live instance have holes (rows that were deleted), so ours do: one is left out after every 23rd."""


def version_of(row_id: int, updated_at: str) -> str:
    """``_version`` of a row: changes whenever ``updated_at`` does.

    GUESS: the format is unknown (research/sonar-api.md, "Still unknown"); eight hex digits here.
    """
    return f"{zlib.crc32(f'{row_id}/{updated_at}'.encode()):08x}"


class Table:
    """Rows of one type on their way to the store. ``add`` gives the id of the new row."""

    def __init__(
        self, connection: sqlite3.Connection, name: str, default_stamp: str, only_stamp: str | None = None
    ) -> None:
        fields = load_contract().leaf_fields(name)
        self.name = name
        self.count = 0
        self._connection = connection
        self._default_stamp = default_stamp
        self._only_stamp = only_stamp
        self._unique_prefix = f"{zlib.crc32(name.encode()):08x}"
        self._has_version = "_version" in fields
        self._has_unique = "sonar_unique_id" in fields
        self._has_id = "id" in fields
        self._has_stamps = "updated_at" in fields
        # A boolean that must not be null and is not named is false; everything else that is not named is null.
        self._template: dict[str, Any] = {
            key: 0 if field.type.name == "Boolean" and field.type.non_null else None for key, field in fields.items()
        }
        known = columns(name)
        if list(known) != list(self._template):
            raise RuntimeError(f"store and contract disagree about the columns of {name}")
        marks = ", ".join("?" * len(known))
        names = ", ".join(f'"{column}"' for column in known)
        self._statement = f'INSERT INTO "{name}" ({names}) VALUES ({marks})'
        self._width = len(known)
        self._rows: list[tuple[Any, ...]] = []
        self._next_id = 1

    def reserve(self) -> int:
        """Take the next id for a row that is written later with ``id=``."""
        row_id = self._next_id
        self._next_id += 2 if row_id % GAP_EVERY == 0 else 1
        return row_id

    def continue_after(self, highest_id: int) -> None:
        """Go on numbering after the rows that the table holds already."""
        self._next_id = highest_id + 1

    def add(self, *, created: str | None = None, updated: str | None = None, **values: Any) -> int:
        """Buffer one row. ``created`` and ``updated`` are stamps; without ``updated`` the row was never touched."""
        row = self._template.copy()
        row.update(values)
        if len(row) != self._width:
            unknown = sorted(set(row) - set(self._template))
            raise KeyError(f"{self.name} has no field {', '.join(unknown)}")
        row_id: int = values.get("id") or self.reserve()
        if self._has_id:
            row["id"] = row_id
        if self._has_unique:
            row["sonar_unique_id"] = f"{self._unique_prefix}{row_id:010x}"
        if self._has_stamps:
            row["created_at"] = self._only_stamp or created or self._default_stamp
            row["updated_at"] = self._only_stamp or updated or row["created_at"]
            if self._has_version:
                row["_version"] = version_of(row_id, row["updated_at"])
        self._rows.append(tuple(row.values()))
        self.count += 1
        if len(self._rows) >= BUFFERED_ROWS:
            self.flush()
        return row_id

    def flush(self) -> None:
        """Send what is buffered to SQLite (inside the caller's transaction)."""
        if self._rows:
            self._connection.executemany(self._statement, self._rows)
            self._rows = []


class Writer:
    """All tables of one store. ``writer["Account"].add(name=…)``.

    ``append``: the store holds rows already. Numbering goes on after the highest id, and every row is stamped with
    ``default_stamp``, whatever its maker asks for: on a live instance a new row is new.
    """

    def __init__(self, connection: sqlite3.Connection, default_stamp: str, *, append: bool = False) -> None:
        self.connection = connection
        self.default_stamp = default_stamp
        self._append = append
        self._tables: dict[str, Table] = {}
        self._relations: list[tuple[str, int, str, str, int]] = []

    def __getitem__(self, name: str) -> Table:
        table = self._tables.get(name)
        if table is None:
            table = Table(self.connection, name, self.default_stamp, self.default_stamp if self._append else None)
            if self._append:
                # Never the id of a row that was deleted: the highest one may be gone, its traces are not.
                highest = self.connection.execute(f'SELECT max(id) FROM "{name}"').fetchone()[0]
                table.continue_after((highest or 0) + 1)
            self._tables[name] = table
        return table

    def relate(self, owner: tuple[str, int, str], target: tuple[str, int, str | None]) -> None:
        """Write a many-to-many link, from both sides where both have a field.

        ``owner`` and ``target`` are (type, id, the field of that type that leads to the other one).
        """
        owner_type, owner_id, owner_field = owner
        target_type, target_id, target_field = target
        self._relations.append((owner_type, owner_id, owner_field, target_type, target_id))
        if target_field is not None:
            self._relations.append((target_type, target_id, target_field, owner_type, owner_id))

    def file_content(self, file_id: int, content: bytes) -> None:
        """The bytes behind ``/api/files/{id}``."""
        self.connection.execute('INSERT INTO "_file_content" VALUES (?, ?)', (file_id, content))

    def flush(self) -> None:
        """Send everything that is buffered to SQLite."""
        for table in self._tables.values():
            table.flush()
        self.connection.executemany('INSERT OR IGNORE INTO "_relation" VALUES (?, ?, ?, ?, ?)', self._relations)
        self._relations = []
