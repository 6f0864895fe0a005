"""The difference between what a model wants and what was last applied.

Only managed fields are touched; a null never overwrites unless the source had a value before (docs/explanation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from target_splynx.contract.resource import Field
from target_splynx.contract.values import empty, same

ATTRIBUTES = "additional_attributes"

PROVISIONAL = -(2**50)
"""Ids at or below this are provisional: no number of an internet provider comes near."""


def is_provisional(value: Any) -> bool:
    """Whether a value stands for a record that does not exist yet."""
    return isinstance(value, int) and not isinstance(value, bool) and value <= PROVISIONAL


def references(value: Any) -> Iterator[int]:
    """All provisional ids in a payload, nested ones included."""
    if isinstance(value, Mapping):
        for entry in value.values():
            yield from references(entry)
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from references(entry)
    elif isinstance(value, str):
        if value.startswith("-1125") and value.lstrip("-").isdigit() and is_provisional(int(value)):
            yield int(value)
    elif is_provisional(value):
        yield value


def replaced(value: Any, ids: Mapping[int, str]) -> Any:
    """The payload with real ids for provisional ones. KeyError when one is unknown."""
    if isinstance(value, Mapping):
        return {key: replaced(entry, ids) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [replaced(entry, ids) for entry in value]
    if isinstance(value, str) and value.startswith("-1125"):
        found = list(references(value))
        return ids[found[0]] if found else value
    if is_provisional(value):
        real = ids[value]
        return int(real) if real.lstrip("-").isdigit() else real
    return value


def changes(fields: Mapping[str, Field], new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """The fields to send so that `old` becomes `new`; empty when nothing changed."""
    changed: dict[str, Any] = {}
    for name, value in new.items():
        if name == ATTRIBUTES:
            attributes = _attribute_changes(value, old.get(ATTRIBUTES) or {})
            if attributes:
                changed[ATTRIBUTES] = attributes
        elif not same(value, old.get(name)):
            changed[name] = value
    for name, value in old.items():
        if name != ATTRIBUTES and name not in new and not same(value, None):
            cleared = empty(fields.get(name, Field()))
            if not same(cleared, value):
                changed[name] = cleared
    gone = [
        name for name, value in (old.get(ATTRIBUTES) or {}).items() if value and name not in (new.get(ATTRIBUTES) or {})
    ]
    for name in gone:
        changed.setdefault(ATTRIBUTES, {})[name] = ""
    return changed


def _attribute_changes(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in new.items() if not same(value, old.get(name))}


def merged(old: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """`old` after `changed` was applied."""
    result = {**old, **{name: value for name, value in changed.items() if name != ATTRIBUTES}}
    if ATTRIBUTES in changed:
        result[ATTRIBUTES] = {**(old.get(ATTRIBUTES) or {}), **changed[ATTRIBUTES]}
    return result


def before_image(old: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """The old values of exactly the fields that change."""
    image: dict[str, Any] = {name: old.get(name) for name in changed if name != ATTRIBUTES}
    if ATTRIBUTES in changed:
        image[ATTRIBUTES] = {name: (old.get(ATTRIBUTES) or {}).get(name) for name in changed[ATTRIBUTES]}
    return image
