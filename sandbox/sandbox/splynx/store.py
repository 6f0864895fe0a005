"""The sandbox's database: one table per resource, in memory, with indexes that come when they are asked for.

In: cleaned rows (dicts in the form of answers). Out: rows by id, by equality on any column, and their JSON, encoded
once per version of a row. Rows are deleted softly: they stay, marked, and no look-up finds them
(research/splynx-api.md §1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

Encoder = Callable[[dict[str, Any]], bytes]
Values = dict[str, Any]
_ADDITIONAL = "additional_attributes"
encode_json = msgspec.json.Encoder().encode


def index_key(value: object) -> object:
    """How MySQL compares for equality: numbers by value, texts without case and trailing blanks."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    text = str(value).rstrip().casefold()
    if text and (text[0].isdigit() or text[0] in "+-.") and text[-1].isdigit() and "." in text:
        try:
            number = Decimal(text).normalize()
        except InvalidOperation:
            return text
        return str(int(number)) if number == number.to_integral_value() else str(number)
    return text


class Row:
    """A record. ``hidden`` holds what the server knows but never says; ``json`` is the encoded answer or None."""

    __slots__ = ("deleted", "hidden", "id", "json", "values")

    def __init__(self, row_id: int, values: Values, hidden: Values | None = None) -> None:
        self.id = row_id
        self.values = values
        self.hidden = hidden if hidden is not None else {}
        self.deleted = False
        self.json: bytes | None = None

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


class Table:
    """The rows of one resource, in the order of their ids."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: dict[int, Row] = {}
        self.next_id = 1
        self._live: dict[int, Row] = {}
        self._indexes: dict[tuple[str, str], dict[object, dict[int, Row]]] = {}

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._live.values())

    def get(self, row_id: object) -> Row | None:
        """A live row by id."""
        if isinstance(row_id, str):
            if not row_id.isdigit():
                return None
            row_id = int(row_id)
        return self._live.get(row_id) if isinstance(row_id, int) else None

    def add(self, values: Values, hidden: Values | None = None, row_id: int | None = None) -> Row:
        """Insert; the id is the next one unless given (reference data)."""
        new_id = self.next_id if row_id is None else row_id
        self.next_id = max(self.next_id, new_id + 1)
        if "id" in values and not values["id"]:
            values["id"] = new_id
        row = Row(new_id, values, hidden)
        self.rows[new_id] = row
        self._live[new_id] = row
        for index_name, index in self._indexes.items():
            index.setdefault(_key_of(row, index_name), {})[new_id] = row
        return row

    def change(self, row: Row, values: Values) -> None:
        """Write columns of a row; additional attributes are merged."""
        touched = set(values)
        before = {
            name: _key_of(row, name)
            for name in self._indexes
            if name[1] in touched or (name[0] == _ADDITIONAL and _ADDITIONAL in touched)
        }
        additional = values.get(_ADDITIONAL)
        row.values.update(values)
        if additional is not None:
            row.values[_ADDITIONAL] = dict(additional)
        row.json = None
        if row.deleted:
            return
        for name, old in before.items():
            new = _key_of(row, name)
            if new != old:
                index = self._indexes[name]
                index.get(old, {}).pop(row.id, None)
                index.setdefault(new, {})[row.id] = row

    def delete(self, row: Row) -> None:
        """Mark as deleted: no look-up finds the row any more."""
        if row.deleted:
            return
        row.deleted = True
        del self._live[row.id]
        for name, index in self._indexes.items():
            index.get(_key_of(row, name), {}).pop(row.id, None)

    def where(self, column: str, value: object, *, additional: bool = False) -> list[Row]:
        """Live rows whose column equals the value, by index."""
        found = self._index(_ADDITIONAL if additional else "main", column).get(index_key(value))
        return list(found.values()) if found else []

    def first(self, column: str, value: object) -> Row | None:
        """The first live row whose column equals the value."""
        found = self._index("main", column).get(index_key(value))
        return next(iter(found.values()), None) if found else None

    def _index(self, kind: str, column: str) -> dict[object, dict[int, Row]]:
        name = (kind, column)
        index = self._indexes.get(name)
        if index is None:
            index = {}
            for row in self._live.values():
                index.setdefault(_key_of(row, name), {})[row.id] = row
            self._indexes[name] = index
        return index

    def dump(self) -> dict[str, Any]:
        """Plain data for a snapshot."""
        return {
            "next_id": self.next_id,
            "rows": [[r.id, r.values, r.hidden, r.deleted] for r in self.rows.values()],
        }

    def load(self, data: dict[str, Any]) -> None:
        """The reverse of ``dump``."""
        self.rows, self._live, self._indexes = {}, {}, {}
        for row_id, values, hidden, deleted in data["rows"]:
            row = Row(row_id, values, hidden)
            row.deleted = deleted
            self.rows[row_id] = row
            if not deleted:
                self._live[row_id] = row
        self.next_id = data["next_id"]


def _key_of(row: Row, name: tuple[str, str]) -> object:
    kind, column = name
    if kind == _ADDITIONAL:
        return index_key((row.values.get(_ADDITIONAL) or {}).get(column))
    return index_key(row.values.get(column))


class Store:
    """All tables, made when first used."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}

    def __getitem__(self, name: str) -> Table:
        table = self.tables.get(name)
        if table is None:
            table = self.tables[name] = Table(name)
        return table

    def dump(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {name: table.dump() for name, table in sorted(self.tables.items())}

    def load(self, data: dict[str, Any]) -> None:
        """The reverse of ``dump``."""
        self.tables = {}
        for name, table in data.items():
            self[name].load(table)


def encode_rows(rows: Iterable[Row], encode: Encoder) -> bytes:
    """A JSON array of rows, from their prepared JSON where it is still true."""
    parts = []
    for row in rows:
        if row.json is None:
            row.json = encode(row.values)
        parts.append(row.json)
    return b"[" + b",".join(parts) + b"]"
