"""What became of a run's work since: the comparison that decides what a rollback may touch.

In: payloads of the ledger and rows of Splynx. Out: fields that people changed, and the values to write back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from target_splynx.contract.resource import Field, Resource
from target_splynx.contract.values import empty, holds, same
from target_splynx.ledger.entries import Operation
from target_splynx.planning.diff import ATTRIBUTES
from target_splynx.readback import pairs


@dataclass
class Restoration:
    """How one change is taken back.

    `payload`: what to send. `back`: fields whose old value is known or back already, for the ledger. `changed`: fields
    that hold neither the applied nor the old value. `unknown`: fields whose old value nobody knows.
    """

    payload: dict[str, Any] = field(default_factory=dict)
    back: dict[str, Any] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def changed_fields(payload: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    """Managed fields that Splynx shows with another value than the one applied."""
    return [name for name, applied, held, shown in pairs(payload, row) if shown and not holds(held, applied)]


def restoration(resource: Resource, operation: Operation, row: Mapping[str, Any]) -> Restoration:
    """The way back for a change whose record Splynx shows as `row`."""
    before = operation.before or {}
    found = Restoration()
    for name, applied, held, shown in pairs(operation.payload, row):
        if not _known(before, name):
            if not shown or holds(held, applied):
                found.unknown.append(name)
            else:
                found.changed.append(name)
            continue
        old = _value(before, name)
        if not shown:
            if old is None:
                found.unknown.append(name)
            else:
                _put(found.payload, name, old)
                _put(found.back, name, old)
            continue
        if _is(resource, name, held, old):
            _put(found.back, name, old)
        elif holds(held, applied):
            _put(found.payload, name, _cleared(resource, name) if old is None else old)
            _put(found.back, name, old)
        else:
            found.changed.append(name)
    return found


def after(payload: Mapping[str, Any], back: Mapping[str, Any]) -> dict[str, Any]:
    """What the ledger holds once `back` is written; fields that had no value before are no longer held."""
    result = {name: value for name, value in {**payload, **back}.items() if name != ATTRIBUTES and value is not None}
    attributes = {**(payload.get(ATTRIBUTES) or {}), **(back.get(ATTRIBUTES) or {})}
    attributes = {name: value for name, value in attributes.items() if value is not None}
    return {**result, ATTRIBUTES: attributes} if attributes else result


def _is(resource: Resource, name: str, held: Any, old: Any) -> bool:
    if old is not None:
        return same(held, old)
    # 0 and nothing are the same to a field that had no value.
    return same(held, None) or same(held, _cleared(resource, name))


def _cleared(resource: Resource, name: str) -> Any:
    return "" if name.startswith(f"{ATTRIBUTES}.") else empty(resource.fields.get(name, Field()))


def _known(before: Mapping[str, Any], name: str) -> bool:
    """Whether anybody looked at the old value: a before-image tells None for a field that held nothing."""
    if name.startswith(f"{ATTRIBUTES}."):
        return name.removeprefix(f"{ATTRIBUTES}.") in (before.get(ATTRIBUTES) or {})
    return name in before


def _value(values: Mapping[str, Any], name: str) -> Any:
    if name.startswith(f"{ATTRIBUTES}."):
        return (values.get(ATTRIBUTES) or {}).get(name.removeprefix(f"{ATTRIBUTES}."))
    return values.get(name)


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    if name.startswith(f"{ATTRIBUTES}."):
        values.setdefault(ATTRIBUTES, {})[name.removeprefix(f"{ATTRIBUTES}.")] = value
    else:
        values[name] = value
