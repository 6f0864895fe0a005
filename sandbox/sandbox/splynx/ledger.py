"""A customer's account: transactions, balance, documents, and how money settles what is open.

In: cleaned values of transactions, invoices, payments, credit notes. Out: rows, and the balance with them
(customer-billing.deposit): debit lowers, credit raises it, future items (to_invoice) do not touch it
(research/money.md §1). Money is Decimal inside, text with four decimals in rows; totals are rounded to cents. A payment
settles its own invoice first, then open debit transactions, then unpaid invoices, oldest first (research/money.md §2).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.splynx.fields import NO_DATE
from sandbox.splynx.state import Splynx, money, money_text
from sandbox.splynx.store import Row, Values

TRANSACTIONS, INVOICES = "finance/transactions", "finance/invoices"
PAYMENTS, CREDIT_NOTES = "finance/payments", "finance/credit-notes"
RELATIONS, BILLING = "finance/invoice-relations", "customers/customer-billing"
SERVICE, DISCOUNT, PAYMENT, REFUND, CORRECTION = 1, 2, 3, 4, 5
CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    """Rounded to cents, half up. GUESS: two decimals, whatever the localization says."""
    return value.quantize(CENT, ROUND_HALF_UP)


def total_of(price: object, quantity: object, percent: object) -> Decimal:
    """price × quantity plus tax, in cents."""
    net = money(price) * Decimal(str(quantity or 1))
    return cents(net * (1 + money(percent) / 100))


def payer_of(splynx: Splynx, customer_id: int) -> int:
    """Whose balance moves: the main account's for aggregated sub accounts (research/mapping.md §3.5)."""
    customer = splynx.table("customers/customer").get(customer_id)
    billing = splynx.table(BILLING).get(customer_id)
    if (
        splynx.settings.aggregate_sub_accounts
        and customer is not None
        and billing is not None
        and customer["parent_id"]
        and billing["sub_billing_mode"] == "aggregated"
    ):
        return int(customer["parent_id"])
    return customer_id


def move_balance(splynx: Splynx, customer_id: int, amount: Decimal) -> None:
    """Add to the customer's deposit."""
    table = splynx.table(BILLING)
    billing = table.get(customer_id)
    if billing is not None and amount:
        table.change(billing, {"deposit": money_text(money(billing["deposit"]) + amount)})


def effect_of(row: Row) -> Decimal:
    """What a transaction does to the balance."""
    if row["to_invoice"] == "1" and not row.hidden.get("charged_at_once"):
        return Decimal(0)
    total = money(row["total"])
    return total if row["type"] == "credit" else -total


def is_prepaid(splynx: Splynx, customer_id: int) -> bool:
    """Prepaid customers are charged for future items at once (research/splynx-api.md §9)."""
    customer = splynx.table("customers/customer").get(customer_id)
    return customer is not None and customer["billing_type"] not in {"recurring", None}


def book(splynx: Splynx, customer_id: int, kind: str, values: Values) -> Row:
    """Make a transaction and move the balance; ``values`` has price, quantity, tax_percent or total."""
    total = values.pop("total", None)
    if total is None:
        total = total_of(values.get("price"), values.get("quantity"), values.get("tax_percent"))
    full: Values = {
        "type": kind, "customer_id": customer_id, "quantity": 1, "unit": "", "tax_percent": "0.0000",
        "date": splynx.today().isoformat(), "category": SERVICE, "to_invoice": "0", "comment": "",
        "description": "", **values, "total": money_text(total), "remind_amount": money_text(total),
    }  # fmt: skip
    row = splynx.new_row(TRANSACTIONS, full)
    move_balance(splynx, customer_id, effect_of(row))
    return row


def unbook(splynx: Splynx, row: Row) -> None:
    """Take a transaction away and the balance back."""
    if not row.deleted:
        move_balance(splynx, int(row["customer_id"]), -effect_of(row))
        splynx.table(TRANSACTIONS).delete(row)


def number_for(splynx: Splynx, kind: str, customer_id: int, payment_type: int = 0) -> str:
    """Document numbers: {year}{partner_id|2}{next|6}, {year}{next|6}, {year}-{type|2}-{next|5}."""
    customer = splynx.table("customers/customer").get(customer_id)
    partner = int(customer["partner_id"]) if customer is not None else 1
    year = splynx.today().year
    table, column = {
        "invoice": (INVOICES, "number"), "credit_note": (CREDIT_NOTES, "number"),
        "proforma": ("finance/proforma-invoices", "number"), "quote": ("crm/quotes", "number"),
        "receipt": (PAYMENTS, "receipt_number"),
    }[kind]  # fmt: skip
    while True:
        following = splynx.next_number(f"{kind}-number")
        if kind == "receipt":
            number = f"{year}-{payment_type:02d}-{following:05d}"
        elif kind in {"proforma", "quote"}:
            number = f"{year}{following:06d}"
        else:
            number = f"{year}{partner:02d}{following:06d}"
        if splynx.table(table).first(column, number) is None:
            return number


def priced_items(items: list[Any]) -> tuple[list[Values], Decimal]:
    """Items of a document with price and tax as money texts, and the total with taxes."""
    made, total = [], Decimal(0)
    for item in items:
        values = dict(item)
        values["quantity"] = values.get("quantity", 1)
        values["price"] = money_text(money(values.get("price")))
        values["tax"] = money_text(money(values.get("tax")))
        total += total_of(values["price"], values["quantity"], values["tax"])
        made.append(values)
    return made, total


def book_items(splynx: Splynx, customer_id: int, kind: str, items: list[Values], link: Values, day: str) -> list[Row]:
    """One transaction for each item of a document."""
    rows = []
    for item in items:
        values = {
            "price": item["price"], "quantity": item["quantity"], "tax_percent": item["tax"],
            "unit": str(item.get("unit") or ""), "description": item["description"], "date": day,
            "period_from": item.get("period_from") or NO_DATE, "period_to": item.get("period_to") or NO_DATE,
            "category": item.get("categoryIdForTransaction") or (SERVICE if kind == "debit" else REFUND),
            "sub_account_id": item.get("sub_account_id"), **link,
        }  # fmt: skip
        row = book(splynx, customer_id, kind, values)
        row.hidden["of_document"] = True
        rows.append(row)
    return rows


def due_of(invoice: Row) -> Decimal:
    """What is still open of an invoice."""
    return money(invoice["due"])


def settle_invoice(splynx: Splynx, invoice: Row, amount: Decimal, payment: Row | None, payer: int) -> Decimal:
    """Pay an invoice as far as ``amount`` goes; returns what was used."""
    used = min(due_of(invoice), amount)
    if used <= 0 or invoice["status"] not in {"not_paid", "pending"}:
        return Decimal(0)
    rest = due_of(invoice) - used
    values: Values = {"due": money_text(rest)}
    if rest == 0:
        values["status"] = "paid"
        values["date_payment"] = payment["date"] if payment is not None else splynx.today().isoformat()
        values["payment_id"] = payment.id if payment is not None else 0
    splynx.table(INVOICES).change(invoice, values)
    splynx.table(RELATIONS).add({
        "id": None, "customer_id": invoice["customer_id"], "payer_id": payer,
        "type": "payment" if payment is not None else "credit", "invoice_id": invoice.id,
        "transaction_id": payment["transaction_id"] if payment is not None else None, "amount": money_text(used),
    }, {"payment_id": payment.id if payment is not None else 0})  # fmt: skip
    return used


def _open_debits(splynx: Splynx, customer_id: int) -> list[Row]:
    rows = splynx.table(TRANSACTIONS).where("customer_id", customer_id)
    found = [
        row for row in rows
        if row["type"] == "debit" and not row["invoice_id"] and row["to_invoice"] != "1"
        and money(row["remind_amount"]) > 0
    ]  # fmt: skip
    return sorted(found, key=lambda row: (str(row["date"]), row.id))


def _unpaid_invoices(splynx: Splynx, customer_id: int) -> list[Row]:
    rows = splynx.table(INVOICES).where("customer_id", customer_id)
    found = [row for row in rows if row["status"] == "not_paid" and due_of(row) > 0]
    return sorted(found, key=lambda row: (str(row["date_created"]), row.id))


def allocate(splynx: Splynx, payment: Row) -> None:
    """Let a payment settle what is open; what is left stays in remind_amount."""
    left, settled = money(payment["amount"]), []
    customer_id = payer_of(splynx, int(payment["customer_id"]))
    wanted = splynx.table(INVOICES).get(payment["invoice_id"]) if payment["invoice_id"] else None
    if wanted is not None and left > 0:
        left -= settle_invoice(splynx, wanted, left, payment, customer_id)
    if splynx.settings.auto_pair_payments and left > 0:
        table = splynx.table(TRANSACTIONS)
        for row in _open_debits(splynx, customer_id):
            used = min(money(row["remind_amount"]), left)
            table.change(row, {"remind_amount": money_text(money(row["remind_amount"]) - used)})
            settled.append([row.id, str(used)])
            left -= used
            if left <= 0:
                break
        for invoice in _unpaid_invoices(splynx, customer_id) if left > 0 else []:
            left -= settle_invoice(splynx, invoice, left, payment, customer_id)
            if left <= 0:
                break
    payment.hidden["settled"] = settled
    splynx.table(PAYMENTS).change(payment, {"remind_amount": money_text(left)})
    credit = splynx.table(TRANSACTIONS).get(payment["transaction_id"])
    if credit is not None:
        splynx.table(TRANSACTIONS).change(credit, {"remind_amount": money_text(left)})


def release(splynx: Splynx, payment: Row) -> None:
    """Undo what a payment settled."""
    transactions, invoices, relations = (splynx.table(name) for name in (TRANSACTIONS, INVOICES, RELATIONS))
    for row_id, used in payment.hidden.pop("settled", []):
        row = transactions.get(row_id)
        if row is not None:
            transactions.change(row, {"remind_amount": money_text(money(row["remind_amount"]) + Decimal(used))})
    booked = relations.where("transaction_id", payment["transaction_id"])
    for relation in [row for row in booked if row.hidden.get("payment_id") == payment.id]:
        invoice = invoices.get(relation["invoice_id"])
        relations.delete(relation)
        if invoice is not None:
            due = due_of(invoice) + money(relation["amount"])
            invoices.change(invoice, {
                "due": money_text(due), "status": "not_paid", "date_payment": NO_DATE, "payment_id": 0,
            })  # fmt: skip


def relations_of(splynx: Splynx, invoice: Row) -> list[Row]:
    """What has been paid on an invoice."""
    return splynx.table(RELATIONS).where("invoice_id", invoice.id)


def balance_of(splynx: Splynx, customer_id: int) -> Decimal:
    """The customer's deposit."""
    billing = splynx.table(BILLING).get(customer_id)
    return money(billing["deposit"]) if billing is not None else Decimal(0)
