"""From an answer's rows to records.

In: rows as Sonar sends them (Int64Bit as strings, relations as nested connections). Out: the same dicts,
changed in place: integers as integers, text as text, ids of relations as arrays, and the replication key in
UTC, so that bookmarks compare as strings. Everything else is left as it came.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone
from typing import Any

from tap_sonar.definition import StreamDefinition
from tap_sonar.relations import Relation

Row = dict[str, Any]


class Converter:
    """Converts the rows of one stream for a fixed selection of properties."""

    def __init__(
        self, definition: StreamDefinition, selected: Collection[str], replication_key: str | None = None
    ) -> None:
        """Work out once which columns need anything done."""
        plain = [name for name in definition.properties if name not in definition.relations]
        used = [name for name in plain if name in selected or name == "id"]
        self._integers = [name for name in used if _type_of(definition, name) == "integer"]
        self._integer_lists = [name for name in used if _items_of(definition, name) == "integer"]
        self._text = [name for name in used if name in definition.text and _type_of(definition, name) == "string"]
        self._time = replication_key
        self._relations = [relation for name, relation in definition.relations.items() if name in selected]

    def convert(self, rows: list[Row]) -> None:
        """Change the rows in place. Lists of relations longer than one nested page are completed by the caller."""
        for name in self._integers:
            for row in rows:
                value = row.get(name)
                if value.__class__ is str:
                    row[name] = int(value)
        for name in self._text:
            for row in rows:
                value = row.get(name)
                if value is not None and value.__class__ is not str:
                    row[name] = str(value)
        self._convert_lists(rows)
        self._convert_time(rows)
        for relation in self._relations:
            _convert_relation(relation, rows)

    def _convert_lists(self, rows: list[Row]) -> None:
        for name in self._integer_lists:
            for row in rows:
                if row.get(name):
                    row[name] = [None if item is None else int(item) for item in row[name]]

    def _convert_time(self, rows: list[Row]) -> None:
        if self._time is None:
            return
        for row in rows:
            value = row.get(self._time)
            if value is not None and value[-6:] != "+00:00":
                row[self._time] = in_utc(value)


def _convert_relation(relation: Relation, rows: list[Row]) -> None:
    for row in rows:
        nested = row.pop(relation.field, None)
        if relation.many:
            items = nested["entities"] if nested else ()
            row[relation.property_name] = [int(item["id"]) for item in items if item is not None]
        else:
            row[relation.property_name] = int(nested["id"]) if nested else None


def in_utc(value: str) -> str:
    """An ISO 8601 moment as `…+00:00`; a moment without offset is taken for UTC (research/sonar-api.md "Values")."""
    moment = datetime.fromisoformat(value.replace("Z", "+00:00").replace(" ", "T", 1))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc).isoformat()


def _type_of(definition: StreamDefinition, name: str) -> str:
    types = definition.properties[name].get("type", "string")
    return next((item for item in types if item != "null"), "null") if isinstance(types, list) else str(types)


def _items_of(definition: StreamDefinition, name: str) -> str:
    if _type_of(definition, name) != "array":
        return ""
    types = (definition.properties[name].get("items") or {}).get("type", "string")
    return next((item for item in types if item != "null"), "null") if isinstance(types, list) else str(types)
