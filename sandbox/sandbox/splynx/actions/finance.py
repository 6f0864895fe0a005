"""Finance operations beyond a record's life: to-bill, calculating, cancelling charges, cards, imports.

Facts: research/splynx-api.md §9, research/money.md §3.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.splynx import billing, engine, ledger
from sandbox.splynx.contract import load
from sandbox.splynx.errors import ValidationFailedError, bad_request, not_found
from sandbox.splynx.fields import InvalidValueError
from sandbox.splynx.routes import Answer, Call, action
from sandbox.splynx.state import money, money_text
from sandbox.splynx.store import Row, Values, encode_json


def _customer(call: Call, name: str = "customer_id") -> Row:
    row = call.splynx.table("customers/customer").get(call.parameters[name])
    if row is None:
        raise not_found()
    return row


def _day(call: Call, body: Values, name: str) -> date:
    text = body.get(name) or call.splynx.today().isoformat()
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ValidationFailedError([(name, f"{name} has an invalid format: YYYY-MM-DD expected.")]) from None


def _charge(call: Call) -> billing.Charge:
    body = call.body if isinstance(call.body, dict) else {}
    customer = _customer(call)
    to_bill, day = _day(call, body, "toBillDate"), _day(call, body, "transactionDate")
    period = body.get("period")
    if period not in (None, "") and not str(period).lstrip("-").isdigit():
        raise ValidationFailedError([("period", "Period must be an integer.")])
    months = int(period) if period not in (None, "") and int(period) >= 0 else None
    return billing.prepare(call.splynx, customer.id, to_bill, day.isoformat(), months)


@action("POST", "/admin/finance/to-bill/{customer_id}--{action}")
def to_bill(call: Call) -> Answer:
    """preview: what would be charged, nothing is made; generate: charge it. 201."""
    if call.parameters["action"] == "preview":
        return Answer(201, encode_json(billing.charge_json(_charge(call))))
    if call.parameters["action"] == "generate":
        return Answer(201, encode_json(billing.carry_out(call.splynx, _charge(call))))
    raise not_found()


@action("POST", "/admin/finance/to-bill-requests/{customer_id}--{action}")
def to_bill_requests(call: Call) -> Answer:
    """The same as a proforma invoice, which moves no balance."""
    charge = _charge(call)
    if call.parameters["action"] == "preview":
        return Answer(201, encode_json(billing.charge_json(charge)))
    if call.parameters["action"] != "generate":
        raise not_found()
    items = [
        {"description": line.description, "quantity": line.quantity, "unit": "", "price": money_text(line.price),
         "tax": money_text(line.tax_percent), "period_from": line.period_from, "period_to": line.period_to}
        for line in charge.lines
    ]  # fmt: skip
    row = call.splynx.new_row("finance/proforma-invoices", {
        "customer_id": charge.customer_id, "date_created": charge.day, "date_till": charge.day, "items": items,
        "status": "not_paid", "number": ledger.number_for(call.splynx, "proforma", charge.customer_id),
        "total": money_text(charge.total),
    })  # fmt: skip
    return Answer(201, encode_json({**billing.charge_json(charge), "request_id": row.id}))


@action("GET", "/admin/finance/cancel-last-charge/{id}")
def show_last_charge(call: Call) -> Answer:
    """What a cancellation would remove."""
    customer = _customer(call, "id")
    record = billing.last_charge(call.splynx, customer.id)
    if record is None:
        return Answer(200, encode_json({"lastChargeExist": False}))
    splynx = call.splynx
    transactions = [splynx.table(ledger.TRANSACTIONS).get(row_id) for row_id in record["transactions_id"]]
    invoice = splynx.table(ledger.INVOICES).get(record["invoice_id"]) if record["invoice_id"] else None
    info = {
        "date": record["date"], "maxPeriodTo": record["max_period_to"], "countTransactions": len(transactions),
        "totalSum": float(money(record["transactions_sum"])), "emptyCharge": not transactions,
        "invoices": [invoice.values] if invoice is not None else [], "ipi_invoices": [], "requests": [],
        "transactions": [row.values for row in transactions if row is not None], "toBillRecords": [record.values],
    }  # fmt: skip
    return Answer(200, encode_json({"lastChargeExist": True, "info": info}))


@action("DELETE", "/admin/finance/cancel-last-charge/{id}")
def cancel_last_charge(call: Call) -> Answer:
    """Remove the last charge's invoices and transactions; 204."""
    record = billing.last_charge(call.splynx, _customer(call, "id").id)
    if record is None:
        raise not_found()
    billing.cancel(call.splynx, record)
    return Answer(204)


@action("GET", "/admin/customers/billing-info/{customer_id}")
def show_billing_info(call: Call) -> Answer:
    """Balance, payments and blocking date of a customer."""
    return Answer(200, encode_json(billing.billing_info(call.splynx, _customer(call).id)))


@action("POST", "/admin/finance/calculate-finance")
def calculate(call: Call) -> Answer:
    """Price, tax and totals as the UI calculates them; nothing is made; 200. GUESS: rounding and formatted texts."""
    body = call.body if isinstance(call.body, dict) else {}
    items = body.get("items")
    rows: list[Any] = list(items.values()) if isinstance(items, dict) else items if isinstance(items, list) else [body]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise bad_request("Items must be a list of objects!")
    results = [_calculated(call, {**body, **row}) for row in rows]
    total = sum((each["total"] for each in results), Decimal(0))
    net = sum((each["net"] for each in results), Decimal(0))
    first = results[0]
    per_tax: dict[Decimal, list[Decimal]] = {}
    for each in results:
        sums = per_tax.setdefault(each["rate"], [Decimal(0), Decimal(0)])
        sums[0] += each["net"]
        sums[1] += each["total"] - each["net"]
    return Answer(200, encode_json({
        "rowData": {
            "quantity": first["quantity"], "vat": str(first["rate"]), "price": str(first["price"]),
            "withVat": str(first["with_tax"]), "total": str(first["total"]),
            "totalVat": float(first["total"] - first["net"]), "totalWithoutVat": float(first["net"]),
            "tax_id": first["tax_id"],
        },
        "total": {
            "total": str(total), "total_unformatted": float(total), "vat": str(total - net),
            "tax_id": first["tax_id"], "withoutVat": str(net), "deal_value": str(total),
            "balance_after": str(_balance_after(call, body, total)),
            "per_tax": [
                {"name": f"{rate}%", "rate": str(rate), "rate_unformatted": str(rate), "vat_amount": str(sums[1]),
                 "vat_amount_unformatted": float(sums[1]), "applicable_amount": str(sums[0]),
                 "applicable_amount_unformatted": float(sums[0])}
                for rate, sums in per_tax.items()
            ],
        },
    }))  # fmt: skip


def _balance_after(call: Call, body: Values, total: Decimal) -> Decimal:
    customer_id = str(body.get("customerId") or "")
    return ledger.balance_of(call.splynx, int(customer_id)) - total if customer_id.isdigit() else -total


def _calculated(call: Call, row: Values) -> dict[str, Any]:
    try:
        quantity, price = money(row.get("quantity") or 1), money(row.get("price"))
        given = row.get("tax", row.get("vat"))
        rate = call.splynx.tax_rate(row.get("tax_id")) if row.get("tax_id") else None
        rate = rate if rate is not None else money(given)
    except (InvalidValueError, ArithmeticError, ValueError):
        raise bad_request("A number expected!") from None
    if str(row.get("withVat", "")).lower() in {"1", "true"} and row.get("modifiedField") == "withVat":
        price = price / (1 + rate / 100)
    net = ledger.cents(price * quantity)
    total = ledger.cents(price * quantity * (1 + rate / 100))
    with_tax = ledger.cents(price * (1 + rate / 100))
    return {"quantity": float(quantity), "price": price, "rate": rate, "net": net, "total": total,
            "with_tax": with_tax, "tax_id": row.get("tax_id") or 0}  # fmt: skip


@action("GET", "/admin/finance/invoice-relations")
def invoice_relations(call: Call) -> Answer:
    """What settled which invoice; ?customer_id= and ?invoice_id= do filter here (documented parameters)."""
    splynx, nested = call.splynx, call.query
    resource = splynx.resource(ledger.RELATIONS)
    query = engine.query_of(splynx, resource, nested)
    rows = query.matching(splynx.table(ledger.RELATIONS))
    for name in ("customer_id", "invoice_id"):
        if isinstance(nested.get(name), str):
            rows = [row for row in rows if str(row[name]) == nested[name]]
    return Answer(200, engine.many_json(splynx, ledger.RELATIONS, query.page(rows)))


@action("GET", "/admin/config/transaction-categories")
def transaction_category_config(_call: Call) -> Answer:
    """transaction_type_* of the configuration: which category is used for what. GUESS: the categories."""
    fields = load().fields_of("get_admin_config_transaction_categories_answer")
    discounts = {name: ledger.DISCOUNT for name in fields if name.endswith("_discount")}
    found = {name: discounts.get(name, ledger.SERVICE) for name in fields}
    return Answer(200, encode_json({name: {"id": number} for name, number in found.items()}))


@action("POST", "/admin/finance/bank-statements-import")
def import_bank_statement(call: Call) -> Answer:
    """Rows of a statement become records of a new statement; columns name the cells. 201 {id}."""
    body = call.body if isinstance(call.body, dict) else {}
    data, columns = body.get("data"), body.get("columns")
    if not isinstance(data, list) or not isinstance(columns, list) or not data:
        raise ValidationFailedError([("data", "Data cannot be blank.")])
    splynx = call.splynx
    statement = splynx.new_row("finance/bank-statements", {
        "title": str(body.get("title") or "API import"), "date_time": splynx.stamp(), "records": len(data),
    })  # fmt: skip
    for cells in data:
        values = dict(zip(map(str, columns), cells, strict=False)) if isinstance(cells, list) else dict(cells)
        known = {k: v for k, v in values.items() if k in splynx.resource("finance/bank-statements-records").fields}
        splynx.new_row("finance/bank-statements-records", {
            **known, "bank_statements_process_id": statement.id, "status": "new",
        })  # fmt: skip
    return Answer(201, encode_json({"id": statement.id}))


def _cards(call: Call, count: int, serie: str, body: Values, table: str) -> None:
    for index in range(count):
        code = call.splynx.generated(table, serie, index, length=12)
        fields = call.splynx.resource(table).fields
        values = {key: value for key, value in body.items() if key in fields}
        call.splynx.new_row(table, {**values, "serie": serie, "code": code, "status": "new"})


@action("PUT", "/admin/finance/refill-cards/0")
def redeem_refill_card(call: Call) -> Answer:
    """Redeem a card by its code: a payment of its price. 202."""
    body = call.body if isinstance(call.body, dict) else {}
    table = call.splynx.table("finance/refill-cards")
    card = table.first("code", body.get("code")) if body.get("code") else None
    if card is None or card["status"] == "used":
        raise ValidationFailedError([("code", "Code is invalid.")])
    payment = {"customer_id": body.get("customer_id"), "amount": card["price"], "payment_type": 6,
               "field_1": card["code"]}  # fmt: skip
    engine.create(call.splynx, call.splynx.resource(ledger.PAYMENTS), payment, call.identity)
    table.change(card, {"status": "used", "customer_id": body.get("customer_id")})
    return Answer(202)


def _series(call: Call, cards: str) -> Answer:
    assert call.resource is not None
    row = engine.create(call.splynx, call.resource, call.body, call.identity)
    serie = f"{call.splynx.today():%Y%m}{row.id:04d}"
    call.splynx.table(call.resource.name).change(row, {"serie": serie})
    _cards(call, int(row["quantity"] or 0), serie, dict(row.values, id=None), cards)
    return Answer(201, encode_json({"serie": serie}))


@action("POST", "/admin/finance/refill-cards-series")
def make_refill_cards(call: Call) -> Answer:
    """A series of refill cards; answers {serie} as documented."""
    return _series(call, "finance/refill-cards")


@action("POST", "/admin/customers/prepaid-cards-series")
def make_prepaid_cards(call: Call) -> Answer:
    """A series of prepaid cards; answers {serie}."""
    return _series(call, "customers/prepaid-cards")


@action("GET", "/admin/customers/prepaid-cards-series")
def list_prepaid_series(call: Call) -> Answer:
    """Series of prepaid cards."""
    rows = list(call.splynx.table("customers/prepaid-cards-series"))
    return Answer(200, engine.many_json(call.splynx, "customers/prepaid-cards-series", rows))
