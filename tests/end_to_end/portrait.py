"""What a Splynx holds, told without ids: for comparing two servers that were loaded in another order.

Every id is replaced by what identifies the record (its marker, else its name, title, label or login), also inside references.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import requests

from sandbox.splynx.contract import load

_ALSO = {
    "networking/ipv4-ip": {"module_item_id": ("customers/internet-services",)},
    "networking/ipv4": {"parent": ("networking/ipv4",), "rootnet": ("networking/ipv4",)},
    "networking/ipv6": {"parent": ("networking/ipv6",), "rootnet": ("networking/ipv6",)},
    "customers/customer-billing": {"payment_method": ("finance/payment-methods",)},
    "support/ticket-attachments": {"message_id": ("support/ticket-messages",)},
    "crm/leads-info": {"customer_id": ("crm/leads", "customers/customer")},
    "scheduling/tasks-attachments": {"comment_id": ("scheduling/tasks-comments",)},
    "finance/invoice-relations": {"invoice_id": ("finance/invoices",), "customer_id": ("customers/customer",)},
}
"""Columns that hold ids and that the documents name as no reference."""
_EVERYWHERE = {
    "administrator_id": ("administration/administrators",),
    "reporter_id": ("administration/administrators",),
    "assignee": ("administration/administrators",),
    "payer_id": ("customers/customer",),
    "ticket_id": ("support/tickets",),
    "categoryIdForTransaction": ("finance/transaction-categories",),
    "transaction_category_id": ("finance/transaction-categories",),
    "transaction_id": ("finance/transactions",),
}
"""The same, whatever the resource, and inside of objects."""
_NAMES = ("login", "number", "title", "label", "name", "code", "network")
_SAID = {
    "support/ticket-messages": ("date", "time", "message"),
    "support/ticket-attachments": ("filename_original",),
    "scheduling/tasks-comments": ("created_at", "comment"),
}
"""What has neither a name nor a marker is told by what it says."""
_NAMELESS = (
    "finance/transactions", "finance/invoice-relations", "logs/pending-statuses",
    "scheduling/tasks-worklogs", "scheduling/tasks-attachments",
)  # fmt: skip
"""What is told by everything that it holds."""
_UPLOADED = ("filename_uploaded", "download_link", "download_all_api_link", "download_api_link", "files")
"""Made from the numbers of records."""
_BY_CUSTOMER = {"customers/customer-billing", "customers/customer-info", "customers/customer-cap"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_STARTED = f"{datetime.now(timezone.utc) - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"

Rows = dict[str, list[dict[str, Any]]]
Names = dict[str, dict[Any, str]]


def portrait(url: str) -> Rows:
    """Resource → its records without ids, sorted."""
    dump: Rows = requests.get(f"{url}/_sandbox/dump", params={"volatile": "0"}, timeout=60).json()
    names = {resource: {row.get("id"): _identity(resource, row) for row in rows} for resource, rows in dump.items()}
    names |= {resource: {row.get("id"): "…" for row in dump.get(resource, [])} for resource in _NAMELESS}
    for resource in _NAMELESS:
        told = ((row.get("id"), _told(resource, row, names)) for row in dump.get(resource, []))
        names[resource] = {number: str(sorted((k, str(v)) for k, v in row.items() if k != "id")) for number, row in told}
    return {resource: sorted((_told(resource, row, names) for row in rows), key=str) for resource, rows in dump.items()}


def _told(resource: str, row: dict[str, Any], names: Names) -> dict[str, Any]:
    known = load().resources.get(resource)
    keys = {**_EVERYWHERE, **(known.foreign_keys if known else {}), **_ALSO.get(resource, {})}
    if resource in _BY_CUSTOMER:
        keys |= {"customer_id": ("customers/customer",)}
    own = names["customers/customer" if resource in _BY_CUSTOMER else resource].get(row.get("id"))
    return {"id": own} | {name: _value(name, value, keys, names) for name, value in row.items() if name not in ("id", *_UPLOADED)}


def _value(name: str, value: Any, keys: Mapping[str, tuple[str, ...]], names: Names) -> Any:
    if name in keys:
        return _named(value, [names.get(target, {}) for target in keys[name]])
    if isinstance(value, dict):
        return {key: _value(key, entry, keys, names) for key, entry in value.items()}
    if isinstance(value, list):
        return [_value(name, entry, keys, names) for entry in value]
    # What Splynx stamps with its own clock.
    return "now" if isinstance(value, str) and _MOMENT.fullmatch(value) and value > _STARTED else value


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


def differences(left: Rows, right: Rows) -> list[str]:
    """What two portraits do not share: resource, record, field and both values."""
    found = []
    for resource in sorted({*left, *right}):
        a = {str(row["id"]) + str(index): row for index, row in enumerate(left.get(resource, []))}
        b = {str(row["id"]) + str(index): row for index, row in enumerate(right.get(resource, []))}
        for key in sorted({*a, *b}):
            one, other = a.get(key, {}), b.get(key, {})
            found += [
                f"{resource} {key} {name}: {one.get(name)!r} / {other.get(name)!r}" for name in sorted({*one, *other}) if one.get(name) != other.get(name)
            ]
    return found
