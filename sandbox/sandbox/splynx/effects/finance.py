"""What finance documents set off: transactions, balance, settling, and the way back (research/money.md §1-2)."""

from __future__ import annotations

from sandbox.splynx import ledger
from sandbox.splynx.fields import NO_DATE
from sandbox.splynx.registry import Change, effect
from sandbox.splynx.state import Splynx, money, money_text
from sandbox.splynx.store import Row


@effect(ledger.TRANSACTIONS)
def transaction_moves_the_balance(change: Change) -> None:
    """Unless it is a future item; prepaid customers pay these at once."""
    splynx, row = change.splynx, change.made
    customer_id = int(row["customer_id"])
    if row["to_invoice"] == "1" and ledger.is_prepaid(splynx, customer_id):
        row.hidden["charged_at_once"] = True
        splynx.count_charge("prepaid customer")
    ledger.move_balance(splynx, customer_id, ledger.effect_of(row))


@effect(ledger.TRANSACTIONS, on=("update",))
def changed_transaction_moves_the_difference(change: Change) -> None:
    """Old effect out, new one in."""
    row = change.made
    before = Row(row.id, change.before, row.hidden)
    ledger.move_balance(change.splynx, int(row["customer_id"]), ledger.effect_of(row) - ledger.effect_of(before))


@effect(ledger.TRANSACTIONS, on=("delete",))
def deleted_transaction_moves_back(change: Change) -> None:
    """The balance as if it had not been."""
    row = change.made
    ledger.move_balance(change.splynx, int(row["customer_id"]), -ledger.effect_of(row))


@effect(ledger.INVOICES)
def invoice_books_its_items(change: Change) -> None:
    """Debit transactions of the items; payd_from_deposit settles it from the balance at once."""
    _book_invoice(change.splynx, change.made)
    _count_notification(change.splynx, change.made, "invoice mail")


def _book_invoice(splynx: Splynx, invoice: Row) -> None:
    customer_id = int(invoice["customer_id"])
    before = ledger.balance_of(splynx, customer_id)
    if invoice["use_transactions"] != "0":
        # GUESS: with use_transactions 0 nothing is booked
        ledger.book_items(
            splynx, customer_id, "debit", invoice["items"], {"invoice_id": invoice.id}, invoice["date_created"]
        )
    if invoice["payd_from_deposit"] == "1" and invoice["status"] == "not_paid" and before > 0:
        ledger.settle_invoice(splynx, invoice, before, None, customer_id)


def _unbook_invoice(splynx: Splynx, invoice: Row) -> None:
    for row in splynx.table(ledger.TRANSACTIONS).where("invoice_id", invoice.id):
        if row.hidden.get("of_document"):
            ledger.unbook(splynx, row)
    for row in splynx.table(ledger.TRANSACTIONS).where("invoiced_by_id", invoice.id):
        # manual transactions stay and are open again (research/splynx-api.md §9)
        splynx.table(ledger.TRANSACTIONS).change(row, {"invoice_id": None, "invoiced_by_id": None})


@effect(ledger.INVOICES, on=("update",))
def changed_invoice_is_booked_anew(change: Change) -> None:
    """New items replace the transactions of the old ones."""
    invoice = change.made
    if "items" in change.values:
        _unbook_invoice(change.splynx, invoice)
        change.splynx.table(ledger.INVOICES).change(invoice, {"due": invoice["total"]})
        _book_invoice(change.splynx, invoice)
    if change.before.get("status") != invoice["status"] and "status" in change.body:
        table = change.splynx.table(ledger.INVOICES)
        if invoice["status"] == "paid":
            # GUESS: setting the status by hand leaves nothing due but books no payment
            day = change.splynx.today().isoformat()
            paid = invoice["date_payment"] if invoice["date_payment"] not in (None, "", NO_DATE) else day
            table.change(invoice, {"due": "0.0000", "date_payment": paid})
        elif invoice["status"] == "not_paid":
            table.change(invoice, {"due": invoice["total"], "date_payment": NO_DATE})


@effect(ledger.INVOICES, on=("delete",))
def deleted_invoice_is_unbooked(change: Change) -> None:
    """Its own transactions go, the balance comes back."""
    _unbook_invoice(change.splynx, change.made)


@effect(ledger.CREDIT_NOTES)
def credit_note_books_its_items(change: Change) -> None:
    """Credit transactions of the items; tied to invoices (invoicesId) it lowers what is due (GUESS)."""
    splynx, note = change.splynx, change.made
    customer_id = int(note["customer_id"])
    ledger.book_items(splynx, customer_id, "credit", note["items"], {"credit_note_id": note.id}, note["date_created"])
    wanted = change.body.get("invoicesId")
    left = money(note["remind_amount"])
    for invoice_id in wanted if isinstance(wanted, list) else [wanted] if wanted else []:
        invoice = splynx.table(ledger.INVOICES).get(invoice_id)
        if invoice is not None and left > 0:
            left -= ledger.settle_invoice(splynx, invoice, left, None, customer_id)
    splynx.table(ledger.CREDIT_NOTES).change(note, {"remind_amount": money_text(left)})


def _unbook_credit_note(splynx: Splynx, note: Row) -> None:
    for row in splynx.table(ledger.TRANSACTIONS).where("credit_note_id", note.id):
        if row.hidden.get("of_document"):
            ledger.unbook(splynx, row)


@effect(ledger.CREDIT_NOTES, on=("update",))
def changed_credit_note_is_booked_anew(change: Change) -> None:
    """New items replace the transactions of the old ones."""
    if "items" not in change.values:
        return
    splynx, note = change.splynx, change.made
    _unbook_credit_note(splynx, note)
    ledger.book_items(
        splynx, int(note["customer_id"]), "credit", note["items"], {"credit_note_id": note.id}, note["date_created"]
    )
    splynx.table(ledger.CREDIT_NOTES).change(note, {"remind_amount": note["total"]})


@effect(ledger.CREDIT_NOTES, on=("delete",))
def deleted_credit_note_is_unbooked(change: Change) -> None:
    """The balance as if it had not been."""
    _unbook_credit_note(change.splynx, change.made)


@effect(ledger.PAYMENTS)
def payment_credits_and_settles(change: Change) -> None:
    """A credit transaction, and settling of what is open; a linked proforma invoice becomes paid."""
    splynx, payment = change.splynx, change.made
    _credit(splynx, payment)
    ledger.allocate(splynx, payment)
    request = splynx.table("finance/proforma-invoices").get(payment["request_id"]) if payment["request_id"] else None
    if request is not None:
        splynx.table("finance/proforma-invoices").change(
            request, {"status": "paid", "date_payment": payment["date"], "payment_id": payment.id}
        )
    note = splynx.table(ledger.CREDIT_NOTES).get(payment["credit_note_id"]) if payment["credit_note_id"] else None
    if note is not None and money(payment["amount"]) < 0:
        left = money(note["remind_amount"]) + money(payment["amount"])
        splynx.table(ledger.CREDIT_NOTES).change(note, {
            "remind_amount": money_text(max(left, money(0))), "payment_id": payment.id,
            "status": "refunded" if left <= 0 else "not_refunded", "date_payment": payment["date"],
        })  # fmt: skip
    _count_notification(splynx, payment, "payment receipt mail")


def _credit(splynx: Splynx, payment: Row) -> None:
    customer_id = ledger.payer_of(splynx, int(payment["customer_id"]))
    row = ledger.book(splynx, customer_id, "credit", {
        "price": payment["amount"], "total": money(payment["amount"]), "category": ledger.PAYMENT,
        "description": "Payment", "date": payment["date"], "payment_id": payment.id,
    })  # fmt: skip
    splynx.table(ledger.PAYMENTS).change(payment, {"transaction_id": row.id})


def _uncredit(splynx: Splynx, payment: Row) -> None:
    ledger.release(splynx, payment)
    for row in splynx.table(ledger.TRANSACTIONS).where("payment_id", payment.id):
        ledger.unbook(splynx, row)


@effect(ledger.PAYMENTS, on=("update",))
def changed_payment_is_booked_anew(change: Change) -> None:
    """A new amount or date: out with the old, in with the new."""
    if any(change.before.get(name) != change.made[name] for name in ("amount", "date", "invoice_id")):
        _uncredit(change.splynx, change.made)
        _credit(change.splynx, change.made)
        ledger.allocate(change.splynx, change.made)


@effect(ledger.PAYMENTS, on=("delete",))
def deleted_payment_is_unbooked(change: Change) -> None:
    """Invoices are open again, the balance comes back."""
    _uncredit(change.splynx, change.made)


def _count_notification(splynx: Splynx, row: Row, kind: str) -> None:
    """Finance notifications go out when the customer's switch is on. GUESS: is_sent 1 prevents it."""
    if not splynx.settings.finance_notifications or row["is_sent"] == "1":
        return
    billing = splynx.table(ledger.BILLING).get(row["customer_id"])
    customer = splynx.table("customers/customer").get(row["customer_id"])
    wanted = billing is not None and billing["send_finance_notification"] == "1"
    if wanted and customer is not None and (customer["email"] or customer["billing_email"]):
        splynx.count_message(kind)
