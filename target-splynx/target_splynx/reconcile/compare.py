"""Side by side, payer by payer: everything that lists tell. The next charge is `forecast`'s."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from target_splynx.reconcile import owed, regular
from target_splynx.reconcile.expected import Reason
from target_splynx.reconcile.payer import Payer
from target_splynx.reconcile.result import Difference

NOT_THERE = Reason("not_written", "was not written, and no reject says why")


def compare(payer: Payer) -> Iterator[Difference]:
    """Customers, balance, open invoices, due dates, services, monthly revenue, first day to charge."""
    yield from _customers(payer)
    yield from owed.compare(payer)
    yield from regular.compare(payer)


def _customers(payer: Payer) -> Iterator[Difference]:
    there = {customer.id for customer in payer.customers}
    for account in payer.members:
        if account.customer_id is None and account.reason is None:
            yield payer.difference("customer", 1, 0, detail=f"{account.label} {NOT_THERE.message}")
        if account.customer_id is not None and account.customer_id not in there:
            detail = f"{account.label}: customer {account.customer_id} is no longer in Splynx"
            yield payer.difference("customer", 1, 0, detail=detail)


# -- ageing ------------------------------------------------------------------------------------------------------------

BUCKETS = ("not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "over 90 days")


def bucket(due: date | None, day: date) -> int:
    """Index into `BUCKETS` by days past due; without a date: not due."""
    late = 0 if due is None else (day - due).days
    return sum(late > limit for limit in (0, 30, 60, 90))
