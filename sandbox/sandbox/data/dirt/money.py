"""Dirt in billing: days, balances, payments under way, cards."""

from __future__ import annotations

from datetime import timedelta

from sandbox.data.clock import stamp
from sandbox.data.dirt.seeder import Seeder, common, recipe
from sandbox.data.plan import AccountPlan

OWING = ("active", "suspended", "disconnected")


@recipe("next_bill_date_null", "billing")
def next_bill_date_null(seeder: Seeder, account: AccountPlan) -> bool:
    """Active, and never billed again."""
    seeder.update("Account", account.id, next_bill_date=None)
    account.next_bill = None
    seeder.record("next_bill_date_null", "Account", account.id, "active account without next_bill_date", account)
    return True


@recipe("next_bill_date_past", "billing")
def next_bill_date_past(seeder: Seeder, account: AccountPlan) -> bool:
    """The billing run passed the account by."""
    day = seeder.context.today - timedelta(days=seeder.random.randint(20, 70))
    seeder.update("Account", account.id, next_bill_date=day.isoformat())
    seeder.record("next_bill_date_past", "Account", account.id, day.isoformat(), account)
    return True


@recipe("next_bill_date_far", "billing")
def next_bill_date_far(seeder: Seeder, account: AccountPlan) -> bool:
    """A typing mistake in the year."""
    day = seeder.context.today + timedelta(days=seeder.random.randint(430, 1500))
    seeder.update("Account", account.id, next_bill_date=day.isoformat())
    seeder.record("next_bill_date_far", "Account", account.id, day.isoformat(), account)
    return True


def _parameters(seeder: Seeder, account: AccountPlan) -> int:
    row_id: int = seeder.value('SELECT id FROM "AccountBillingParameter" WHERE account_id = ?', account.id)
    return row_id


@recipe("bill_day_null", "billing")
def bill_day_null(seeder: Seeder, account: AccountPlan) -> bool:
    """No day to bill on."""
    row_id = _parameters(seeder, account)
    seeder.update("AccountBillingParameter", row_id, bill_day=None)
    seeder.record("bill_day_null", "AccountBillingParameter", row_id, "bill_day is null", account)
    return True


@recipe("bill_day_not_invoice_day", "billing")
def bill_day_not_invoice_day(seeder: Seeder, account: AccountPlan) -> bool:
    """Charged on one day for a period that starts on another."""
    row_id = _parameters(seeder, account)
    day = account.billing.bill_day % 28 + 10 if account.billing.bill_day < 15 else account.billing.bill_day - 10
    seeder.update("AccountBillingParameter", row_id, invoice_day=day)
    seeder.record(
        "bill_day_not_invoice_day",
        "AccountBillingParameter",
        row_id,
        f"bill_day {account.billing.bill_day}, invoice_day {day}",
        account,
    )
    return True


@recipe("balance_mismatch", "balance", *OWING)
def balance_mismatch(seeder: Seeder, account: AccountPlan) -> bool:
    """An invoice's remaining_due that no longer follows from its lines and credits."""
    found = seeder.row(
        'SELECT id, remaining_due FROM "Invoice" WHERE account_id = ? AND NOT void AND remaining_due > 0 ORDER BY id',
        account.id,
    )
    if found is None:
        return False
    seeder.update("Invoice", found[0], remaining_due=found[1] + 137)
    seeder.record("balance_mismatch", "Invoice", found[0], "remaining_due is 137 cents too high", account)
    return True


def _settled_credit(seeder: Seeder, account: AccountPlan) -> tuple[int, int, int, int] | None:
    """credit, amount, invoice and payment of a payment that was applied."""
    found = seeder.row(
        """SELECT c.id, c.amount, c.invoice_id, c.creditable_id FROM "Credit" c
           JOIN "Payment" p ON p.id = c.creditable_id
           WHERE c.account_id = ? AND c.creditable_type = 'Payment' AND NOT c.void AND p.successful
             AND NOT EXISTS (SELECT 1 FROM "RefundedPayment" r WHERE r.payment_id = p.id) ORDER BY c.id DESC""",
        account.id,
    )
    return (found[0], found[1], found[2], found[3]) if found else None


def _void_credit(seeder: Seeder, credit: tuple[int, int, int, int]) -> None:
    """Take a payment off an invoice; the invoice is open again."""
    seeder.update("Credit", credit[0], void=1, voided_at=seeder.context.now_stamp)
    seeder.connection.execute(
        'UPDATE "Invoice" SET remaining_due = remaining_due + ? WHERE id = ?', (credit[1], credit[2])
    )


@recipe("unapplied_payment_with_open_invoices", "balance")
def unapplied_payment(seeder: Seeder, account: AccountPlan) -> bool:
    """Money that was taken off an invoice and not put on another."""
    credit = _settled_credit(seeder, account)
    if credit is None:
        return False
    _void_credit(seeder, credit)
    seeder.connection.execute(
        'UPDATE "Payment" SET amount_remaining = amount_remaining + ? WHERE id = ?', (credit[1], credit[3])
    )
    seeder.record(
        "unapplied_payment_with_open_invoices",
        "Payment",
        credit[3],
        f"{credit[1]} cents unapplied, invoice {credit[2]} open",
        account,
    )
    return True


@recipe("frozen_invoice", "balance")
def frozen_invoice(seeder: Seeder, account: AccountPlan) -> bool:
    """The same, on purpose: the invoice is frozen."""
    credit = _settled_credit(seeder, account)
    if credit is None:
        return False
    _void_credit(seeder, credit)
    seeder.connection.execute(
        'UPDATE "Payment" SET amount_remaining = amount_remaining + ? WHERE id = ?', (credit[1], credit[3])
    )
    seeder.update("Invoice", credit[2], frozen=1)
    seeder.record("frozen_invoice", "Invoice", credit[2], f"frozen, payment {credit[3]} waits", account)
    return True


@recipe("refund_in_progress", "balance")
def refund_in_progress(seeder: Seeder, account: AccountPlan) -> bool:
    """A refund without an outcome yet (``transaction_successful`` null). GUESS: it counts as paid back."""
    credit = _settled_credit(seeder, account)
    if credit is None:
        return False
    _void_credit(seeder, credit)
    row_id = seeder.add(
        "RefundedPayment", created=seeder.context.now_stamp, payment_id=credit[3], amount=credit[1],
        description="Requested by customer", user_id=seeder.context.user_ids[0], transaction_successful=None,
    )  # fmt: skip
    seeder.record("refund_in_progress", "RefundedPayment", row_id, f"{credit[1]} cents of payment {credit[3]}", account)
    return True


def _last_payment(seeder: Seeder, account: AccountPlan) -> int | None:
    found: int | None = seeder.value(
        """SELECT id FROM "Payment" p WHERE account_id = ? AND successful
             AND NOT EXISTS (SELECT 1 FROM "ReversedPayment" r WHERE r.payment_id = p.id)
             AND NOT EXISTS (SELECT 1 FROM "VoidedPayment" r WHERE r.payment_id = p.id)
           ORDER BY payment_datetime DESC, id DESC""",
        account.id,
    )
    return found


@recipe("pending_payment", "payment")
def pending_payment(seeder: Seeder, account: AccountPlan) -> bool:
    """A bank debit that has not settled. GUESS: it counts as successful until it comes back."""
    row_id = _last_payment(seeder, account)
    if row_id is None:
        return False
    seeder.update(
        "Payment", row_id, status="PENDING", payment_type="BANKACCOUNT", credit_card_id=None, deposit_slip_id=None
    )
    seeder.record("pending_payment", "Payment", row_id, "status PENDING", account)
    return True


@recipe("open_dispute", "payment")
def open_dispute(seeder: Seeder, account: AccountPlan) -> bool:
    """A chargeback that is not decided."""
    row_id = _last_payment(seeder, account)
    if row_id is None:
        return False
    amount = seeder.value('SELECT amount FROM "Payment" WHERE id = ?', row_id)
    when = stamp(seeder.context.now - timedelta(days=3))
    dispute = seeder.add(
        "Dispute", created=when, payment_id=row_id, amount=amount, dispute_date=when[:10], status="OPEN",
        external_id=f"dp_open_{row_id}", reason="Services not rendered",
        reply_by_date=(seeder.context.today + timedelta(days=10)).isoformat(),
    )  # fmt: skip
    seeder.record("open_dispute", "Dispute", dispute, f"payment {row_id}", account)
    return True


@recipe("expired_card", "wallet", "active", "suspended")
def expired_card(seeder: Seeder, account: AccountPlan) -> bool:
    """A card that no longer works."""
    if not account.card_ids:
        return False
    seeder.update("CreditCard", account.card_ids[0], expiration_year=seeder.context.today.year - 1, expiration_month=4)
    seeder.record("expired_card", "CreditCard", account.card_ids[0], f"04/{seeder.context.today.year - 1}", account)
    return True


@recipe("unsupported_processor", "wallet", "active", "suspended")
def unsupported_processor(seeder: Seeder, account: AccountPlan) -> bool:
    """A token that only its processor understands."""
    if not account.card_ids:
        return False
    seeder.update(
        "CreditCard", account.card_ids[0], credit_card_processor_id=seeder.context.named["processor:unsupported"]
    )
    seeder.record("unsupported_processor", "CreditCard", account.card_ids[0], "token of BAMBORA", account)
    return True


@common
def debit_of_nobody(seeder: Seeder) -> None:
    """A debit whose account is gone."""
    if seeder.context.history == "none":
        return
    item = seeder.context.items["service_call"]
    row_id = seeder.add(
        "Debit", created=seeder.context.now_stamp, account_id=9_000_001, amount=7500,
        company_id=seeder.context.company_ids[0], description=item.name, number_of_months=1, quantity=1,
        service_id=item.id, service_name=item.name, type=item.type,
    )  # fmt: skip
    seeder.record("orphan_debit", "Debit", row_id, "account 9000001 does not exist")
