"""What a Splynx holds, told without ids: for comparing two servers that were loaded in another order.

Every id is replaced by what identifies the record (its marker, else its name, title, label or login), also inside references.
"""

from __future__ import annotations

from typing import Any

import requests

from sandbox.splynx.contract import load

_ALSO = {
    "networking/ipv4-ip": {"module_item_id": ("customers/internet-services",)},
    "networking/ipv4": {"parent": ("networking/ipv4",), "rootnet": ("networking/ipv4",)},
    "networking/ipv6": {"parent": ("networking/ipv6",), "rootnet": ("networking/ipv6",)},
    "customers/customer-billing": {"payment_method": ("finance/payment-methods",)},
    "support/ticket-attachments": {"message_id": ("support/ticket-messages",)},
}
"""Columns that hold ids and that the documents name as no reference."""
_NAMES = ("login", "number", "title", "label", "name", "code", "network")
_SAID = {
    "support/ticket-messages": ("date", "time", "message"),
    "support/ticket-attachments": ("filename_original",),
    "scheduling/tasks-comments": ("created_at", "comment"),
}
"""What has neither a name nor a marker is told by what it says."""
_UPLOADED = ("filename_uploaded", "download_link", "files")
"""Made from the numbers of records."""
_BY_CUSTOMER = {"customers/customer-billing", "customers/customer-info", "customers/customer-cap"}


def portrait(url: str) -> dict[str, list[dict[str, Any]]]:
    """Resource → its records without ids, sorted."""
    dump = requests.get(f"{url}/_sandbox/dump", params={"volatile": "0"}, timeout=60).json()
    names = {resource: {row.get("id"): _identity(resource, row) for row in rows} for resource, rows in dump.items()}
    customers = names.get("customers/customer", {})
    contract = load()
    result = {}
    for resource, rows in dump.items():
        known = contract.resources.get(resource)
        keys = {**(known.foreign_keys if known else {}), **_ALSO.get(resource, {})}
        if resource in _BY_CUSTOMER:
            keys |= {"customer_id": ("customers/customer",)}
        told = []
        for row in rows:
            own = customers.get(row.get("id")) if resource in _BY_CUSTOMER else names[resource].get(row.get("id"))
            shown: dict[str, Any] = {"id": own}
            for name, value in row.items():
                if name not in ("id", *_UPLOADED):
                    shown[name] = _named(value, [names.get(target, {}) for target in keys[name]]) if name in keys else value
            told.append(shown)
        result[resource] = sorted(told, key=str)
    return result


def _identity(resource: str, row: dict[str, Any]) -> str:
    attributes = row.get("additional_attributes")
    if isinstance(attributes, dict) and attributes.get("sonar_id"):
        return f"sonar {attributes['sonar_id']}"
    if resource in _SAID:
        return " ".join(str(row[name]) for name in _SAID[resource])
    parts = [str(row[name]) for name in ("ip", "module", *_NAMES) if row.get(name)]
    return " ".join(parts[:2]) or str(row.get("id"))


def _named(value: Any, targets: list[dict[Any, str]]) -> Any:
    """A reference told by what it leads to; ids that come as text, too."""
    if isinstance(value, list):
        return sorted(str(_named(entry, targets)) for entry in value)
    if isinstance(value, dict):
        return _named(value.get("id"), targets)
    number = int(value) if isinstance(value, str) and value.isdigit() else value
    return next((names[number] for names in targets if number in names), value)


def duplicates(url: str) -> list[str]:
    """Markers that more than one live record of a resource carries."""
    dump = requests.get(f"{url}/_sandbox/dump", timeout=60).json()
    found = []
    for resource, rows in dump.items():
        seen: set[str] = set()
        for row in rows:
            attributes = row.get("additional_attributes")
            marker = attributes.get("sonar_id") if isinstance(attributes, dict) else None
            if marker and marker in seen:
                found.append(f"{resource} {marker}")
            seen.add(marker or "")
    return found


def differences(left: dict[str, list[dict[str, Any]]], right: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What two portraits do not share: resource, record, field and both values."""
    found = []
    for resource in sorted({*left, *right}):
        a = {str(row["id"]) + str(index): row for index, row in enumerate(left.get(resource, []))}
        b = {str(row["id"]) + str(index): row for index, row in enumerate(right.get(resource, []))}
        for key in sorted({*a, *b}):
            one, other = a.get(key, {}), b.get(key, {})
            found += [
                f"{resource} {key} {name}: {one.get(name)!r} / {other.get(name)!r}"
                for name in sorted({*one, *other})
                if one.get(name) != other.get(name)
            ]
    return found
