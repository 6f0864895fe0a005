"""The source's side: accounts, what they owe, and what they are charged regularly.

In: the rows of `reconcile/accounts.sql`, `items.sql` and `lines.sql`. Out: `Expected`. Money is whole cents (the
currency's smallest unit); what a customer owes counts up.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from target_splynx.reconcile.queries import Queries


@dataclass(frozen=True)
class Reason:
    """Why something was not written."""

    code: str
    message: str

    @classmethod
    def of(cls, reject: str | None, skip: str | None = None) -> Reason | None:
        """From `code|message|remedy`, or the name of a rule."""
        if reject:
            code, _, rest = reject.partition("|")
            return cls(code.strip(), rest.partition("|")[0].strip())
        return cls("skipped", str(skip)) if skip else None


@dataclass(frozen=True)
class Account:
    """An account of the source. `payer`: the account that is charged for it, itself in most cases;
    `linked`: Splynx charges it with its payer; `live`: Splynx bills it already."""

    key: str
    label: str
    payer: str
    linked: bool
    live: bool
    customer_id: int | None
    billed: bool
    final_status: str
    reason: Reason | None
    """Why it is no customer."""
    owed_reason: Reason | None
    """Why its money was held back."""
    months: int
    """How many months one bill is for; 0: for the month before it."""
    next_charge: date | None
    reported_cents: int | None
    """What the source itself says of the next charge, tax included."""
    moved_cents: int = 0
    """Money that was written row by row: what Splynx may have put on other invoices than the source."""


@dataclass(frozen=True)
class Item:
    """An open item: `invoice`, `future` (charged, not invoiced), `payment`, `discount`, `opening` (a balance); or
    `closed`: an invoice that was written and of which nothing is left at the source."""

    account: str
    kind: str
    key: str
    cents: int
    due: date | None
    splynx_id: int | None
    reason: Reason | None


@dataclass(frozen=True)
class Line:
    """A regular charge. `cents` of one bill before tax, `monthly` in the main unit; both without sign.

    `tax_shift_cents`: what Splynx charges more of tax by design, and why.
    """

    account: str
    key: str
    label: str
    kind: str
    sign: int
    cents: int
    tax_cents: int
    tax_shift_cents: int
    tax_shift: str
    due: bool
    monthly: Decimal
    revenue: bool
    first_day: date | None
    last_day: date | None
    services: tuple[tuple[str, int], ...]
    """(resource, id) of what it became; empty for a credit, which is a discount of a service."""
    separate: bool
    """A credit that is a service of its own."""
    reason: Reason | None
    by_account: bool = True
    """Charged for as many months as the account pays at once, not for a number of its own."""
    months: int = 1
    """How many months `cents` are for."""

    @property
    def charged(self) -> int:
        """With tax and sign, when it is part of the next bill."""
        return self.sign * (self.cents + self.tax_cents) if self.due else 0


@dataclass
class Expected:
    """Everything, by account."""

    accounts: dict[str, Account] = field(default_factory=dict)
    items: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))


def read_expected(queries: Queries) -> Expected:
    """Ask the files.

    Raises:
        ModelError: the SQL of one fails.
    """
    found = Expected()
    for row in queries.rows("accounts"):
        found.accounts[row["account"]] = _account(row)
    for row in queries.rows("items"):
        found.items[row["account"]].append(
            Item(
                row["account"],
                row["kind"],
                row["item"],
                int(row["cents"]),
                row["due_date"],
                row["splynx_id"],
                Reason.of(row["reject"]),
            )
        )
    for row in queries.rows("lines"):
        found.lines[row["account"]].append(_line(row))
    return found


def _account(row: dict[str, Any]) -> Account:
    return Account(
        key=row["account"],
        label=row["label"],
        payer=row["payer"],
        linked=row["linked"],
        live=row["live"],
        customer_id=row["customer_id"],
        billed=row["billed"],
        final_status=row["final_status"],
        reason=Reason.of(row["reject"], row["skip"]) if row["customer_id"] is None else None,
        owed_reason=Reason.of(row["owed_problem"]),
        months=int(row["months"]),
        next_charge=row["next_charge"],
        reported_cents=row["reported_cents"],
        moved_cents=int(row.get("moved_cents") or 0),
    )


def _line(row: dict[str, Any]) -> Line:
    return Line(
        account=row["account"],
        key=row["line"],
        label=row["label"],
        kind=row["kind"],
        sign=int(row["sign"]),
        cents=int(row["cents"]),
        tax_cents=int(row["tax_cents"]),
        tax_shift_cents=int(row["tax_shift_cents"]),
        tax_shift=row["tax_shift"] or "",
        due=bool(row["due"]),
        monthly=row["monthly"],
        revenue=bool(row["revenue"]),
        first_day=row["first_day"],
        last_day=row["last_day"],
        services=tuple((str(each["resource"]), int(each["id"])) for each in row["services"] or ()),
        separate=bool(row["separate"]),
        reason=Reason.of(row["reject"], row["skip"]),
        by_account=bool(row.get("by_account", True)),
        months=int(row.get("months") or 1),
    )
