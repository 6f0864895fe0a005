"""When an account is billed, for which period, and with which services.

In: an account's plan. Out: its bill runs up to a day, and on the way the account's ``next_bill`` and each service's
``next_due`` and ``times_billed``. Rules, with the sources of the facts:

* prepaid (months_to_bill 1..): the bill of day D covers D to D + months − 1 day;
  postpaid (0): it covers the month before D (research/mapping.md 3.4, "months_to_bill").
* a monthly service is charged for each month of the bill; a service of N months every N months (mapping.md 5.3).
* GUESS: the days between activation and the first regular bill are billed on the day of activation, prorated by the days of
  that month (postpaid: with the first regular bill). Services of several months start at the first regular bill.
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
    gap = (first - account.activated).days
    share = Fraction(gap, monthrange(account.activated.year, account.activated.month)[1])
    new = tuple(s for s in services if s.since <= account.activated and s.item.frequency == 1 and not s.item.times_to_run)
    if gap and plan.months_to_bill and account.activated <= until and new:
        yield BillRun(account.activated, account.activated, first - ONE_DAY, 1, new, min(share, Fraction(1)))
    step = max(1, plan.months_to_bill)
    number = 0
    if not plan.months_to_bill:
        # Postpaid: the first regular bill covers what lies before it.
        if gap and first <= until and new:
            yield BillRun(first, account.activated, first - ONE_DAY, 1, new, min(share, Fraction(1)))
        number = 1
    while (day := add_months(first, number * step, plan.bill_day)) <= until:
        due = []
        for service in services:
            if service.since > day or (service.item.times_to_run and service.times_billed >= service.item.times_to_run):
                continue
            if service.item.frequency > 1:
                if service.next_due is not None and service.next_due > day:
                    continue
                service.next_due = add_months(day, service.item.frequency, plan.bill_day)
            service.times_billed += 1
            due.append(service)
        number += 1
        if not due:
            continue
        if plan.months_to_bill:
            start, end = day, add_months(day, step, plan.bill_day) - ONE_DAY
        else:
            start, end = add_months(day, -1, plan.bill_day), day - ONE_DAY
        yield BillRun(day, start, end, step, tuple(due))
    account.next_bill = day
    for service in services:
        if service.item.frequency > 1 and service.next_due is None:
            service.next_due = day


def skip_to(account: AccountPlan, today: date) -> None:
    """Run the calendar of an active account without writing bills, for ``next_bill``, ``next_due`` and ``times_billed``."""
    for _ in bill_runs(account, account.services, today):
        pass
