"""The whole reconciliation: ask the stage, read Splynx, compare, sum up.

In: settings, stage, ledger, client. Out: `Reconciliation`. Reads only.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from target_splynx.ledger.store import Ledger
from target_splynx.reconcile import forecast
from target_splynx.reconcile.amounts import cents
from target_splynx.reconcile.compare import BUCKETS, bucket, compare
from target_splynx.reconcile.expected import Account, read_expected
from target_splynx.reconcile.held import Customer, Preview, day_of, for_each, read_held, read_preview
from target_splynx.reconcile.owed import owed
from target_splynx.reconcile.payer import Payer, payers
from target_splynx.reconcile.queries import Queries, prepare
from target_splynx.reconcile.regular import count_services, revenue
from target_splynx.reconcile.result import Figure, Reconciliation
from target_splynx.reconcile.saved import fingerprint
from target_splynx.settings import Settings
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import SplynxError, Unavailable
from target_splynx.stage.store import Stage

logger = logging.getLogger(__name__)

TRIES = 3


@dataclass(frozen=True)
class Wish:
    """What to look at. `previews`: of how many customers (None: all); `deposits`: ask each for its balance, too;
    `live`: also customers that are billed by Splynx already; `day`: for ageing and discounts, today when None."""

    previews: int | None = None
    deposits: bool = False
    live: bool = False
    day: date | None = None


def reconcile(settings: Settings, stage: Stage, ledger: Ledger, client: Client, wish: Wish) -> Reconciliation:
    """Compare everything.

    Raises:
        MigrationError: the mapping has no such files, a stream is missing, or Splynx cannot be read.
    """
    day = wish.day or datetime.now(ZoneInfo(settings.timezone)).date()
    exponent = settings.currency_exponent
    queries = prepare(settings, stage, ledger)
    expected = read_expected(queries)
    ids = [account.customer_id for account in expected.accounts.values() if account.customer_id is not None]
    held = read_held(client, ids, day=day, exponent=exponent, workers=settings.parallel_workers)
    if wish.deposits:
        _add_deposits(client, held, exponent, settings.parallel_workers)
    found = [payer for payer in payers(expected, held) if wish.live or not any(m.live for m in payer.members)]
    result = Reconciliation(str(day), str(settings.variables.get("balance_strategy")), exponent)
    result.compared = len(found)
    result.live = len(expected.accounts) - sum(len(payer.members) for payer in found)
    for payer in found:
        result.differences += compare(payer)
    previewed = _forecasts(client, found, wish, settings, result)
    result.sums = _sums(found, day) + previewed
    if "blocking" in queries.files:
        result.blocking = _blocking(queries, expected.accounts, held)
    result.fingerprint = fingerprint(settings, stage, ledger, queries.streams)
    return result


def _forecasts(
    client: Client, found: list[Payer], wish: Wish, settings: Settings, result: Reconciliation
) -> list[Figure]:
    """Ask for the previews, several at a time; the sum over those that answered."""
    charged = [payer for payer in found if forecast.asked(payer)]
    result.previews_wanted = len(charged)
    chosen = charged if wish.previews is None else sample(charged, wish.previews)
    accounts = {
        a.customer_id: (a, payer) for payer in chosen for a in forecast.asked(payer) if a.customer_id is not None
    }
    day = date.fromisoformat(result.day)
    answers = for_each(
        lambda number: _preview(client, number, *accounts[number], day, settings.currency_exponent),
        accounts,
        settings.parallel_workers,
    )
    source = splynx = 0
    for payer in chosen:
        own = [answers[a.customer_id] for a in forecast.asked(payer) if a.customer_id is not None]
        difference = forecast.compare(payer, own)
        if difference is not None:
            result.differences.append(difference)
        source += forecast.source_cents(payer)
        splynx += sum(answer.total_cents for answer in own)
    result.previews = len(chosen)
    return [Figure("next charge, tax included", source, splynx)] if chosen else []


def sample(charged: list[Payer], number: int) -> list[Payer]:
    """Evenly over all accounts, the same ones each time."""
    if number >= len(charged):
        return charged
    return [charged[index * len(charged) // number] for index in range(number)]


def _preview(client: Client, number: int, account: Account, payer: Payer, day: date, exponent: int) -> Preview:
    """Splynx's preview on the day of the source's next bill; it makes nothing, so it may be asked again."""
    # Where the account has no date of its own, what was written of it decides.
    written = [line.first_day for line in payer.lines if line.services and line.first_day is not None]
    on = (payer.account.next_charge or account.next_charge or min(written, default=day)).isoformat()
    body = {"toBillDate": on, "transactionDate": on}
    problem = ""
    for _ in range(TRIES):
        try:
            return read_preview(client.post(f"/admin/finance/to-bill/{number}--preview", body), exponent)
        except Unavailable as error:  # noqa: PERF203 - tries
            problem = str(error)
        except (SplynxError, ValueError) as error:
            return Preview(0, problem=str(error))
    return Preview(0, problem=problem)


def _add_deposits(client: Client, held: dict[int, Customer], exponent: int, workers: int) -> None:
    """The balance as Splynx shows it, and the day on which it would block, customer by customer."""
    answers = for_each(lambda number: client.get(f"/admin/customers/billing-info/{number}"), held, workers)
    for number, answer in answers.items():
        if isinstance(answer, dict) and answer.get("deposit") is not None:
            held[number].deposit_cents = cents(answer["deposit"], exponent)
            held[number].blocking = day_of(answer.get("blocking_date"))


def _blocking(queries: Queries, accounts: Mapping[str, Account], held: Mapping[int, Customer]) -> list[dict[str, Any]]:
    """Who would be blocked once billing is on, and the day that Splynx itself names, where it was asked."""
    found = []
    for row in queries.rows("blocking"):
        account = accounts.get(row["account"])
        customer = held.get(account.customer_id) if account is not None and account.customer_id is not None else None
        if customer is not None:
            own = str(customer.blocking) if customer.blocking else None
            found.append({**row, "day": str(row["day"]), "customer_id": customer.id, "splynx_day": own})
    return found


# -- sums --------------------------------------------------------------------------------------------------------------


def _sums(found: list[Payer], day: date) -> list[Figure]:
    balances = [owed(payer) for payer in found]
    figures = [
        Figure("owed by customers", *_total(balances)),
        Figure("of it not invoiced yet", *_total(_future(payer) for payer in found)),
        Figure("balances in credit", *_total((min(0, a), min(0, b)) for a, b in balances)),
        Figure("customers in credit", *_total((int(a < 0), int(b < 0)) for a, b in balances), money=False),
        Figure("open invoices", *_total(_invoices(payer) for payer in found)),
        Figure("open invoices, number", *_total(_invoice_counts(payer) for payer in found), money=False),
    ]
    ageing = _ageing(found, day)
    figures += [Figure(f"open invoices, {name}", *ageing[number]) for number, name in enumerate(BUCKETS)]
    units = _total(revenue(payer) for payer in found)
    figures.append(Figure("monthly revenue before tax", *units, scale=4))
    counts = _service_counts(found)
    figures += [Figure(f"services: {kind}", *counts[kind], money=False) for kind in sorted(counts)]
    return figures


def _total(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    both = list(pairs)
    return sum(pair[0] for pair in both), sum(pair[1] for pair in both)


def _future(payer: Payer) -> tuple[int, int]:
    return (
        sum(item.cents for item in payer.items if item.kind == "future"),
        sum(customer.future_cents for customer in payer.customers),
    )


def _invoices(payer: Payer) -> tuple[int, int]:
    return (
        sum(item.cents for item in payer.items if item.kind == "invoice"),
        sum(invoice.due_cents for invoice in payer.invoices),
    )


def _invoice_counts(payer: Payer) -> tuple[int, int]:
    return sum(item.kind == "invoice" for item in payer.items), len(payer.invoices)


def _ageing(found: list[Payer], day: date) -> list[tuple[int, int]]:
    source, splynx = [0] * len(BUCKETS), [0] * len(BUCKETS)
    for payer in found:
        for item in payer.items:
            if item.kind == "invoice":
                source[bucket(item.due, day)] += item.cents
        for invoice in payer.invoices:
            splynx[bucket(invoice.due, day)] += invoice.due_cents
    return list(zip(source, splynx, strict=True))


def _service_counts(found: list[Payer]) -> dict[str, tuple[int, int]]:
    source: Counter[str] = Counter()
    splynx: Counter[str] = Counter()
    for payer in found:
        counted = count_services(payer)
        source += counted.source
        splynx += counted.splynx
    return {kind: (source[kind], splynx[kind]) for kind in source.keys() | splynx.keys()}
