"""The ledger: invoices, payments, credit notes and transactions move the balance, settle, and can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

INVOICES, PAYMENTS, TRANSACTIONS = (f"admin/finance/{name}" for name in ("invoices", "payments", "transactions"))


def item(price: Any = "100", tax: Any = "0", quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"description": "Internet", "quantity": quantity, "unit": "", "price": price, "tax": tax, **more}


def invoice(api: Any, customer: int, *items: dict[str, Any], **more: Any) -> int:
    body = {"customer_id": customer, "status": "not_paid", "items": list(items) or [item()], **more}
    return int(api.post(INVOICES, body)["id"])


def payment(api: Any, customer: int, amount: Any, **more: Any) -> int:
    return int(api.post(PAYMENTS, {"customer_id": customer, "amount": amount, **more})["id"])


def test_an_invoice_books_its_items_with_tax_in_cents(api: Any) -> None:
    customer = api.customer()
    number = invoice(api, customer, item("10.005", "7.25"), item("3.333", 0, 3), number="S-17")
    row = api.get(f"{INVOICES}/{number}")
    # 10.005 × 1.0725 = 10.7303…, 3.333 × 3 = 9.999
    assert (row["total"], row["due"], row["status"], row["number"]) == ("20.7300", "20.7300", "not_paid", "S-17")
    booked = api.get(f"{TRANSACTIONS}?main_attributes[invoice_id]={number}")
    assert [(each["type"], each["total"]) for each in booked] == [("debit", "10.7300"), ("debit", "10.0000")]
    assert api.deposit(customer) == "-20.7300"
    api.delete(f"{INVOICES}/{number}")
    assert api.deposit(customer) == "0.0000"
    assert api.get(TRANSACTIONS) == []


@pytest.mark.parametrize(("body", "field"), [
    ({"items": []}, "items"), ({"items": [{"quantity": 1}]}, "items[0].description"),
    ({"items": [item(colour="red")]}, "items[0].colour"), ({"items": [item("-5")]}, "items"),
    ({"items": [item(tax=150)]}, "items[0].tax"), ({"items": [item("x")]}, "items[0].price"),
    ({"items": [item()], "status": "open"}, "status"), ({"items": [item()], "number": "7"}, "number"),
    ({"items": [item()], "number": "x" * 65}, "number"), ({"items": [item()], "customer_id": 99}, "customer_id"),
    ({"items": [item(categoryIdForTransaction=77)]}, "items[0].categoryIdForTransaction"),
])  # fmt: skip
def test_bad_invoices_are_refused_and_book_nothing(api: Any, body: dict[str, Any], field: str) -> None:
    customer = api.customer()
    invoice(api, customer, number="7")
    assert field in api.refused(INVOICES, {"customer_id": customer, "status": "not_paid", **body})
    assert (api.deposit(customer), len(api.get(TRANSACTIONS))) == ("-100.0000", 1)


def test_numbers_follow_the_pattern(api: Any) -> None:
    customer = api.customer()
    assert api.get(f"{INVOICES}/{invoice(api, customer)}")["number"] == "202601000001"
    assert api.get(f"{PAYMENTS}/{payment(api, customer, 1, payment_type=3)}")["receipt_number"] == "2026-03-00001"


def test_a_payment_settles_debits_first_then_the_oldest_invoice(api: Any) -> None:
    customer = api.customer()
    young = invoice(api, customer, date_created="2026-03-01")
    old = invoice(api, customer, date_created="2026-01-01")
    debit = api.post(TRANSACTIONS, {"customer_id": customer, "type": "debit", "price": 20, "description": "Cable"})["id"]
    paid = payment(api, customer, 130)
    assert api.get(f"{TRANSACTIONS}/{debit}")["remind_amount"] == "0.0000"
    states = [(api.get(f"{INVOICES}/{i}")["status"], api.get(f"{INVOICES}/{i}")["due"]) for i in (old, young)]
    assert states == [("paid", "0.0000"), ("not_paid", "90.0000")]
    assert api.deposit(customer) == "-90.0000"
    relations = api.get(f"admin/finance/invoice-relations?invoice_id={old}")
    assert [(each["invoice_id"], each["amount"]) for each in relations] == [(old, "100.0000")]
    api.delete(f"{PAYMENTS}/{paid}")
    states = [(api.get(f"{INVOICES}/{i}")["status"], api.get(f"{INVOICES}/{i}")["due"]) for i in (old, young)]
    assert states == [("not_paid", "100.0000")] * 2
    assert api.deposit(customer) == "-220.0000"
    assert api.get(f"{TRANSACTIONS}/{debit}")["remind_amount"] == "20.0000"


def test_a_payment_pays_its_own_invoice_and_keeps_the_rest(api: Any) -> None:
    customer = api.customer()
    old, wanted = invoice(api, customer, date_created="2026-01-01"), invoice(api, customer, date_created="2026-02-01")
    paid = payment(api, customer, 250, invoice_id=wanted, receipt_number="S-5")
    assert api.get(f"{INVOICES}/{wanted}")["payment_id"] == paid
    assert [api.get(f"{INVOICES}/{i}")["status"] for i in (old, wanted)] == ["paid", "paid"]
    row = api.get(f"{PAYMENTS}/{paid}")
    assert (row["remind_amount"], api.deposit(customer)) == ("50.0000", "50.0000")
    credit = api.get(f"{TRANSACTIONS}/{row['transaction_id']}")
    assert (credit["type"], credit["total"], credit["category"]) == ("credit", "250.0000", 3)
    assert api.delete(f"{INVOICES}/{wanted}", 405)["error"]["internal_code"] == "ENTITY_CANNOT_BE_DELETED"
    assert api.delete(f"{TRANSACTIONS}/{credit['id']}", 405)
    assert "receipt_number" in api.refused(PAYMENTS, {"customer_id": customer, "amount": 1, "receipt_number": "S-5"})
    assert "amount" in api.refused(PAYMENTS, {"customer_id": customer, "amount": "0.00"})
    stranger = api.customer()
    assert "invoice_id" in api.refused(PAYMENTS, {"customer_id": stranger, "amount": 1, "invoice_id": old})
    api.put(f"{PAYMENTS}/{paid}", {"amount": "100"})
    assert [api.get(f"{INVOICES}/{i}")["status"] for i in (old, wanted)] == ["not_paid", "paid"]
    assert api.deposit(customer) == "-100.0000"


def test_a_refund_is_a_negative_payment(api: Any) -> None:
    customer = api.customer()
    payment(api, customer, 10)
    payment(api, customer, -4)
    assert api.deposit(customer) == "6.0000"


def test_transactions_move_the_balance_unless_they_wait(api: Any) -> None:
    customer = api.customer()
    base = {"customer_id": customer, "description": "x", "price": "5", "tax_percent": 20}
    debit = api.post(TRANSACTIONS, {**base, "type": "debit"})["id"]
    assert api.deposit(customer) == "-6.0000"
    api.post(TRANSACTIONS, {**base, "type": "credit", "tax_percent": 0})
    assert api.deposit(customer) == "-1.0000"
    future = api.post(TRANSACTIONS, {**base, "type": "debit", "to_invoice": True})["id"]
    assert api.deposit(customer) == "-1.0000"
    api.put(f"{TRANSACTIONS}/{debit}", {"price": "10"})
    assert api.deposit(customer) == "-7.0000"
    api.delete(f"{TRANSACTIONS}/{debit}")
    api.delete(f"{TRANSACTIONS}/{future}")
    assert api.deposit(customer) == "5.0000"
    assert "deposit" in api.refused(f"admin/customers/customer-billing/{customer}", {"deposit": "9"}, "PUT")


def test_a_credit_note_credits_and_is_refunded(api: Any) -> None:
    customer = api.customer()
    note = api.post("admin/finance/credit-notes", {
        "customer_id": customer, "status": "not_refunded", "items": [item("7")],
    })["id"]  # fmt: skip
    assert api.deposit(customer) == "7.0000"
    payment(api, customer, -7, credit_note_id=note)
    assert api.get(f"admin/finance/credit-notes/{note}")["status"] == "refunded"
    assert api.deposit(customer) == "0.0000"


def test_proforma_invoices_move_nothing(api: Any) -> None:
    customer = api.customer()
    body = {"customer_id": customer, "status": "not_paid", "items": [item()]}
    request = api.post("admin/finance/proforma-invoices", body)["id"]
    assert api.deposit(customer) == "0.0000"
    payment(api, customer, 100, request_id=request)
    assert api.get(f"admin/finance/proforma-invoices/{request}")["status"] == "paid"


def test_an_unpaid_invoice_can_be_rewritten(api: Any) -> None:
    customer = api.customer()
    number = invoice(api, customer)
    api.put(f"{INVOICES}/{number}", {"items": [item("40")]})
    assert (api.get(f"{INVOICES}/{number}")["due"], api.deposit(customer)) == ("40.0000", "-40.0000")
    payment(api, customer, 10)
    assert "items" in api.refused(f"{INVOICES}/{number}", {"items": [item("50")]}, "PUT")


def test_mail_that_would_have_gone_out_is_counted(api: Any) -> None:
    customer = api.customer()
    invoice(api, customer, is_sent="1")
    assert api.stats()["messages_that_would_have_gone_out"] == {}
    invoice(api, customer)
    api.put(f"admin/customers/customer-billing/{customer}", {"send_finance_notification": 0})
    invoice(api, customer)
    assert api.stats()["messages_that_would_have_gone_out"] == {"invoice mail": 1}


def test_aggregated_sub_accounts_are_charged_on_the_main_account(api: Any) -> None:
    main, sub = api.customer(), api.customer()
    billing = f"admin/customers/customer-billing/{sub}"
    assert "sub_billing_mode" in api.refused(billing, {"sub_billing_mode": "aggregated"}, "PUT")
    api.put(f"admin/customers/customer/{sub}", {"parent_id": main})
    debit = api.post(TRANSACTIONS, {"customer_id": sub, "description": "x", "price": 5})["id"]
    assert "sub_billing_mode" in api.refused(billing, {"sub_billing_mode": "aggregated"}, "PUT")
    api.delete(f"{TRANSACTIONS}/{debit}")
    api.put(billing, {"sub_billing_mode": "aggregated"})
    assert "customer_id" in api.refused(TRANSACTIONS, {"customer_id": sub, "description": "x", "price": 5})
    api.post(TRANSACTIONS, {"customer_id": main, "sub_account_id": sub, "description": "x", "price": 5})
    assert (api.deposit(main), api.deposit(sub)) == ("-5.0000", "0.0000")
