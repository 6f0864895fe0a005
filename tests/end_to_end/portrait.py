"""What a Splynx holds, told without ids: for comparing two servers that were loaded in another order.

Every id is replaced by what identifies the record (its marker, else its name, title, label or login), also inside references.
"""

from __future__ import annotations

from typing import Any

import requests

from sandbox.splynx.contract import load

_ALSO = {"networking/ipv4-ip": {"module_item_id": ("customers/internet-services",)}}
_NAMES = ("login", "number", "title", "label", "name", "code", "network")
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
                if name != "id":
                    shown[name] = _named(value, [names.get(target, {}) for target in keys[name]]) if name in keys else value
            told.append(shown)
        result[resource] = sorted(told, key=str)
    return result


def _identity(resource: str, row: dict[str, Any]) -> str:
    attributes = row.get("additional_attributes")
    if isinstance(attributes, dict) and attributes.get("sonar_id"):
        return f"sonar {attributes['sonar_id']}"
    parts = [str(row[name]) for name in ("ip", "module", *_NAMES) if row.get(name)]
    return " ".join(parts[:2]) or str(row.get("id"))


def _named(value: Any, targets: list[dict[Any, str]]) -> Any:
    if isinstance(value, list):
        return sorted(str(_named(entry, targets)) for entry in value)
    if isinstance(value, dict):
        return _named(value.get("id"), targets)
    return next((names[value] for names in targets if value in names), value)


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
