"""Checks of tickets, tasks, projects, inventory, voice and quotes of leads.

Facts: research/splynx-resources.md (Support, Scheduling, Inventory, Voice), research/mapping.md §7, §10, §11.
"""

from __future__ import annotations

import re

from sandbox.splynx import engine
from sandbox.splynx.errors import ValidationFailedError
from sandbox.splynx.fields import NO_DATE, NO_DATETIME
from sandbox.splynx.registry import Change, rule
from sandbox.splynx.store import Values

_DURATION = re.compile(r"\s*(?:(\d+)\s*h)?\s*(?:(\d+)\s*m)?\s*\Z")
_ITEM_STATUSES = frozenset({
    # As documented; in_transit is known from imports that write to the database only.
    "stock", "assigned", "rent", "sold", "returned", "internal_usage",
})  # fmt: skip
_ASSIGNEES = {
    "assigned_to_administrator": "administration/administrators", "assigned_to_team": "config/scheduling-teams",
}  # fmt: skip
_NO_TIME = (None, "", NO_DATETIME)
_ITEM_MARKS = frozenset({"new", "used", "broken"})


@rule("scheduling/tasks")
def task_is_sound(change: Change) -> None:
    """Title 3..64, an assignee of the kind chosen, a status of the project's workflow, a readable duration."""
    title = change.values.get("title")
    if title and len(str(title)) < 3:
        change.error("title", "should contain at least 3 characters.")
    splynx, kind, assignee = change.splynx, change.get("assigned_to"), change.get("assignee")
    table = _ASSIGNEES.get(kind)
    asked = "assignee" in change.body or "assigned_to" in change.body
    if table is not None and asked and splynx.table(table).get(assignee) is None:
        change.error("assignee", f'is invalid: there is no {table} "{assignee}".')
    project = splynx.table("scheduling/projects").get(change.get("project_id"))
    status = splynx.table("internal/workflow-items").get(change.get("workflow_status_id"))
    if project is not None and status is not None and status["workflow_id"] != project["workflow_id"]:
        change.error("workflow_status_id", "is invalid: the status belongs to another workflow.")
    duration = change.values.get("formatted_duration")
    if duration and not _DURATION.match(str(duration)):
        change.error("formatted_duration", 'has an invalid format: "1h 30m" expected.')
    if change.get("is_scheduled") == "1" and "is_scheduled" in change.body and change.get("scheduled_from") in _NO_TIME:
        change.error("scheduled_from", "cannot be blank.")


@rule("scheduling/tasks-worklogs")
def time_is_spent(change: Change) -> None:
    """time_spent is in seconds, one minute or more. GUESS: the limit (imports use at least 60)."""
    spent = change.values.get("time_spent")
    if spent is not None and (not str(spent).isdigit() or int(spent) < 60):
        change.error("time_spent", "must be no less than 60.")


@rule("scheduling/related-tasks", on=("create",))
def task_is_not_its_own_relative(change: Change) -> None:
    """GUESS."""
    if change.get("from_id") == change.get("to_id"):
        change.error("to_id", "is invalid: a task is not related to itself.")


@rule("inventory/items")
def item_state_is_known(change: Change) -> None:
    """Status and mark from the known values."""
    for name, known in (("status", _ITEM_STATUSES), ("mark", _ITEM_MARKS)):
        value = change.values.get(name)
        if value not in (None, "") and value not in known:
            change.error(name, "is invalid.")


@rule("inventory/supplier-invoices")
def supplier_items_name_products(change: Change) -> None:
    """Each item has an existing product and a quantity."""
    for index, item in enumerate(change.values.get("items") or [] if "items" in change.body else []):
        if not isinstance(item, dict) or change.splynx.table("inventory/products").get(item.get("product_id")) is None:
            change.errors.append((f"items[{index}].product_id", "Product is invalid."))
        elif not str(item.get("quantity", "")).isdigit() or int(item["quantity"]) < 1:
            change.errors.append((f"items[{index}].quantity", "Quantity must be no less than 1."))


@rule("inventory/products", "inventory/vendors", "inventory/suppliers", on=("delete",))
def used_goods_stay(change: Change) -> None:
    """GUESS: products with items, vendors with products, suppliers with invoices cannot be deleted."""
    table, column = {
        "inventory/products": ("inventory/items", "product_id"),
        "inventory/vendors": ("inventory/products", "vendor_id"),
        "inventory/suppliers": ("inventory/supplier-invoices", "supplier_id"),
    }[change.resource.name]
    if change.splynx.table(table).first(column, change.made.id) is not None:
        change.errors.append(("id", "The record is in use and cannot be deleted!"))


@rule("voice/calls", "voice/data", "voice/messages")
def service_is_the_customers(change: Change) -> None:
    """The voice service belongs to the customer."""
    service = change.splynx.table("customers/voice-services").get(change.get("service_id"))
    if service is not None and service["customer_id"] != change.get("customer_id"):
        change.error("service_id", "is invalid: the service belongs to another customer.")
    start, stop = change.get("start"), change.get("stop")
    if start and stop and str(stop) < str(start):
        change.error("stop", "must not be before the start.")


@rule("support/ticket-messages", on=("create",))
def message_is_dated(change: Change) -> None:
    """date and time default to now; who wrote it defaults to the API."""
    now = change.splynx.now()
    if not change.body.get("date"):
        change.values["date"] = now.strftime("%Y-%m-%d")
    if not change.body.get("time"):
        change.values["time"] = now.strftime("%H:%M:%S")
    if not change.body.get("author_type"):
        change.values["author_type"] = "api"
    if not change.values.get("message_type"):
        change.values["message_type"] = "message"


@rule("customers/customer-notes", "crm/leads-notes", on=("create",))
def note_is_dated(change: Change) -> None:
    """datetime defaults to now."""
    if not change.body.get("datetime"):
        change.values["datetime"] = change.splynx.stamp()


@rule("logs/pending-statuses")
def pending_status_is_known(change: Change) -> None:
    """The status is one that customers have."""
    status = change.values.get("status")
    if status and status not in {"new", "active", "blocked", "disabled"}:
        change.error("status", "is invalid.")


BUNDLE_PARTS = {
    "services_internet": ("customers/internet-services", "internet_tariffs"),
    "services_voice": ("customers/voice-services", "voice_tariffs"),
    "services_custom": ("customers/recurring-services", "custom_tariffs"),
}


def bundle_part(change: Change, column: str, part: Values) -> Values:
    """The body of a service of its own for a nested service of a bundle."""
    body: Values = {
        "status": change.get("status"), "description": change.get("description"), "quantity": 1, "unit_price": "0",
        "start_date": change.get("start_date"), "end_date": change.get("end_date") or NO_DATE,
        "customer_id": change.get("customer_id"),
    }  # fmt: skip
    return {**body, **({"taking_ipv4": 0} if column == "services_internet" else {}), **part}


@rule("customers/bundle-services", on=("create",))
def bundle_parts_are_sound(change: Change) -> None:
    """Nested services name tariffs of the bundle and would be taken as services of their own."""
    bundle = change.splynx.table("tariffs/bundle").get(change.get("bundle_id"))
    if bundle is None:
        return
    for column, (name, tariffs) in BUNDLE_PARTS.items():
        for index, part in enumerate(change.values.get(column) or []):
            place = f"{column}[{index}]"
            if not isinstance(part, dict) or part.get("tariff_id") not in (bundle[tariffs] or []):
                change.errors.append((f"{place}.tariff_id", "Tariff is invalid: not part of the bundle."))
                continue
            try:
                body = bundle_part(change, column, part)
                engine.check_only(change.splynx, change.splynx.resource(name), body, change.identity)
            except ValidationFailedError as problem:
                change.errors += [(f"{place}.{field}", message) for field, message in problem.errors]
