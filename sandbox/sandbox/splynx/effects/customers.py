"""What customers set off: info, billing and cap rows; disabling splits services; deletion takes services along.

Facts: research/splynx-api.md §6, §8.
"""

from __future__ import annotations

from sandbox.splynx import addresses
from sandbox.splynx.fields import NO_DATE
from sandbox.splynx.registry import Change, effect
from sandbox.splynx.rules.services import INTERNET, SERVICES
from sandbox.splynx.state import Splynx
from sandbox.splynx.store import Row

INFO, BILLING, CAP = "customers/customer-info", "customers/customer-billing", "customers/customer-cap"


def make_side_rows(splynx: Splynx, customer_id: int) -> None:
    """The info, billing and cap rows of a customer (recorded for info and cap)."""
    now = splynx.stamp()
    splynx.new_row(INFO, {"id": customer_id, "updated_at": now}, row_id=customer_id)
    splynx.new_row(BILLING, {"customer_id": customer_id}, row_id=customer_id)
    splynx.new_row(CAP, {"customer_id": customer_id, "max_cap_during_month": 10}, row_id=customer_id)


@effect("customers/customer")
def side_rows_are_made(change: Change) -> None:
    """POST customer also writes its info, billing and cap rows."""
    splynx, customer = change.splynx, change.made
    make_side_rows(splynx, customer.id)
    if customer["status"] == "active":
        _note_activation(change)
    welcome(splynx, customer)


def welcome(splynx: Splynx, customer: Row) -> None:
    """Config, Main, Customers: who gets one of the chosen statuses is sent a mail or SMS, when there is an address.

    GUESS: at creation and when the status changes, by what is known of the customer then; the delay that can be set
    there is none here.
    """
    settings = splynx.settings
    if not settings.welcome_messages or customer["status"] not in settings.welcome_statuses:
        return
    if customer["email"] or customer["phone"]:
        splynx.count_message("welcome mail")


def _note_activation(change: Change) -> None:
    stamp = change.splynx.stamp()
    change.made.hidden.setdefault("first_activation", stamp)
    change.made.hidden["last_activation"] = stamp


@effect("customers/customer", on=("update",))
def status_changes_reach_services(change: Change) -> None:
    """Disabled: each running service ends and is cloned as stopped (research/splynx-api.md §8)."""
    old, new = change.before.get("status"), change.made["status"]
    if old == new:
        return
    welcome(change.splynx, change.made)
    if new == "active":
        _note_activation(change)
    if new == "disabled":
        for name in SERVICES:
            table = change.splynx.table(name)
            for row in list(table.where("customer_id", change.made.id)):
                if row["status"] == "active" and not row["bundle_service_id"]:
                    _split_service(change.splynx, name, row.id)
    from sandbox.splynx.effects.services import recount_revenue

    recount_revenue(change.splynx, change.made.id)


def _split_service(splynx: Splynx, name: str, service_id: int) -> None:
    table = splynx.table(name)
    row = table.get(service_id)
    assert row is not None
    copy = dict(row.values)
    today = splynx.today().isoformat()
    table.change(row, {"status": "disabled", "end_date": today, "status_new": ""})
    copy.update(id=None, status="stopped", parent_id=row.id, start_date=today, end_date=NO_DATE)
    clone = table.add(copy, dict(row.hidden))
    if name == INTERNET and copy.get("taking_ipv4") == 1 and copy.get("ipv4"):
        addresses.free(splynx, "services_internet", row.id)
        addresses.take(splynx, copy["ipv4"], {
            "customer_id": copy["customer_id"], "module": "services_internet", "module_item_id": clone.id,
        })  # fmt: skip


@effect("customers/customer", on=("delete",))
def deleted_customers_take_services_along(change: Change) -> None:
    """The background task after a deletion. GUESS: services and side rows go, documents of finance stay."""
    splynx = change.splynx
    for name in SERVICES:
        table = splynx.table(name)
        for row in table.where("customer_id", change.made.id):
            table.delete(row)
            if name == INTERNET:
                addresses.free(splynx, "services_internet", row.id)
    for name in (INFO, BILLING, CAP):
        side = splynx.table(name).get(change.made.id)
        if side is not None:
            splynx.table(name).delete(side)


@effect("crm/leads")
def lead_rows_are_made(change: Change) -> None:
    """POST lead also writes its leads-info row."""
    values = {"customer_id": change.made.id, "crm_status": "1", "source": "", "score": 0}
    change.splynx.new_row("crm/leads-info", values, row_id=change.made.id)


@effect("crm/leads", on=("delete",))
def deleted_leads_take_info_along(change: Change) -> None:
    """leads-info goes with the lead."""
    table = change.splynx.table("crm/leads-info")
    row = table.get(change.made.id)
    if row is not None:
        table.delete(row)
