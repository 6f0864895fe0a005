"""What services set off: addresses are taken and freed; monthly revenue and the count of the tariff follow."""

from __future__ import annotations

from decimal import Decimal

from sandbox.splynx import addresses
from sandbox.splynx.fields import NO_DATE
from sandbox.splynx.registry import Change, effect
from sandbox.splynx.rules.services import _TARIFFS, BUNDLE, INTERNET, RECURRING, SERVICES, VOICE
from sandbox.splynx.state import Splynx, money, money_text
from sandbox.splynx.store import Row

MODULE = "services_internet"
BILLED_SERVICES = (INTERNET, VOICE, RECURRING, BUNDLE)


def monthly_price(row: Row, day: str) -> Decimal:
    """unit_price × quantity − discount of a service on a day."""
    price = money(row["unit_price"]) * int(row["quantity"] or 1)
    return max(price - discount_of(row, price, day), Decimal(0))


def discount_of(row: Row, price: Decimal, day: str) -> Decimal:
    """The discount on a price: percent or fixed, inside its dates."""
    if row["discount"] != "1":
        return Decimal(0)
    first, last = row["discount_start_date"], row["discount_end_date"]
    if first not in (None, "", NO_DATE) and day < str(first):
        return Decimal(0)
    if last not in (None, "", NO_DATE) and day > str(last):
        return Decimal(0)
    value = money(row["discount_value"])
    return min(price * value / 100 if row["discount_type"] == "percent" else value, price)


def recount_revenue(splynx: Splynx, customer_id: int) -> None:
    """customers.mrr_total = the monthly price of the active services."""
    customers = splynx.table("customers/customer")
    customer = customers.get(customer_id)
    if customer is None:
        return
    day, total = splynx.today().isoformat(), Decimal(0)
    for name in BILLED_SERVICES:
        for row in splynx.table(name).where("customer_id", customer_id):
            if row["status"] == "active":
                total += monthly_price(row, day)
    text = money_text(total)
    if customer["mrr_total"] != text:
        customers.change(customer, {"mrr_total": text})


@effect(*SERVICES, on=("create", "update", "delete"))
def revenue_follows(change: Change) -> None:
    """mrr_total of the customer."""
    recount_revenue(change.splynx, int(change.made["customer_id"]))


@effect(*SERVICES, on=("create", "delete"))
def tariff_counts_follow(change: Change) -> None:
    """``services`` of a tariff counts the services on it."""
    table_name, column = _TARIFFS[change.resource.name]
    table = change.splynx.table(table_name)
    tariff = table.get(change.made[column])
    if tariff is not None and "services" in tariff.values:
        step = 1 if change.action == "create" else -1
        table.change(tariff, {"services": int(tariff["services"] or 0) + step})


@effect(INTERNET, on=("create", "update", "delete"))
def addresses_follow(change: Change) -> None:
    """A static address is marked as used by the service, and freed with it."""
    row = change.made
    if change.action == "update" and not any(name in change.values for name in ("ipv4", "taking_ipv4", "login")):
        return
    if change.action != "create":
        addresses.free(change.splynx, MODULE, row.id)
    if change.action != "delete" and row["taking_ipv4"] == 1 and row["ipv4"]:
        addresses.take(change.splynx, row["ipv4"], {
            "customer_id": row["customer_id"], "module": MODULE, "module_item_id": row.id, "hostname": row["login"],
        })  # fmt: skip
