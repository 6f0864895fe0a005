"""JSON Schema of the fields that Sonar's types have.

In: a leaf field of the instance's schema. Out: its property in a stream's schema, nullable as the instance says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tap_sonar.introspection import ApiSchema, Field, TypeRef

MAX_ENUM_VALUES = 1000
"""Larger enums (counties, subdivisions: thousands of values per column) are left out of the schema."""

SCALAR_TYPES: Mapping[str, dict[str, Any]] = {
    "Int64Bit": {"type": "integer"},
    "Int": {"type": "integer"},
    "Float": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "Datetime": {"type": "string", "format": "date-time"},
    "Date": {"type": "string", "format": "date"},
}
"""Everything else is a string as Sonar sends it (research/sonar-api.md "Values")."""

PLAIN_TEXT = {"String", "ID", "Text", "Clob", "Datetime", "Date"}


def text_of(leaves: Iterable[Field]) -> frozenset[str]:
    """Names of leaves with a scalar type of Sonar's own that is sent as text, whatever JSON it comes as."""
    return frozenset(
        leaf.name
        for leaf in leaves
        if leaf.type.kind == "SCALAR" and leaf.type.name not in {*SCALAR_TYPES, *PLAIN_TEXT}
    )


def property_of(schema: ApiSchema, leaf: Field) -> dict[str, Any]:
    """JSON Schema of a leaf field."""
    item = _value_schema(schema, leaf.type)
    if leaf.type.is_list:
        if not leaf.type.items_required:
            item = nullable(item)
        item = {"type": "array", "items": item}
    result = item if leaf.type.required else nullable(item)
    if leaf.description:
        result["description"] = leaf.description
    return result


def _value_schema(schema: ApiSchema, reference: TypeRef) -> dict[str, Any]:
    if reference.kind == "ENUM":
        values = schema.enums.get(reference.name, ())
        # GUESS: an enum whose only value is UNKNOWN_VALUE stands for values that nobody recorded.
        if 0 < len(values) <= MAX_ENUM_VALUES and values != ("UNKNOWN_VALUE",):
            return {"type": "string", "enum": list(values)}
        return {"type": "string"}
    return dict(SCALAR_TYPES.get(reference.name, {"type": "string"}))


def nullable(item: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a value that may also be null."""
    result = {**item, "type": [item["type"], "null"]}
    if "enum" in result:
        result["enum"] = [*result["enum"], None]
    return result
