"""When an account is billed, for which period, and with which services.

In: an account's plan. Out: its bill runs up to a day, and on the way the account's ``next_bill`` and each service's
``next_due`` and ``times_billed``. Rules, with the sources of the facts:

* prepaid (months_to_bill 1..): the bill of day D covers D to D + months − 1 day;
  postpaid (0): it covers the month before D (research/mapping.md 3.4, "months_to_bill").
* a monthly service is charged for each month of the bill; a service of N months every N months (mapping.md 5.3).
* GUESS: the days between activation and the first regular bill are billed on the day of activation, prorated by the
  days of that month (postpaid: with the first regular bill). Services of several months start at the first regular
  bill.
* GUESS: a service that is added later is first charged at the next regular bill.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sandbox.data.clock import ONE_DAY, add_months, next_day_of_month
from sandbox.data.plan import AccountPlan, ServicePlan


@dataclass(frozen=True, slots=True)
class BillRun:
    """One bill: its date, its period (both days included) and the services on it."""

    day: date
    period_start: date
    period_end: date
    months: int
    services: tuple[ServicePlan, ...]
    share: Fraction = Fraction(1)
    """Part of a month that is charged; below 1 for the first days."""


def bill_runs(account: AccountPlan, services: Sequence[ServicePlan], until: date) -> Iterator[BillRun]:
    """The bills of an account from its activation to ``until`` (included), oldest first."""
    plan = account.billing
    if account.activated is None:
        return
    first = next_day_of_month(account.activated, plan.bill_day)
    opening = _opening_run(account.activated, first, services, prepaid=bool(plan.months_to_bill))
    if opening is not None and opening.day <= until:
        yield opening
    step = max(1, plan.months_to_bill)
    # Postpaid: the first regular bill covers what lies before it, and that is the opening run.
    number = 0 if plan.months_to_bill else 1
    while (day := add_months(first, number * step, plan.bill_day)) <= until:
        number += 1
        due = _take_due(services, day, plan.bill_day)
        if not due:
            continue
        if plan.months_to_bill:
            start, end = day, add_months(day, step, plan.bill_day) - ONE_DAY
        else:
            start, end = add_months(day, -1, plan.bill_day), day - ONE_DAY
        yield BillRun(day, start, end, step, due)
    account.next_bill = day
    for service in services:
        if service.item.frequency > 1 and service.next_due is None:
            service.next_due = day


def _opening_run(activated: date, first: date, services: Sequence[ServicePlan], *, prepaid: bool) -> BillRun | None:
    """The bill for the days from activation to the first regular bill day, or None when there are none."""
    days = (first - activated).days
    new = tuple(s for s in services if s.since <= activated and s.item.frequency == 1 and not s.item.times_to_run)
    if not days or not new:
        return None
    share = min(Fraction(days, monthrange(activated.year, activated.month)[1]), Fraction(1))
    return BillRun(activated if prepaid else first, activated, first - ONE_DAY, 1, new, share)


def _take_due(services: Sequence[ServicePlan], day: date, bill_day: int) -> tuple[ServicePlan, ...]:
    """The services that the bill of a day charges; they are counted as billed."""
    due = []
    for service in services:
        if service.since > day or (service.item.times_to_run and service.times_billed >= service.item.times_to_run):
            continue
        if service.item.frequency > 1:
            if service.next_due is not None and service.next_due > day:
                continue
            service.next_due = add_months(day, service.item.frequency, bill_day)
        service.times_billed += 1
        due.append(service)
    return tuple(due)


def skip_to(account: AccountPlan, today: date) -> None:
    """Run an account's calendar without bills, for ``next_bill``, ``next_due`` and ``times_billed``."""
    for _ in bill_runs(account, account.services, today):
        pass
