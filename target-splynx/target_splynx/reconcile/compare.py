"""Side by side, payer by payer: balance, open invoices, due dates, services, monthly revenue, first day to charge.

In: `Expected` and what Splynx holds. Out: differences with their explanations. An explanation counts only when its
figures account for the difference: rows that were held back, to the cent; money that Splynx settled by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from target_splynx.reconcile.expected import Account, Expected, Item, Line, Reason
from target_splynx.reconcile.held import Customer, OpenInvoice, Service
from target_splynx.reconcile.result import Difference, Explanation

NOT_THERE = Reason("not_written", "was not written, and no reject says why")
_SHOWN = 3


@dataclass
class Payer:
    """Who pays, with everybody that is paid for: accounts, their lines and open items, and their customers."""

    account: Account
    members: list[Account] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)

    @property
    def reason(self) -> Reason | None:
        """Why nobody of them is a customer."""
        return None if self.customers else self.account.reason

    def why(self, account: str, own: Reason | None) -> Reason | None:
        """Why something of an account was not written: its own reason, else the account's."""
        if own is not None:
            return own
        member = next((each for each in self.members if each.key == account), self.account)
        return member.reason

    @property
    def services(self) -> list[Service]:
        """Services of all customers."""
        return [service for customer in self.customers for service in customer.services]

    @property
    def invoices(self) -> list[OpenInvoice]:
        """Open invoices of all customers."""
        return [invoice for customer in self.customers for invoice in customer.invoices]

    def difference(
        self,
        check: str,
        source: int,
        splynx: int,
        explanations: Iterable[Explanation] = (),
        *,
        tolerance: int = 0,
        detail: str = "",
    ) -> Difference:
        """A finding about this payer."""
        mine = self.account
        told = tuple(explanations)
        return Difference(
            check, mine.key, mine.label, mine.customer_id, source, splynx, told, tolerance=tolerance, detail=detail
        )


def payers(expected: Expected, held: dict[int, Customer]) -> list[Payer]:
    """Everybody who pays, by account."""
    found: dict[str, Payer] = {}
    for account in expected.accounts.values():
        if account.payer == account.key:
            found[account.key] = Payer(account)
    for account in expected.accounts.values():
        payer = found.setdefault(account.payer, Payer(account))
        payer.members.append(account)
        payer.items += expected.items.get(account.key, [])
        payer.lines += expected.lines.get(account.key, [])
        if account.customer_id is not None and (customer := held.get(account.customer_id)) is not None:
            payer.customers.append(customer)
    return list(found.values())


def compare(payer: Payer) -> Iterator[Difference]:
    """Everything that lists tell; the next charge is `forecast`'s."""
    yield from _customers(payer)
    yield from _balance(payer)
    yield from _invoices(payer)
    yield from _services(payer)
    yield from _revenue(payer)
    yield from _first_days(payer)


# -- customers ---------------------------------------------------------------------------------------------------------


def _customers(payer: Payer) -> Iterator[Difference]:
    there = {customer.id for customer in payer.customers}
    for account in payer.members:
        if account.customer_id is None and account.reason is None:
            yield payer.difference("customer", 1, 0, detail=f"{account.label} {NOT_THERE.message}")
        if account.customer_id is not None and account.customer_id not in there:
            detail = f"{account.label}: customer {account.customer_id} is no longer in Splynx"
            yield payer.difference("customer", 1, 0, detail=detail)


# -- what is owed ------------------------------------------------------------------------------------------------------


def owed(payer: Payer) -> tuple[int, int]:
    """(what the source says is owed, what Splynx says), future items included."""
    return sum(item.cents for item in payer.items), sum(c.owed_cents + c.future_cents for c in payer.customers)


def _balance(payer: Payer) -> Iterator[Difference]:
    source, splynx = owed(payer)
    told = sum(-c.deposit_cents - c.owed_cents for c in payer.customers if c.deposit_cents is not None)
    detail = "Splynx's deposit differs from the sum of its own transactions" if told else ""
    if source != splynx + told or detail:
        held = (item for item in payer.items if item.splynx_id is None)
        yield payer.difference("balance", source, splynx + told, held_back(payer, held), detail=detail)


def held_back(payer: Payer, items: Iterable[Item], *, counted: bool = False) -> list[Explanation]:
    """One explanation per reason, over the rows that were not written for it."""
    found: dict[Reason, list[Item]] = defaultdict(list)
    for item in items:
        reason = payer.why(item.account, item.reason)
        if reason is not None:
            found[reason].append(item)
    return [
        Explanation(
            reason.code,
            f"{_list(f'{item.kind} {item.key}' for item in rows)}: {reason.message}",
            -(len(rows) if counted else sum(item.cents for item in rows)),
        )
        for reason, rows in found.items()
    ]


def _invoices(payer: Payer) -> Iterator[Difference]:
    wanted = [item for item in payer.items if item.kind == "invoice"]
    shown = {invoice.id: invoice for invoice in payer.invoices}
    sums = sum(item.cents for item in wanted), sum(invoice.due_cents for invoice in shown.values())
    held = [item for item in wanted if item.splynx_id is None]
    settled = _settled(payer, wanted, sums)
    if sums[0] != sums[1]:
        told = [Explanation("settled", "Splynx paid open invoices with money that Sonar had not used", settled)]
        yield payer.difference("invoices", *sums, [*held_back(payer, held), *(told if settled else [])])
    here = {item.splynx_id: item for item in wanted if item.splynx_id is not None}
    gone = [item for number, item in here.items() if number not in shown]
    more = [invoice for number, invoice in shown.items() if number not in here]
    if len(wanted) != len(shown):
        told = held_back(payer, held, counted=True)
        if gone and (settled or sums[0] == sums[1]):
            numbers = _list(item.key for item in gone)
            told.append(Explanation("settled", f"{numbers}: paid with money that Sonar had not used", -len(gone)))
        yield payer.difference("invoice_count", len(wanted), len(shown), told, detail=_unknown(more))
    elif more:
        yield payer.difference("invoice_count", len(wanted), len(shown), detail=_unknown(more))
    late = [
        (item, shown[number])
        for number, item in here.items()
        if number in shown and item.due is not None and item.due != shown[number].due
    ]
    if late:
        dates = _list(f"{item.key}: {item.due}, in Splynx {invoice.due}" for item, invoice in late)
        yield payer.difference("due_dates", len(here), len(here) - len(late), detail=dates)


def _settled(payer: Payer, wanted: list[Item], sums: tuple[int, int]) -> int:
    """What Splynx's settling took off the open invoices: at most the money that the source had not used, and only where
    the balance comes out even (a payment of anybody else would move it)."""
    held = sum(item.cents for item in wanted if item.splynx_id is None)
    less = sums[1] - (sums[0] - held)
    unused = sum(
        item.cents for item in payer.items if item.kind in {"payment", "discount"} and item.splynx_id is not None
    )
    source, splynx = owed(payer)
    kept_back = sum(item.cents for item in payer.items if item.splynx_id is None)
    return less if unused <= less < 0 and splynx == source - kept_back else 0


def _unknown(invoices: list[OpenInvoice]) -> str:
    return f"not of the migration: {_list(invoice.number for invoice in invoices)}" if invoices else ""


# -- what is charged regularly -----------------------------------------------------------------------------------------


def line_of(payer: Payer) -> dict[tuple[str, int], Line]:
    """(resource, id) of a service → the source's line that it carries. Credits only ride along."""
    found: dict[tuple[str, int], Line] = {}
    for line in payer.lines:
        if line.kind != "credit" or line.separate:
            found |= dict.fromkeys(line.services, line)
    return found


def held_lines(payer: Payer) -> list[tuple[Line, Reason]]:
    """Lines that became no service, with the reason; without one they stay unexplained."""
    found = []
    for line in payer.lines:
        if not line.services:
            reason = payer.why(line.account, line.reason)
            if reason is not None:
                found.append((line, reason))
    return found


@dataclass(frozen=True)
class Services:
    """How many services by kind. `strange`: those in Splynx that no line of the source became."""

    source: Counter[str]
    splynx: Counter[str]
    strange: list[Service]


def count_services(payer: Payer) -> Services:
    """A line counts once, also where it became several services (a number each); credits only when they are one."""
    by_service = line_of(payer)
    source = Counter(line.kind for line in payer.lines if line.kind != "credit" or line.separate)
    carried = (by_service.get((s.resource, s.id)) for s in payer.services)
    splynx = Counter({line.key: line.kind for line in carried if line is not None}.values())
    strange = [s for s in payer.services if (s.resource, s.id) not in by_service]
    splynx.update(s.resource.removeprefix("services_") for s in strange)
    return Services(source, splynx, strange)


def _services(payer: Payer) -> Iterator[Difference]:
    counted = count_services(payer)
    for kind in sorted(counted.source.keys() | counted.splynx.keys()):
        wanted, found = counted.source[kind], counted.splynx[kind]
        own = [s for s in counted.strange if s.resource == f"services_{kind}"]
        if wanted == found and not own:
            continue
        told = [
            Explanation(reason.code, f"{line.label}: {reason.message}", -1)
            for line, reason in held_lines(payer)
            if line.kind == kind
        ]
        detail = f"{kind}: not of the migration: {_list(s.description or str(s.id) for s in own)}" if own else kind
        yield payer.difference("services", wanted, found, told, detail=detail)


def revenue(payer: Payer) -> tuple[int, int]:
    """Monthly revenue before tax, (source, Splynx), whole units of 1/10000."""
    by_service = line_of(payer)
    source = sum((line.sign * line.monthly for line in payer.lines if line.revenue), Decimal(0))
    splynx = sum(
        (s.monthly for s in payer.services if (line := by_service.get((s.resource, s.id))) is None or line.revenue),
        Decimal(0),
    )
    return _units(source), _units(splynx)


def _units(value: Decimal) -> int:
    return int((value * 10_000).quantize(Decimal(1), ROUND_HALF_UP))


def _revenue(payer: Payer) -> Iterator[Difference]:
    source, splynx = revenue(payer)
    told = [
        Explanation(reason.code, f"{line.label}: {reason.message}", -line.sign * _units(line.monthly))
        for line, reason in held_lines(payer)
        if line.revenue
    ]
    # Prices of several months have four decimals in Splynx: less than half a cent a month.
    difference = payer.difference("revenue", source, splynx, told, tolerance=HALF_A_CENT)
    if abs(difference.difference) > HALF_A_CENT:
        yield difference


HALF_A_CENT = 49
"""In units of 1/10000."""


def _first_days(payer: Payer) -> Iterator[Difference]:
    by_service = line_of(payer)
    wrong = [
        f"{line.label}: {line.first_day}, in Splynx {service.start}"
        for service in payer.services
        if (line := by_service.get((service.resource, service.id))) is not None
        and line.first_day is not None
        and service.start != line.first_day
    ]
    if wrong:
        total = len(by_service)
        yield payer.difference("first_day", total, total - len(wrong), detail=_list(wrong))


# -- ageing ------------------------------------------------------------------------------------------------------------

BUCKETS = ("not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "over 90 days")


def bucket(due: date | None, day: date) -> int:
    """Index into `BUCKETS` by days past due; without a date: not due."""
    late = 0 if due is None else (day - due).days
    return sum(late > limit for limit in (0, 30, 60, 90))


def _list(names: Iterable[str]) -> str:
    found = list(names)
    return ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
