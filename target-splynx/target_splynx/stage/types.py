"""JSON schema of a Singer property → DuckDB type."""

from __future__ import annotations

from typing import Any

_FORMATS = {"date-time": "TIMESTAMPTZ", "date": "DATE", "time": "VARCHAR"}


def column_type(schema: dict[str, Any]) -> str:
    """The DuckDB type that holds every value that the schema allows.

    Unions of several types become JSON text (VARCHAR): nothing is lost, a model casts it.
    """
    kinds = _kinds(schema)
    if "anyOf" in schema or "oneOf" in schema:
        options = [part for part in schema.get("anyOf", schema.get("oneOf", [])) if _kinds(part) != {"null"}]
        types = {column_type(part) for part in options}
        return types.pop() if len(types) == 1 else "VARCHAR"
    kinds.discard("null")
    if kinds == {"integer"}:
        return "BIGINT"
    if kinds in ({"number"}, {"number", "integer"}):
        return "DOUBLE"
    if kinds == {"boolean"}:
        return "BOOLEAN"
    if kinds == {"array"}:
        items = schema.get("items") or {}
        inner = column_type(items) if isinstance(items, dict) else "JSON"
        return f"{inner}[]" if inner != "JSON" else "JSON"
    if kinds == {"object"}:
        return "JSON"
    if kinds == {"string"}:
        return _FORMATS.get(schema.get("format", ""), "VARCHAR")
    return "VARCHAR"


def _kinds(schema: dict[str, Any]) -> set[str]:
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


_WIDER = {
    frozenset({"BIGINT", "DOUBLE"}): "DOUBLE",
    frozenset({"DATE", "TIMESTAMPTZ"}): "TIMESTAMPTZ",
}


def widened(old: str, new: str) -> str:
    """The type that holds both; text when nothing better does."""
    if old == new:
        return old
    return _WIDER.get(frozenset({old, new}), "VARCHAR")


def quoted(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
