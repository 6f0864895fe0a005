"""Checks of customers and leads: login, ids shared with leads, labels, parents, and of their billing and info rows.

Facts: research/splynx-api.md §6, research/mapping.md §3.
"""

from __future__ import annotations

import re

from sandbox.splynx.registry import Change, rule
from sandbox.splynx.state import money

_GPS = re.compile(r"-?\d{1,3}(\.\d+)?\s*,\s*-?\d{1,3}(\.\d+)?\Z")
PEOPLE = ("customers/customer", "crm/leads")
_RANGES = {
    "billing_date": (1, 28), "billing_due": (1, 28), "blocking_period": (0, 99), "grace_period": (0, 99),
    "type": (0, 12), "request_auto_day": (1, 28), "reminder_day_1": (0, 99), "reminder_day_2": (0, 99),
    "reminder_day_3": (0, 99),
}  # fmt: skip


@rule(*PEOPLE, on=("create",))
def one_id_space(change: Change) -> None:
    """A lead is a customer row with category lead: both draw from the same ids."""
    tables = [change.splynx.table(name) for name in PEOPLE]
    top = max(table.next_id for table in tables)
    for table in tables:
        table.next_id = top


@rule("customers/customer", on=("create",))
def customer_gets_a_login(change: Change) -> None:
    """Login from the login format when none is sent; password generated; joined today."""
    splynx, values = change.splynx, change.values
    if not values.get("login"):
        values["login"] = _free_login(change)
    if not change.body.get("date_add"):
        values["date_add"] = splynx.today().isoformat()
    if not values.get("password"):
        values["password"] = splynx.generated("password", splynx.table("customers/customer").next_id, values["login"])


def _free_login(change: Change) -> str:
    """The next free login; after soft deletes of everybody it begins anew (recorded: 000001 three times)."""
    splynx = change.splynx
    table = splynx.table("customers/customer")
    if len(table) == 0:
        splynx.numbers["login"] = 0
    while True:
        login = splynx.settings.login_format % splynx.next_number("login")
        if table.first("login", login) is None:
            return login


@rule("crm/leads", on=("create",))
def lead_joined_today(change: Change) -> None:
    """date_add is the day of creation by default."""
    if not change.body.get("date_add"):
        change.values["date_add"] = change.splynx.today().isoformat()


@rule("customers/customer", on=("update",))
def login_may_be_read_only(change: Change) -> None:
    """Config "Can change login while editing" (research/splynx-api.md §6)."""
    if change.changes("login") and not change.splynx.settings.can_change_login:
        change.error("login", "cannot be changed.")
    if "login" in change.values and not change.values["login"]:
        change.error("login", "cannot be blank.")


@rule("customers/customer")
def parent_is_another_main_account(change: Change) -> None:
    """parent_id: another customer, no sub account itself, same partner (research/mapping.md §3.5)."""
    parent_id = change.values.get("parent_id")
    if not parent_id or not (change.row is None or change.changes("parent_id")):
        return
    parent = change.splynx.table("customers/customer").get(parent_id)
    if parent is None:
        return
    if change.row is not None and parent.id == change.row.id:
        change.error("parent_id", "is invalid: a customer is not its own main account.")
    elif parent["parent_id"]:
        change.error("parent_id", "is invalid: the main account is a sub account itself.")  # GUESS
    elif parent["partner_id"] != change.get("partner_id"):
        change.error("parent_id", "is invalid: the main account belongs to another partner.")
    if change.row is not None and change.splynx.table("customers/customer").first("parent_id", change.row.id):
        change.error("parent_id", "is invalid: the customer has sub accounts.")  # GUESS


@rule(*PEOPLE)
def gps_is_a_pair(change: Change) -> None:
    """gps: "lat,lon" in degrees. GUESS: the check."""
    gps = change.values.get("gps")
    if not gps:
        return
    if not _GPS.match(str(gps)):
        change.error("gps", 'must be "latitude,longitude".')
        return
    latitude, longitude = (float(part) for part in str(gps).split(","))
    if abs(latitude) > 90 or abs(longitude) > 180:
        change.error("gps", "is outside of the earth.")


@rule(
    "customers/customer", "tariffs/internet", "tariffs/voice", "tariffs/recurring", "tariffs/bundle", "tariffs/one-time"
)
def labels_come_out_as_objects(change: Change) -> None:
    """customer_labels: ids in, objects out (research/splynx-api.md §5)."""
    ids = change.values.get("customer_labels")
    if not isinstance(ids, list):
        return
    labels = change.splynx.table("config/labels")
    rows = [labels.get(each) for each in ids if not isinstance(each, dict)]
    change.values["customer_labels"] = [
        {"id": row.id, "label": row["label"], "color": row["color"]} for row in rows if row is not None
    ]


@rule("customers/customer-billing", on=("update",))
def billing_numbers_are_in_range(change: Change) -> None:
    """Days 1..28, periods 0..99, payment period 0..12 (research/mapping.md §3.4). GUESS: exact limits."""
    for name, (low, high) in _RANGES.items():
        value = change.values.get(name)
        if value in (None, ""):
            continue
        try:
            number = int(str(value))
        except ValueError:
            change.error(name, "must be an integer.")
            continue
        if not low <= number <= high:
            change.error(name, f"must be between {low} and {high}.")
    if change.changes("deposit"):
        # GUESS: refused; the balance is a result of transactions (research/splynx-api.md §14)
        change.error("deposit", "cannot be set: it follows from the transactions.")


@rule("customers/customer-billing", on=("update",))
def aggregated_needs_a_clean_sub_account(change: Change) -> None:
    """Aggregated mode: a parent, zero balance, no future items, recurring billing (research/mapping.md §3.5)."""
    if not change.changes("sub_billing_mode") or change.values["sub_billing_mode"] != "aggregated":
        return
    customer_id = change.made["customer_id"]
    customer = change.splynx.table("customers/customer").get(customer_id)
    if customer is None or not customer["parent_id"]:
        change.error("sub_billing_mode", "is invalid: the customer has no main account.")
    elif money(change.made["deposit"]) != 0:
        change.error("sub_billing_mode", "is invalid: the balance of the sub account is not zero.")
    elif customer["billing_type"] != "recurring":
        change.error("sub_billing_mode", "is invalid: only recurring customers can be aggregated.")
    else:
        future = change.splynx.table("finance/transactions").where("customer_id", customer_id)
        if any(row["to_invoice"] == "1" and not row["invoiced_by_id"] for row in future):
            change.error("sub_billing_mode", "is invalid: the sub account has future items.")
