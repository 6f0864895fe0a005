"""What has changed on an instance since a catalog was written.

In: a catalog file's content and a new survey of the instance. Out: one line per difference: streams and fields that
came or went, types that changed. A sync with the old catalog would miss what came and fail for what went.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tap_sonar.catalog import Survey


def differences(catalog: Mapping[str, Any], survey: Survey) -> list[str]:
    """Sorted lines, empty when nothing changed: `+ stream`, `- stream`, `+ stream.field`, `- …`, `~ …: old -> new`."""
    old = {entry["tap_stream_id"]: entry["schema"].get("properties", {}) for entry in catalog.get("streams", ())}
    new = {definition.name: definition.properties for definition in survey.definitions}
    return sorted(_differences(old, new), key=lambda line: (line[2:], line[0]))


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in old.keys() | new.keys():
        if name not in new:
            yield f"- {name}"
        elif name not in old:
            yield f"+ {name}"
        else:
            yield from _fields(name, old[name], new[name])


def _fields(stream: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in old.keys() | new.keys():
        if name not in new:
            yield f"- {stream}.{name}"
        elif name not in old:
            yield f"+ {stream}.{name}"
        elif _form(old[name]) != _form(new[name]):
            yield f"~ {stream}.{name}: {_form(old[name])} -> {_form(new[name])}"
        else:
            before, after = _values(old[name]), _values(new[name])
            changes = [f"-{value}" for value in sorted(before - after)] + [
                f"+{value}" for value in sorted(after - before)
            ]
            if changes:
                yield f"~ {stream}.{name}: values {' '.join(changes)}"


def _form(schema: Mapping[str, Any]) -> str:
    types = schema.get("type", "any")
    text = "/".join(types) if isinstance(types, list) else str(types)
    if "items" in schema:
        text += f" of {_form(schema['items'])}"
    return f"{text} ({schema['format']})" if "format" in schema else text


def _values(schema: Mapping[str, Any]) -> set[str]:
    return {value for value in schema.get("enum") or schema.get("items", {}).get("enum") or () if value is not None}
