"""Who hangs on whom: the records of Splynx that a payload refers to.

In: resource, payload and path parameters of a record. Out: identities `(resource, id)`. Facts: `references` in
`contract/resources.json`; sub-resources share the id of the record they belong to (research/splynx-resources.md).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from functools import cache
from typing import Any

from target_splynx.contract.resource import resources
from target_splynx.planning.diff import ATTRIBUTES

Identity = tuple[str, str]
"""Resource and id; the id of an additional field is `module--name`, because names are unique only in a module."""

FIELDS = "additional_fields"

OWNERS = {
    "customer_info": "customers",
    "customer_billing": "customers",
    "customer_cap": "customers",
    "customer_payment_accounts": "customers",
    "leads_info": "leads",
    "geo_internet_service": "services_internet",
}
"""Sub-resources that Splynx makes and deletes with the record whose id they bear."""


def identity(resource: str, splynx_id: str | int, path: Mapping[str, Any]) -> Identity:
    """What a record is called here."""
    return resource, f"{path.get('module', '')}--{splynx_id}" if resource == FIELDS else str(splynx_id)


def owner(record: Identity) -> Identity:
    """The record that this one lives and dies with: itself, or the one whose sub-resource it is."""
    return OWNERS.get(record[0], record[0]), record[1]


def went_with(
    resource: str, splynx_id: str, payload: Mapping[str, Any], path: Mapping[str, Any], dead: Container[Identity]
) -> bool:
    """Whether a record is gone because one of the `dead` records is: its sub-resource, a change of it, or what cannot
    be deleted by itself and hangs on it."""
    known = resources()[resource]
    if (resource in OWNERS or known.can_update) and owner(identity(resource, splynx_id, path)) in dead:
        return True
    if known.can_delete:
        return False
    # A part that can only be changed belongs to what its address names; what its fields name it merely uses.
    return any(up in dead for up in parents(resource, payload if known.can_create else {}, path))


def parents(resource: str, payload: Mapping[str, Any], path: Mapping[str, Any]) -> set[Identity]:
    """Everything that must exist for this record: what its fields and its path point to, and its additional fields.

    Where a field may point to several resources, all of them are named.
    """
    known = resources().get(resource)
    if known is None:
        return set()
    found = {(target, number) for _, number, targets in references(resource, payload, path) for target in targets}
    attributes = payload.get(ATTRIBUTES)
    if known.additional_fields and isinstance(attributes, Mapping):
        found |= {(FIELDS, f"{known.additional_fields}--{name}") for name in attributes}
    return found


def references(
    resource: str, payload: Mapping[str, Any], path: Mapping[str, Any]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each id in the fields and the path of a record of a known resource: field, id, and the resources one of which it
    belongs to."""
    for name, value in {**path, **payload}.items():
        if targets := _targets(resource, name):
            yield from ((name, number, targets) for number in _ids(value))


@cache
def _targets(resource: str, field: str) -> tuple[str, ...]:
    named = resources()[resource].references.get(field, ())
    if not named and field == "customer_id":
        return ("customers",)
    if not named and field == "service_id" and resource == "geo_internet_service":
        return ("services_internet",)
    return tuple(named)


def _ids(value: Any) -> Iterator[str]:
    """Ids in a field: a number, its text, a list of them, comma-separated text, or an object with `id`."""
    if isinstance(value, Mapping):
        yield from _ids(value.get("id"))
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from _ids(entry)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if value:
            yield str(value)
    elif isinstance(value, str):
        for text in value.split(","):
            number = text.strip()
            if number.lstrip("-").isdigit() and number != "0":
                yield number
