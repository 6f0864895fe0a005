"""The books of one account while they are made: open invoices, money that is left, and who paid what with which.

Integer cents. :class:`Ledger` keeps the rows of one account as plain dicts until the account is finished, because an
invoice's ``remaining_due`` and a payment's ``amount_remaining`` change until then. Sonar's rule, research/money.md
§1: money is applied to the oldest open invoice first; what finds no invoice stays as ``amount_remaining``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sandbox.data.charges import TaxLine, TaxRule, tax_lines
from sandbox.data.context import Context
from sandbox.data.plan import AccountPlan, CatalogueItem

MORNING = "T11:00:00+00:00"
"""The nightly billing of the instance, 5 or 6 o'clock in Chicago."""
NOON = "T18:00:00+00:00"


def on(day: date, time: str = NOON) -> str:
    """A stamp on a day."""
    return f"{day.isoformat()}{time}"


@dataclass(slots=True, eq=False)
class Invoice:
    """An invoice in the making. ``remaining`` is its ``remaining_due``."""

    id: int
    day: date
    due: date
    values: dict[str, Any]
    remaining: int = 0
    debits: int = 0
    taxes: int = 0
    child_remaining: int = 0
    touched: str = ""
    void: bool = False


@dataclass(slots=True, eq=False)
class Money:
    """A payment or discount in the making. ``left`` is its ``amount_remaining``."""

    id: int
    kind: str
    """``Payment`` or ``Discount``, as ``Credit.creditable_type`` says it."""
    day: date
    amount: int
    left: int
    values: dict[str, Any]
    touched: str = ""
    time: str = NOON
    applied: list[tuple[Invoice, int, dict[str, Any]]] = field(default_factory=list)


class Ledger:
    """All money rows of one account; ``write`` sends them off."""

    def __init__(self, context: Context, account: AccountPlan) -> None:
        self.account = account
        self._context = context
        self._writer = context.writer
        self.invoices: list[Invoice] = []
        self.monies: list[Money] = []

    def invoice(
        self, day: date, end: date, months: int, *, due_days: int | None = None, late_fee_only: bool = False
    ) -> Invoice:
        """Open an empty invoice."""
        plan = self.account.billing
        due = day + timedelta(days=plan.due_days if due_days is None else due_days)
        values = {
            "account_id": self.account.id,
            "company_id": self.account.company_id,
            "date": day.isoformat(),
            "due_date": due.isoformat(),
            "end_date": end.isoformat(),
            "number_of_months": months,
            "status": "SUCCESS",  # GUESS: a free string; nobody has seen its values
            "late_fee_only": late_fee_only,
            "auto_pay_date": (day + timedelta(days=5)).isoformat() if self.account.autopay else None,
        }
        invoice = Invoice(self._writer["Invoice"].reserve(), day, due, values, touched=on(day, MORNING))
        self.invoices.append(invoice)
        return invoice

    def debit(
        self,
        invoice: Invoice | None,
        day: date,
        item: CatalogueItem,
        cents: int,
        rules: Sequence[TaxRule],
        *,
        quantity: int = 1,
        months: int = 1,
        period: tuple[date, date] | None = None,
        description: str | None = None,
        reversed_by: int | None = None,
        **more: Any,
    ) -> int:
        """A charge line with its taxes; on an invoice, or (None) not invoiced yet. Gives the debit's id."""
        stamp = on(day, MORNING if invoice else NOON)
        debit_id = self._writer["Debit"].add(
            created=stamp, account_id=self.account.id, amount=cents, company_id=self.account.company_id,
            description=description or item.name, general_ledger_code=item.gl_code,
            general_ledger_code_description=item.gl_description, invoice_id=invoice.id if invoice else None,
            number_of_months=months, quantity=quantity, service_id=item.id, service_name=item.name, type=item.type,
            reversed=reversed_by is not None, reversed_by_user_id=reversed_by,
            reversed_at=stamp if reversed_by is not None else None,
            prorated_from=period[0].isoformat() if period else None,
            prorated_to=period[1].isoformat() if period else None, **more,
        )  # fmt: skip
        total = self._taxes("Debit", debit_id, cents, rules, stamp)
        if invoice is not None:
            invoice.debits += cents
            invoice.taxes += total
            invoice.remaining += cents + total
        return debit_id

    def _taxes(self, kind: str, row_id: int, cents: int, rules: Sequence[TaxRule], stamp: str) -> int:
        if not rules:
            return 0
        lines: list[TaxLine] = tax_lines(cents, rules)
        for line in lines:
            self._writer["TaxTransaction"].add(
                created=stamp, amount=line.tax_cents, amount_taxed=line.taxed_cents, description=line.name,
                taxtransactionable_type=kind, taxtransactionable_id=row_id, tax_provider_id=None,
            )  # fmt: skip
        return sum(line.tax_cents for line in lines)

    def discount(
        self,
        day: date,
        item: CatalogueItem,
        cents: int,
        rules: Sequence[TaxRule],
        *,
        quantity: int = 1,
        time: str = MORNING,
        **more: Any,
    ) -> Money:
        """A credit from a CREDIT service; applied to what is open."""
        stamp = on(day, time)
        row_id = self._writer["Discount"].reserve()
        total = cents + self._taxes("Discount", row_id, cents, rules, stamp)
        values = {
            "amount": cents,
            "company_id": self.account.company_id,
            "description": item.name,
            "general_ledger_code": item.gl_code,
            "general_ledger_code_description": item.gl_description,
            "quantity": quantity,
            "service_id": item.id,
            "service_name": item.name,
            "type": item.type,
            **more,
        }
        money = Money(row_id, "Discount", day, total, total, values, stamp, time)
        self.monies.append(money)
        self.apply(money, day, time)
        return money

    def payment(self, day: date, cents: int, *, time: str = NOON, **values: Any) -> Money:
        """Money received, applied to the oldest open invoices."""
        money = Money(
            self._writer["Payment"].reserve(), "Payment", day, cents, cents, {"amount": cents, **values}, on(day, time)
        )
        self.monies.append(money)
        self.apply(money, day, time)
        return money

    def declined(self, day: date, cents: int, **values: Any) -> Money:
        """An attempt that failed: a row like a payment, and no money.

        GUESS: ``amount_remaining`` keeps the whole amount, as a trap for a reader who forgets ``successful``.
        """
        row = {**values, "amount": cents, "successful": False, "status": "FAILED"}
        money = Money(self._writer["Payment"].reserve(), "Payment", day, cents, cents, row, on(day))
        self.monies.append(money)
        return money

    def apply(self, money: Money, day: date, time: str = NOON) -> None:
        """Use up money on open invoices, oldest first."""
        for invoice in self.invoices:
            if not money.left:
                return
            if not invoice.remaining or invoice.void:
                continue
            part = min(money.left, invoice.remaining)
            money.left -= part
            invoice.remaining -= part
            stamp = max(on(day, time), money.touched)
            invoice.touched = max(stamp, invoice.touched)
            money.touched = stamp
            credit = {
                "created": stamp, "account_id": self.account.id, "amount": part, "creditable_id": money.id,
                "creditable_type": money.kind, "invoice_id": invoice.id, "void": False,
            }  # fmt: skip
            money.applied.append((invoice, part, credit))

    def use_leftovers(self, day: date) -> None:
        """Apply what earlier payments and discounts left to new invoices."""
        for money in self.monies:
            if money.left and money.values.get("successful", True):
                self.apply(money, day, MORNING)

    def take_back(self, money: Money, day: date) -> None:
        """Undo a payment: its credits are void, its invoices open again, nothing of it is left."""
        stamp = on(day)
        for invoice, part, credit in money.applied:
            invoice.remaining += part
            invoice.touched = max(invoice.touched, stamp)
            credit.update(void=True, voided_at=stamp, updated=stamp)
        money.left = 0
        money.touched = stamp

    def void(self, invoice: Invoice, day: date) -> None:
        """Void an invoice. GUESS: its amounts stay on the row (only ``void`` tells), its debits are reversed."""
        invoice.void = True
        invoice.values["voided_at"] = on(day)
        invoice.touched = on(day)

    @property
    def open_cents(self) -> int:
        """Sum of what is due on open invoices."""
        return sum(invoice.remaining for invoice in self.invoices if not invoice.void)

    def write(self, today: date) -> None:
        """Write the rows that waited, and say whether the account is delinquent."""
        grace = timedelta(days=self.account.billing.grace_days)
        invoices, payments = self._writer["Invoice"], self._writer["Payment"]
        discounts, applications = self._writer["Discount"], self._writer["Credit"]
        for invoice in self.invoices:
            late = invoice.due + grace
            delinquent = bool(invoice.remaining) and not invoice.void and late < today
            self.account.delinquent |= delinquent
            invoices.add(
                id=invoice.id, created=on(invoice.day, MORNING), updated=invoice.touched,
                delinquency_date=late.isoformat(), delinquent=delinquent, remaining_due=invoice.remaining,
                child_invoice_remaining_due=invoice.child_remaining, total_debits=invoice.debits,
                total_taxes=invoice.taxes, void=invoice.void, auto_pay_attempts=0, **invoice.values,
            )  # fmt: skip
        for money in self.monies:
            table = payments if money.kind == "Payment" else discounts
            table.add(
                id=money.id, created=on(money.day, money.time), updated=money.touched,
                account_id=self.account.id, amount_remaining=money.left, **money.values,
            )  # fmt: skip
            for _, _, credit in money.applied:
                applications.add(**credit)
