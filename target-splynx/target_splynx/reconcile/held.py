"""Splynx's side: balances, open invoices, unused money and services, read in lists; and what it would charge next.

In: an authenticated client. Out: `Held`, by customer id. Money is whole cents; what a customer owes counts up, so a
debit transaction adds and a credit takes off (`deposit` is the sum with the other sign, research/money.md §1). Reads
only: a preview is a POST that makes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from target_splynx.contract.resource import resources
from target_splynx.errors import PermissionMissing
from target_splynx.planning.existing import list_path
from target_splynx.reconcile.amounts import cents, exact
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed
from target_splynx.splynx.query import Query

SERVICES = ("services_internet", "services_voice", "services_recurring")
BUNDLES = "services_bundle"
_KINDS = {
    "internet": "services_internet",
    "voice": "services_voice",
    "custom": "services_recurring",
    "bundle": BUNDLES,
}
"""What documents and discounts call a service → its resource."""
_MAY_BE_HIDDEN = frozenset({BUNDLES, "additional_discounts"})
"""Few use them; where they hold something, revenue and previews differ without them."""
_NO_DATES = frozenset({"", "0000-00-00", "None"})


@dataclass(frozen=True)
class OpenInvoice:
    """An invoice that is not paid. `due_cents`: what is left of it."""

    id: int
    number: str
    due: date | None
    due_cents: int


@dataclass(frozen=True)
class Service:
    """A service that is charged. `monthly`: price × quantity less its discounts, in the main unit, before tax.

    `bundle`: the bundle that it is part of and is charged with, so that its own price does not count; else 0.
    """

    resource: str
    id: int
    monthly: Decimal
    start: date | None
    end: date | None
    description: str
    bundle: int = 0

    @property
    def key(self) -> tuple[str, int]:
        """Resource and id."""
        return self.resource, self.id


@dataclass
class Customer:
    """What one customer holds. `owed_cents` without what no invoice has picked up yet (`future_cents`)."""

    id: int
    status: str = ""
    owed_cents: int = 0
    future_cents: int = 0
    unused_cents: int = 0
    deposit_cents: int | None = None
    """The balance as Splynx shows it, where it was asked for."""
    blocking: date | None = None
    invoices: list[OpenInvoice] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)


def read_held(
    client: Client, wanted: Iterable[int], *, day: date, exponent: int, workers: int = 4
) -> dict[int, Customer]:
    """The wanted customers that Splynx still shows. `day`: discounts that ended before it count no more.

    Raises:
        PermissionMissing: the key may not list one of the resources.
        SplynxError: Splynx does not answer.
    """
    ids = frozenset(wanted)
    found = {
        int(row["id"]): Customer(int(row["id"]), str(row.get("status") or ""))
        for row in _rows(client, "customers")
        if int(row["id"]) in ids
    }
    # Each list fills fields of its own, so they are read side by side.
    lists: list[tuple[str, Query | None, Take]] = [
        ("transactions", None, partial(_take_transaction, exponent=exponent)),
        ("invoices", Query(main={"status": "not_paid"}), partial(_take_invoice, exponent=exponent)),
        ("payments", None, partial(_take_payment, exponent=exponent)),
        *((name, None, partial(_take_service, name=name, day=day)) for name in (*SERVICES, BUNDLES)),
    ]

    def read(each: tuple[str, Query | None, Take]) -> None:
        name, query, take = each
        for row in _rows(client, name, query):
            if (customer := found.get(_number(row.get("customer_id")))) is not None:
                take(customer, row)

    with ThreadPoolExecutor(workers) as pool:
        discounts = pool.submit(_read_percents, client, day)
        list(pool.map(read, lists))
        _take_off(found.values(), discounts.result())
    return found


def _read_percents(client: Client, day: date) -> dict[tuple[str, int], Decimal]:
    """Service → percent of its additional discounts. `day`: those that ended before it count no more."""
    found: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for row in _rows(client, "additional_discounts"):
        last = day_of(row.get("end_date"))
        resource = _KINDS.get(str(row.get("service_type") or ""))
        if resource is not None and _true(row.get("enabled")) and (last is None or last >= day):
            found[resource, _number(row.get("service_id"))] += exact(row.get("percent"))
    return found


def _take_off(customers: Iterable[Customer], percents: Mapping[tuple[str, int], Decimal]) -> None:
    """GUESS: several additional discounts add up; together they take at most the whole price."""
    for customer in customers:
        for place, service in enumerate(customer.services):
            if (percent := percents.get(service.key)) is not None:
                left = service.monthly * (100 - min(percent, Decimal(100))) / 100
                customer.services[place] = replace(service, monthly=left)


def _take_transaction(customer: Customer, row: Mapping[str, Any], *, exponent: int) -> None:
    amount = cents(row.get("total"), exponent)
    amount = amount if row.get("type") == "debit" else -amount
    if _true(row.get("to_invoice")):
        customer.future_cents += amount
    else:
        customer.owed_cents += amount


def _take_invoice(customer: Customer, row: Mapping[str, Any], *, exponent: int) -> None:
    # GUESS: lists show `due` (it is among the live attributes); without it nothing of the invoice is paid.
    left = cents(row.get("due", row.get("total")), exponent)
    if left and row.get("status") == "not_paid":
        till = day_of(row.get("date_till"))
        customer.invoices.append(OpenInvoice(int(row["id"]), str(row.get("number") or ""), till, left))


def _take_payment(customer: Customer, row: Mapping[str, Any], *, exponent: int) -> None:
    customer.unused_cents += cents(row.get("remind_amount"), exponent)


def _take_service(customer: Customer, row: Mapping[str, Any], *, name: str, day: date) -> None:
    if _charged(row):
        customer.services.append(_service(name, row, day))


Take = Callable[[Customer, Mapping[str, Any]], None]
"""What a row adds to its customer."""


def _rows(client: Client, name: str, query: Query | None = None) -> Iterator[dict[str, Any]]:
    path, listing = list_path(resources()[name])
    try:
        yield from client.pages(str(path), query or listing)
    except NotAllowed as error:
        if name in _MAY_BE_HIDDEN:
            return
        raise PermissionMissing(
            f"{name} cannot be listed ({error}): give the API key the right to view them, then reconcile again."
        ) from None


def _charged(row: Mapping[str, Any]) -> bool:
    """Active, and disabled without an end, which Splynx goes on billing (research/splynx-api.md §8)."""
    return row.get("status") == "active" or (row.get("status") == "disabled" and day_of(row.get("end_date")) is None)


def _service(name: str, row: Mapping[str, Any], day: date) -> Service:
    price = exact(row.get("unit_price")) * exact(row.get("quantity") or 1)
    last = day_of(row.get("discount_end_date"))
    if _true(row.get("discount")) and (last is None or last >= day):
        value = exact(row.get("discount_value"))
        price -= price * value / 100 if row.get("discount_type") == "percent" else value
    first, end = day_of(row.get("start_date")), day_of(row.get("end_date"))
    bundle = _number(row.get("bundle_service_id"))
    # What belongs to a bundle is charged with it.
    price = Decimal(0) if bundle else price
    return Service(name, int(row["id"]), price, first, end, str(row.get("description") or ""), bundle)


# -- one request per customer ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """What the next charge of a customer would be, with taxes.

    `services`: cents by (resource, id); `others_cents`: future items that the charge picks up; `since`: the first day
    that is charged for. All three are empty when the answer tells nothing but a sum. `problem`: there was no answer.
    """

    total_cents: int
    services: dict[tuple[str, int], int] = field(default_factory=dict)
    others_cents: int = 0
    since: dict[tuple[str, int], date] = field(default_factory=dict)
    itemised: bool = False
    problem: str = ""


# GUESS: the document says of the answer no more than "object": these are the names of transactions and last charges.
_TOTALS = ("totalSum", "total", "sum")
_LINES = ("transactions", "items", "lines")


def read_preview(answer: Any, exponent: int) -> Preview:
    """The answer of `to-bill/{customer}--preview`.

    Raises:
        ValueError: it tells neither a sum nor lines.
    """
    body = answer if isinstance(answer, dict) else {"transactions": answer} if isinstance(answer, list) else {}
    lines = next((body[name] for name in _LINES if isinstance(body.get(name), list)), None)
    total = next((body[name] for name in _TOTALS if body.get(name) not in (None, "")), None)
    if lines is None and total is None:
        raise ValueError(f"the answer has {', '.join(sorted(body)) or 'nothing'}, but no sum and no lines")
    services: dict[tuple[str, int], int] = defaultdict(int)
    since: dict[tuple[str, int], date] = {}
    others = 0
    for line in lines or ():
        amount = cents(line.get("total"), exponent)
        kind = _KINDS.get(str(line.get("service_type") or ""))
        if kind is None or not _number(line.get("service_id")) or _number(line.get("transaction_id")):
            others += amount
            continue
        service = (kind, _number(line["service_id"]))
        services[service] += amount
        if (first := day_of(line.get("period_from"))) is not None:
            since[service] = min(first, since.get(service, first))
    summed = sum(services.values()) + others
    return Preview(
        summed if total is None else cents(total, exponent), dict(services), others, since, lines is not None
    )


def for_each(work: Callable[[int], Any], ids: Iterable[int], workers: int) -> dict[int, Any]:
    """One request per customer, several at a time."""
    wanted = list(ids)
    with ThreadPoolExecutor(workers) as pool:
        return dict(zip(wanted, pool.map(work, wanted), strict=True))


def day_of(value: Any) -> date | None:
    """A date of Splynx; `0000-00-00` and what is no date are none."""
    text = str(value or "")[:10]
    if text in _NO_DATES:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(value: Any) -> int:
    text = str(value if value is not None else "")
    return int(text) if text.isdigit() else 0


def _true(value: Any) -> bool:
    return str(value).casefold() in {"1", "true"}
