"""Checks of transactions, invoices, payments, credit notes, proforma invoices and quotes.

Facts: research/splynx-api.md §9, research/money.md §1-2, recorded messages of research/splynx-samples.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sandbox.splynx import ledger
from sandbox.splynx.fields import NO_DATE, Field, InvalidValueError
from sandbox.splynx.registry import Change, rule
from sandbox.splynx.state import money, money_text
from sandbox.splynx.validate import BLANK

DOCUMENTS = {
    ledger.INVOICES: ("invoice", "InvoiceItem"),
    ledger.CREDIT_NOTES: ("credit_note", "CreditNoteItem"),
    "finance/proforma-invoices": ("proforma", "ProformaInvoiceItem"),
    "crm/quotes": ("quote", "QuoteItem"),
}
_ITEM_LENGTHS = {"description": 256, "unit": 16}


@rule(*DOCUMENTS)
def items_are_sound(change: Change) -> None:
    """items: at least one on create, each described, priced and taxed; total from them, with taxes."""
    if "items" not in change.body:
        return
    items = change.values.get("items")
    if not isinstance(items, list):
        return
    kind, structure = DOCUMENTS[change.resource.name]
    fields = change.splynx.contract.fields_of(structure)
    cleaned = []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            change.errors.append((f"items[{index}]", "Item must be an object."))
            continue
        cleaned.append(_clean_item(change, index, item, fields))
    if change.errors:
        return
    change.values["items"], total = ledger.priced_items(cleaned)
    if total < 0:
        # documents cannot be negative (research/money.md §2)
        change.error("items", f"are invalid: the total of a {kind.replace('_', ' ')} must not be less than 0.")
    change.values["total"] = money_text(total)


def _clean_item(change: Change, index: int, item: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    def refuse(name: str, message: str) -> None:
        change.errors.append((f"items[{index}].{name}", message))

    cleaned: dict[str, Any] = {}
    for name, value in item.items():
        if name == "id" and change.action == "update":
            cleaned[name] = value
        elif name in fields:
            try:
                cleaned[name] = _clean_item_value(fields[name], value)
            except (InvalidValueError, ArithmeticError) as problem:
                text = str(problem) if isinstance(problem, InvalidValueError) else "is invalid."
                refuse(name, f"{fields[name].title} {text}")
        elif change.splynx.settings.unknown_fields != "ignore":
            refuse(name, f"{name} is not an attribute of an item.")
    # GUESS: unit is documented as required, but a blank one has to do (the UI leaves it blank)
    for name in [key for key in ("description", "quantity") if item.get(key) in BLANK]:
        refuse(name, f"{name.capitalize()} cannot be blank.")
    for name, message in _item_amount_problems(cleaned):
        refuse(name, message)
    _item_keys(change, index, cleaned)
    return cleaned


def _item_amount_problems(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not 0 <= money(item.get("tax")) < 100:
        yield "tax", "Tax must be between 0 and 99.9999."
    if isinstance(item.get("quantity"), int | float) and item["quantity"] <= 0:
        yield "quantity", "Quantity must be greater than 0."


def _clean_item_value(spec: Field, value: Any) -> Any:
    """unit: anything short (documented as number, column varchar(16)); price and tax: decimals; else by its kind."""
    if spec.name in {"tax", "price"}:
        return money_text(_number(value)) if value not in (None, "") else "0.0000"
    cleaned = str(value if value is not None else "") if spec.name == "unit" else spec.clean(value)
    limit = _ITEM_LENGTHS.get(spec.name)
    if limit and isinstance(cleaned, str) and len(cleaned) > limit:
        raise InvalidValueError(f"should contain at most {limit} characters.")
    return cleaned


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InvalidValueError("must be a number.")
    return Decimal(str(value))


def _item_keys(change: Change, index: int, item: dict[str, Any]) -> None:
    for name, table in (
        ("categoryIdForTransaction", "finance/transaction-categories"), ("sub_account_id", "customers/customer"),
    ):  # fmt: skip
        if item.get(name) and change.splynx.table(table).get(item[name]) is None:
            change.errors.append((f"items[{index}].{name}", f"{name} is invalid."))


@rule(*DOCUMENTS, on=("create",))
def document_gets_number_and_dates(change: Change) -> None:
    """Number by the system's pattern when none is sent; dates default to today."""
    kind, values = DOCUMENTS[change.resource.name][0], change.values
    if not values.get("number") and not change.errors:
        values["number"] = ledger.number_for(change.splynx, kind, int(change.get("customer_id") or 0))
    if values.get("date_created") in (None, "", NO_DATE):
        values["date_created"] = change.splynx.today().isoformat()
    if "date_till" in change.resource.fields and values.get("date_till") in (None, "", NO_DATE):
        values["date_till"] = values["date_created"]
    if str(values.get("date_till") or "9999") < str(values["date_created"]) and "date_till" in values:
        change.error("date_till", "must not be before the date of the document.")  # GUESS


@rule(ledger.INVOICES, ledger.CREDIT_NOTES, ledger.PAYMENTS, ledger.TRANSACTIONS, on=("create",))
def aggregated_sub_accounts_have_no_documents(change: Change) -> None:
    """Finance documents belong to the main account (research/mapping.md §3.5). GUESS: refused with 422."""
    customer_id = change.get("customer_id")
    if isinstance(customer_id, int) and ledger.payer_of(change.splynx, customer_id) != customer_id:
        change.error("customer_id", "is invalid: the customer is an aggregated sub account.")


@rule(ledger.INVOICES, on=("create",))
def invoice_is_due_in_full(change: Change) -> None:
    """due starts at the total; an invoice written as paid has nothing due (GUESS)."""
    paid = change.values.get("status") == "paid"
    change.values["due"] = money_text(money(0)) if paid else change.values.get("total", "0.0000")
    if change.values.get("status") == "deleted":
        change.error("status", "is invalid.")


@rule(ledger.CREDIT_NOTES, on=("create",))
def credit_note_is_open(change: Change) -> None:
    """remind_amount starts at the total."""
    refunded = change.values.get("status") == "refunded"
    change.values["remind_amount"] = "0.0000" if refunded else change.values.get("total", "0.0000")


@rule(ledger.INVOICES, on=("update", "delete"))
def paid_invoice_is_closed(change: Change) -> None:
    """Changed or deleted only while nothing is paid on it (research/mapping.md §8)."""
    paid = bool(ledger.relations_of(change.splynx, change.made)) or change.before.get("status") == "paid"
    if not paid:
        return
    if change.action == "delete":
        change.errors.append(("id", "The invoice has payments and cannot be deleted!"))
    for name in ("items", "customer_id", "number"):
        if change.action == "update" and name in change.body and change.changes(name):
            change.error(name, "cannot be changed: the invoice has payments.")


@rule(ledger.INVOICES, ledger.PAYMENTS, ledger.TRANSACTIONS, ledger.CREDIT_NOTES, on=("update",))
def documents_stay_with_their_customer(change: Change) -> None:
    """GUESS: customer_id of a document cannot be changed."""
    if change.changes("customer_id"):
        change.error("customer_id", "cannot be changed.")


@rule(ledger.PAYMENTS)
def payment_has_an_amount(change: Change) -> None:
    """amount is not zero (recorded message); refunds are negative. Receipt number by pattern."""
    values = change.values
    known = any(name == "amount" for name, _ in change.errors)
    if change.action == "create" and not known and money(values.get("amount")) == 0:
        change.errors.append(("amount", "Invalid sum, only a value greater or less than 0 is allowed!"))
    if change.action == "update" and "amount" in values and money(values["amount"]) == 0:
        change.errors.append(("amount", "Invalid sum, only a value greater or less than 0 is allowed!"))
    if change.action == "create":
        if values.get("date") in (None, "", NO_DATE):
            values["date"] = change.splynx.today().isoformat()
        if not values.get("receipt_number") and not change.errors:
            values["receipt_number"] = ledger.number_for(
                change.splynx, "receipt", int(values["customer_id"]), int(values.get("payment_type") or 1)
            )
    method = change.splynx.table("finance/payment-methods").get(change.get("payment_type"))
    if method is not None and method["is_active"] == "0" and "payment_type" in change.body:
        change.error("payment_type", "is invalid: the payment method is not active.")
    _same_customer(change, "invoice_id", ledger.INVOICES)
    _same_customer(change, "credit_note_id", ledger.CREDIT_NOTES)


def _same_customer(change: Change, column: str, table: str) -> None:
    row = change.splynx.table(table).get(change.values.get(column)) if change.values.get(column) else None
    if row is not None and row["customer_id"] != change.get("customer_id"):
        change.error(column, "is invalid: it belongs to another customer.")


@rule(ledger.TRANSACTIONS)
def transaction_total(change: Change) -> None:
    """total = price × quantity with tax; a documented tax_id gives the percent when none is sent."""
    values = change.values
    if change.action == "create":
        if values.get("date") in (None, "", NO_DATE):
            values["date"] = change.splynx.today().isoformat()
        rate = change.splynx.tax_rate(values.get("tax_id")) if values.get("tax_id") else None
        if rate is not None and "tax_percent" not in change.body:
            values["tax_percent"] = money_text(rate)
    names = ("price", "quantity", "tax_percent")
    if change.action == "create" or any(name in values for name in names):
        total = ledger.total_of(*(change.get(name) for name in names))
        values["total"] = values["remind_amount"] = money_text(total)
    quantity = values.get("quantity")
    if isinstance(quantity, int) and quantity < 1 and "quantity" in change.body:
        change.error("quantity", "must be no less than 1.")
    _check_service(change)


def _check_service(change: Change) -> None:
    """service_id exists in the table of service_type (any of them without a type)."""
    service_id = change.values.get("service_id")
    if not service_id:
        return
    kinds = {"internet": "internet", "voice": "voice", "custom": "recurring", "bundle": "bundle"}
    kind = change.get("service_type")
    names = [kinds[kind]] if kind in kinds else list(kinds.values())
    if not any(change.splynx.table(f"customers/{name}-services").get(service_id) for name in names):
        change.error("service_id", f'is invalid: there is no service "{service_id}".')


@rule(ledger.TRANSACTIONS, on=("update", "delete"))
def invoiced_transactions_are_closed(change: Change) -> None:
    """Read-only once invoiced or made by a payment (research/splynx-api.md §9)."""
    row = change.made
    reason = ""
    if row["payment_id"]:
        reason = "it belongs to a payment"
    elif row["invoice_id"] or row["invoiced_by_id"]:
        reason = "it is invoiced"
    elif row["credit_note_id"]:
        reason = "it belongs to a credit note"
    if not reason:
        return
    if change.action == "delete":
        change.errors.append(("id", f"The transaction cannot be deleted: {reason}!"))
        return
    for name in ("price", "quantity", "tax_percent", "type", "to_invoice"):
        if name in change.body and change.changes(name):
            change.error(name, f"cannot be changed: {reason}.")
