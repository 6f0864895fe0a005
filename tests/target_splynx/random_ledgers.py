"""Accounts whose money has a history: each step is what Sonar does when somebody bills, pays, refunds, voids or takes back.

In: steps, drawn by hypothesis. Out: rows of Sonar's streams, consistent to the cent, and what each account owes. The books
are kept here by themselves, not with the SQL under test: `owed` is added up step by step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

START = datetime(2026, 8, 3, 15, 0, tzinfo=timezone.utc)
RATES = ((), (55000,), (55000, 30000), (82500,))
"""Percent × 10,000, of the taxes that a line carries; not all of them are known to Splynx."""

Row = dict[str, Any]


def half_up(cents: int, rate: int) -> int:
    return (2 * cents * rate + 1_000_000) // 2_000_000


@dataclass
class Books:
    """Rows by stream, shared by all accounts."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    clock: datetime = START

    def add(self, stream: str, **values: Any) -> Row:
        rows = self.rows.setdefault(stream, [])
        row = {"id": len(rows) + 1, "created_at": self.now, "updated_at": self.now, **values}
        rows.append(row)
        return row

    @property
    def now(self) -> str:
        return self.clock.isoformat()

    def wait(self) -> None:
        self.clock += timedelta(hours=17)


@dataclass
class AccountBooks:
    """One account. `owed` in cents, positive when the account owes."""

    books: Books
    account: int
    owed: int = 0

    # What Sonar does

    def bill(self, size: int) -> None:
        """An invoice: new lines, and the charges that waited for it."""
        now = self.books.now
        invoice = self.books.add(
            "invoices", account_id=self.account, date=now[:10], due_date=(self.books.clock + timedelta(days=20)).date().isoformat(),
            end_date=(self.books.clock + timedelta(days=29)).date().isoformat(), remaining_due=0, child_invoice_remaining_due=0,
            total_debits=0, total_taxes=0, void=False, frozen=False,
        )  # fmt: skip
        waiting = [debit for debit in self.own("debits") if debit["invoice_id"] is None and not debit["reversed"]]
        for debit in waiting:
            debit.update(invoice_id=invoice["id"], updated_at=now)
        new = [self._debit(invoice["id"], size * 37 + 11 * number + 1, RATES[(size + number) % len(RATES)]) for number in range(size % 3 + 1)]
        for debit in (*waiting, *new):
            invoice["total_debits"] += debit["amount"]
            invoice["total_taxes"] += self.tax("Debit", debit["id"])
        invoice["remaining_due"] = invoice["total_debits"] + invoice["total_taxes"]
        for kind in ("Payment", "Discount"):
            for receipt in self._receipts(kind):
                self._apply(kind, receipt)

    def charge(self, size: int) -> None:
        """A charge that waits for the next invoice."""
        self._debit(None, size * 53 + 7, RATES[size % len(RATES)])

    def pay(self, size: int) -> None:
        amount = size * 61 + 3
        payment = self.books.add(
            "payments", account_id=self.account, amount=amount, amount_remaining=amount, successful=True, status="SUCCEEDED",
            payment_type=("CASH", "CHECK", "CREDITCARD")[size % 3], payment_datetime=self.books.now,
        )  # fmt: skip
        self.owed -= amount
        self._apply("Payment", payment)

    def decline(self, size: int) -> None:
        self.books.add(
            "payments", account_id=self.account, amount=size + 100, amount_remaining=size + 100, successful=False, status="FAILED",
            payment_type="CREDITCARD", payment_datetime=self.books.now,
        )  # fmt: skip

    def discount(self, size: int) -> None:
        amount = size * 23 + 5
        row = self.books.add(
            "discounts",
            account_id=self.account,
            amount=amount,
            service_id=2,
            service_name="Courtesy",
            quantity=1,
            type="ONETIME",
            reversed=False,
            reversed_at=None,
        )
        taxes = self._taxes("Discount", row["id"], amount, RATES[size % 2])
        row["amount_remaining"] = amount + taxes
        self.owed -= amount + taxes
        self._apply("Discount", row)

    def refund(self, size: int) -> None:
        """Part of what is left of a payment goes back."""
        for payment in self._receipts("Payment"):
            if payment["amount_remaining"]:
                cents = max(1, payment["amount_remaining"] * (size % 5) // 5)
                payment.update(amount_remaining=payment["amount_remaining"] - cents, updated_at=self.books.now)
                self.books.add(
                    "refunded_payments",
                    payment_id=payment["id"],
                    amount=cents,
                    transaction_successful=(True, None)[size % 2],
                )
                self.books.add("refunded_payments", payment_id=payment["id"], amount=cents, transaction_successful=False)
                self.owed += cents
                return

    def bounce(self, size: int) -> None:
        self._undo_payment(size, "reversed_payments")

    def void_payment(self, size: int) -> None:
        self._undo_payment(size, "voided_payments")

    def void_invoice(self, size: int) -> None:
        """The newest invoice is taken back; money on it is free again. Whether its lines are marked is not known: both."""
        for invoice in reversed(self.own("invoices")):
            if not invoice["void"]:
                for debit in self.own("debits"):
                    if debit["invoice_id"] == invoice["id"] and not debit["reversed"]:
                        self.owed -= debit["amount"] + self.tax("Debit", debit["id"])
                        if size % 2:
                            debit.update(reversed=True, reversed_at=self.books.now, updated_at=self.books.now)
                self._release("invoice_id", invoice["id"], invoices=False)
                invoice.update(void=True, voided_at=self.books.now, updated_at=self.books.now)
                if size % 3 == 0:
                    invoice["remaining_due"] = 0
                return

    def reverse_charge(self, size: int) -> None:
        """A charge that no invoice holds, or a line of an invoice that nobody has paid."""
        unpaid = {i["id"]: i for i in self.own("invoices") if not i["void"] and i["remaining_due"] == i["total_debits"] + i["total_taxes"]}
        for debit in reversed(self.own("debits")):
            if debit["reversed"] or not (debit["invoice_id"] is None or debit["invoice_id"] in unpaid):
                continue
            cents, taxes = debit["amount"], self.tax("Debit", debit["id"])
            debit.update(reversed=True, reversed_at=self.books.now, updated_at=self.books.now)
            self.owed -= cents + taxes
            if debit["invoice_id"] is not None:
                invoice = unpaid[debit["invoice_id"]]
                invoice.update(
                    remaining_due=invoice["remaining_due"] - cents - taxes, total_debits=invoice["total_debits"] - cents,
                    total_taxes=invoice["total_taxes"] - taxes,
                )  # fmt: skip
            return

    def reverse_discount(self, size: int) -> None:
        for row in self._receipts("Discount"):
            gross = row["amount"] + self.tax("Discount", row["id"])
            if row["amount_remaining"] == gross:
                row.update(
                    reversed=True,
                    reversed_at=self.books.now,
                    updated_at=self.books.now,
                    amount_remaining=(0, gross)[size % 2],
                )
                self.owed += gross
                return

    def add_line(self, size: int) -> None:
        """A line is put on an invoice that is there already."""
        for invoice in self.own("invoices"):
            if not invoice["void"]:
                debit = self._debit(invoice["id"], size + 1, ())
                invoice.update(
                    remaining_due=invoice["remaining_due"] + debit["amount"],
                    total_debits=invoice["total_debits"] + debit["amount"],
                )
                return

    # Helpers

    def own(self, stream: str) -> list[Row]:
        return [row for row in self.books.rows.get(stream, []) if row["account_id"] == self.account]

    def tax(self, kind: str, row_id: int) -> int:
        rows = self.books.rows.get("tax_transactions", [])
        return sum(row["amount"] for row in rows if (row["taxtransactionable_type"], row["taxtransactionable_id"]) == (kind, row_id))

    def _debit(self, invoice_id: int | None, cents: int, rates: tuple[int, ...]) -> Row:
        debit = self.books.add(
            "debits", account_id=self.account, amount=cents, invoice_id=invoice_id, service_id=1, service_name="Fiber 100", description=None,
            quantity=1, number_of_months=1, type="DATA", reversed=False, reversed_at=None,
        )  # fmt: skip
        self.owed += cents + self._taxes("Debit", debit["id"], cents, rates)
        return debit

    def _taxes(self, kind: str, row_id: int, cents: int, rates: tuple[int, ...]) -> int:
        """Each tax is rounded by itself, as Sonar does."""
        total = 0
        for rate in rates:
            amount = half_up(cents, rate)
            self.books.add(
                "tax_transactions",
                amount=amount,
                amount_taxed=cents,
                description="Tax",
                taxtransactionable_type=kind,
                taxtransactionable_id=row_id,
            )
            total += amount
        return total

    def _receipts(self, kind: str) -> list[Row]:
        if kind == "Payment":
            return [row for row in self.own("payments") if row["successful"]]
        return [row for row in self.own("discounts") if not row["reversed"]]

    def _apply(self, kind: str, receipt: Row) -> None:
        for invoice in self.own("invoices"):
            part = min(receipt["amount_remaining"], invoice["remaining_due"])
            if part > 0 and not invoice["void"]:
                receipt["amount_remaining"] -= part
                invoice["remaining_due"] -= part
                self.books.add(
                    "credits", account_id=self.account, amount=part, creditable_type=kind, creditable_id=receipt["id"], invoice_id=invoice["id"],
                    void=False, voided_at=None,
                )  # fmt: skip

    def _release(self, column: str, row_id: int, kind: str | None = None, *, invoices: bool = True) -> None:
        """Void what was applied: of an invoice, or of a payment."""
        for credit in self.own("credits"):
            if credit[column] == row_id and kind in {None, credit["creditable_type"]} and not credit["void"]:
                credit.update(void=True, voided_at=self.books.now, updated_at=self.books.now)
                stream = {"Payment": "payments", "Discount": "discounts"}[credit["creditable_type"]]
                self.books.rows[stream][credit["creditable_id"] - 1]["amount_remaining"] += credit["amount"]
                if invoices:
                    self.books.rows["invoices"][credit["invoice_id"] - 1]["remaining_due"] += credit["amount"]

    def _undo_payment(self, size: int, stream: str) -> None:
        gone = {row["payment_id"] for name in ("reversed_payments", "voided_payments") for row in self.books.rows.get(name, [])}
        payments = [payment for payment in self._receipts("Payment") if payment["id"] not in gone]
        if payments:
            payment = payments[size % len(payments)]
            self._release("creditable_id", payment["id"], "Payment")
            rest, payment["amount_remaining"] = payment["amount_remaining"], 0
            # The amount on the row may be the whole payment, also after a refund.
            self.books.add(stream, payment_id=payment["id"], amount=(rest, payment["amount"])[size % 2])
            self.owed += rest


STEPS = (
    "bill", "bill", "bill", "pay", "pay", "pay", "discount", "charge", "refund", "bounce", "void_payment", "void_invoice", "reverse_charge",
    "reverse_discount", "decline", "add_line",
)  # fmt: skip
"""Names of the steps, the ordinary ones more often."""


def play(books: Books, accounts: list[AccountBooks], steps: list[tuple[int, str, int]]) -> None:
    """(account, step, size), one after the other, 17 hours apart."""
    for number, step, size in steps:
        books.wait()
        getattr(accounts[number % len(accounts)], step)(size)
