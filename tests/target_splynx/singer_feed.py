"""Singer messages for tests: streams with records, in the order in which a tap would send them."""

from __future__ import annotations

import json
from typing import Any

TYPES: dict[str, dict[str, Any]] = {
    "int": {"type": ["integer", "null"]},
    "text": {"type": ["string", "null"]},
    "money": {"type": ["number", "null"]},
    "bool": {"type": ["boolean", "null"]},
    "time": {"type": ["string", "null"], "format": "date-time"},
    "date": {"type": ["string", "null"], "format": "date"},
    "ids": {"type": ["array", "null"], "items": {"type": "integer"}},
    "any": {"type": ["object", "null"]},
}


class Feed:
    """Lines of a tap. `stream` sends a stream in full, as a tap does that reads tables from beginning to end."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def send(self, kind: str, **message: Any) -> Feed:
        self.lines.append(json.dumps({"type": kind, **message}))
        return self

    def schema(self, name: str, columns: dict[str, Any], key: tuple[str, ...] = ("id",)) -> Feed:
        properties = {column: TYPES[kind] if isinstance(kind, str) else kind for column, kind in columns.items()}
        schema = {"type": "object", "properties": properties}
        return self.send("SCHEMA", stream=name, schema=schema, key_properties=list(key))

    def record(self, name: str, /, **values: Any) -> Feed:
        return self.send("RECORD", stream=name, record=values)

    def activate(self, name: str, version: int = 1) -> Feed:
        return self.send("ACTIVATE_VERSION", stream=name, version=version)

    def state(self, value: dict[str, Any]) -> Feed:
        return self.send("STATE", value=value)

    def stream(self, name: str, columns: dict[str, Any], rows: list[dict[str, Any]], *, key: tuple[str, ...] = ("id",), version: int = 1) -> Feed:
        self.schema(name, columns, key).activate(name, version)
        for row in rows:
            self.record(name, **row)
        return self.activate(name, version)

    @property
    def text(self) -> str:
        return "".join(line + "\n" for line in self.lines)
