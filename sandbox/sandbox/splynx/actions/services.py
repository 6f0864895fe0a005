"""Operations on services and tariffs beyond a record's life: geo data, bundles, plan changes, rent and sale of items.

Facts: research/splynx-resources.md (Services), research/splynx-api.md §8, §9; research/mapping.md §7.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sandbox.splynx import engine, ledger
from sandbox.splynx.errors import ValidationFailedError, bad_request, not_found
from sandbox.splynx.fields import NO_DATE
from sandbox.splynx.routes import Answer, Call, action
from sandbox.splynx.rules.services import _TARIFFS, BUNDLE, INTERNET, KIND, RECURRING
from sandbox.splynx.state import money, money_text
from sandbox.splynx.store import Row, Values, encode_json

_BY_KIND = {kind: name for name, kind in KIND.items()} | {"recurring": RECURRING}
_GEO = "/admin/customers/customer/{customer_id}/geo-internet-service--{service_id}"
_BUNDLE = "/admin/customers/customer/{customer_id}/bundle-services--{service_id}"


def _service(call: Call, name: str) -> Row:
    row = call.splynx.table(name).get(call.parameters["service_id"])
    if row is None or ("customer_id" in call.parameters and str(row["customer_id"]) != call.parameters["customer_id"]):
        raise not_found()
    return row


@action("GET", _GEO)
def show_geo(call: Call) -> Answer:
    """Address and marker of a service."""
    return Answer(200, encode_json(_service(call, INTERNET)["geo"]))


@action("PUT", _GEO)
def write_geo(call: Call) -> Answer:
    """Set address and marker ("lat,lon"); 202."""
    row = _service(call, INTERNET)
    body = call.body if isinstance(call.body, dict) else {}
    if unknown := sorted(set(body) - {"address", "marker"}):
        raise ValidationFailedError([(name, f"{name} is not an attribute of geo data.") for name in unknown])
    call.splynx.table(INTERNET).change(row, {"geo": {**row["geo"], **{k: str(v or "") for k, v in body.items()}}})
    return Answer(202)


@action("PUT", _BUNDLE + "-cancel")
def cancel_bundle(call: Call) -> Answer:
    """End a bundle today; the fee is charged when asked; 202."""
    row = _service(call, BUNDLE)
    body = call.body if isinstance(call.body, dict) else {}
    if "charge_cancellation_fee" not in body:
        raise ValidationFailedError([("charge_cancellation_fee", "Charge cancellation fee cannot be blank.")])
    values: Values = {"status": "stopped", "end_date": call.splynx.today().isoformat()}
    if str(body["charge_cancellation_fee"]).lower() in {"1", "true"} and money(row["cancellation_fee"]) > 0:
        fee = ledger.book(call.splynx, int(row["customer_id"]), "debit", {
            "price": row["cancellation_fee"], "description": "Cancellation fee", "service_id": row.id,
            "service_type": "bundle",
        })  # fmt: skip
        values["cancellation_fee_transaction_id"] = fee.id
    call.splynx.table(BUNDLE).change(row, values)
    return Answer(202)


@action("PUT", _BUNDLE + "-reactivate")
def reactivate_bundle(call: Call) -> Answer:
    """Take a cancellation back; 202."""
    row = _service(call, BUNDLE)
    call.splynx.table(BUNDLE).change(row, {"status": "active", "end_date": NO_DATE})
    return Answer(202)


def _kind_asked(call: Call) -> str:
    kind = call.query.get("type", "internet")
    if not isinstance(kind, str) or kind not in _BY_KIND:
        raise bad_request("Type must be internet, voice, recurring or bundle!")
    return _BY_KIND[kind]


@action("GET", "/admin/tariffs/tariffs-for-change")
def tariffs_for_change(call: Call) -> Answer:
    """Tariffs that a service (?type=&id=) can change to: the other ones of its kind."""
    name = _kind_asked(call)
    service = call.splynx.table(name).get(call.query.get("id"))
    table, column = _TARIFFS[name]
    own = service[column] if service is not None else None
    rows = [row for row in call.splynx.table(table) if row.id != own and row["available_for_services"] != "0"]
    return Answer(200, engine.many_json(call.splynx, table, rows))


@action("GET", "/admin/tariffs/change-tariff/{service_id}")
def show_tariff_change(call: Call) -> Answer:
    """The first possible day of a plan change (GUESS: tomorrow)."""
    _service(call, _kind_asked(call))
    day = call.splynx.today() + timedelta(days=1)
    return Answer(200, encode_json({
        "target_date": day.isoformat(), "transaction_category_id": ledger.SERVICE, "services": 1,
    }))  # fmt: skip


@action("PUT", "/admin/tariffs/change-tariff/{service_id}")
def change_tariff(call: Call) -> Answer:
    """End the service before targetDate and go on with a new one on newTariffId; 202. GUESS: the details."""
    name = _kind_asked(call)
    old = _service(call, name)
    body = call.body if isinstance(call.body, dict) else {}
    table, column = _TARIFFS[name]
    tariff = call.splynx.table(table).get(body.get("newTariffId"))
    try:
        target = date.fromisoformat(str(body.get("targetDate") or body.get("target_date")))
    except ValueError:
        raise ValidationFailedError([("targetDate", "Target date cannot be blank.")]) from None
    if tariff is None:
        raise ValidationFailedError([("newTariffId", "New tariff is invalid.")])
    services = call.splynx.table(name)
    values = dict(old.values)
    services.change(old, {"end_date": (target - timedelta(days=1)).isoformat(), "status": "stopped"})
    price = body.get("newServicePrice")
    values.update({
        "id": None, column: tariff.id, "start_date": target.isoformat(), "end_date": NO_DATE, "parent_id": old.id,
        "description": body.get("description") or tariff["service_name"] or tariff["title"],
        "unit_price": money_text(money(price if price not in (None, "") else tariff["price"])),
        "status": "active" if target <= call.splynx.today() else "pending",
    })  # fmt: skip
    services.add(values)
    return Answer(202)


@action("POST", "/admin/inventory/items-rent")
def rent_item(call: Call) -> Answer:
    """Rent an item out: makes a recurring service at once (research/mapping.md §7); 201 without body (GUESS)."""
    body = call.body if isinstance(call.body, dict) else {}
    items = call.splynx.table("inventory/items")
    item = items.get(body.get("id"))
    if item is None:
        raise ValidationFailedError([("id", "Item is invalid.")])
    data = body.get("service_data")
    if not isinstance(data, dict):
        raise ValidationFailedError([("service_data", "Service data cannot be blank.")])
    service = engine.create(
        call.splynx, call.splynx.resource(RECURRING), {"tariff_id": body.get("tariff_id"), **data}, call.identity
    )
    call.splynx.count_charge("rented item")
    items.change(item, {"status": "rent", "customer_id": service["customer_id"], "service_id": service.id})
    return Answer(201)


@action("POST", "/admin/inventory/items-sell")
def sell_items(call: Call) -> Answer:
    """Sell items: makes an invoice, or transactions when create_invoice is 0 (research/mapping.md §7); 201."""
    body: Values = dict(call.body) if isinstance(call.body, dict) else {}
    rows: list[Any] = body.get("items") or []
    items = call.splynx.table("inventory/items")
    for index, row in enumerate(rows):
        if not isinstance(row, dict) or items.get(row.get("item_id")) is None:
            raise ValidationFailedError([(f"items[{index}].item_id", "Item is invalid.")])
    wanted = {key: body[key] for key in ("customer_id", "date_created", "date_till", "status", "number") if key in body}
    lines = [
        {"description": row.get("description"), "quantity": row.get("quantity", 1), "unit": row.get("unit", ""),
         "price": row.get("price", 0), "tax": row.get("tax_percent", 0)}
        for row in rows
    ]  # fmt: skip
    splynx = call.splynx
    splynx.count_charge("sold item")
    if str(body.get("create_invoice", 1)) != "0":
        invoice = engine.create(splynx, splynx.resource(ledger.INVOICES), {**wanted, "items": lines}, call.identity)
        booked = splynx.table(ledger.TRANSACTIONS).where("invoice_id", invoice.id)
        shown: Any = invoice.values
    else:
        if splynx.table("customers/customer").get(body.get("customer_id")) is None:
            raise ValidationFailedError([("customer_id", "Customer ID is required")])
        priced, _ = ledger.priced_items(lines)
        day = str(body.get("date_created") or splynx.today().isoformat())
        booked = ledger.book_items(splynx, int(body["customer_id"]), "debit", priced, {}, day)
        shown = None
    for row in rows:
        item = items.get(row["item_id"])
        assert item is not None
        items.change(item, {"status": "sold", "customer_id": int(body["customer_id"])})
    return Answer(201, encode_json({"invoice": shown, "transactions": [row.values for row in booked]}))


@action("GET", "/admin/fup/usage/{service_id}")
def fup_usage(call: Call) -> Answer:
    """Usage against the fair use policy: nothing used."""
    _service(call, INTERNET)
    fields = call.splynx.contract.fields_of("FUPUsageResponse")
    return Answer(200, encode_json({name: 0 if spec.kind != "string" else "" for name, spec in fields.items()}))


@action("GET", "/admin/logs/pending-services")
def pending_services(call: Call) -> Answer:
    """Services that wait for their start."""
    found = []
    for name, kind in KIND.items():
        for row in call.splynx.table(name).where("status", "pending"):
            keys = ("id", "customer_id", "description", "unit_price", "start_date")
            found.append({**{key: row[key] for key in keys}, "tariff_id": row[_TARIFFS[name][1]], "type": kind})
    return Answer(200, encode_json(found))


@action("GET", "/admin/voice/statistics")
def voice_statistics(call: Call) -> Answer:
    """Sums of a service's calls, messages and data. GUESS: only counted."""
    wanted, result = call.query.get("service_id"), {}
    for title, name in (("call", "voice/calls"), ("message", "voice/messages"), ("data", "voice/data")):
        rows = call.splynx.table(name).where("service_id", wanted) if wanted else list(call.splynx.table(name))
        total = sum((money(row["sell_price"]) for row in rows), money(0))
        result[title] = {"0": {"title": title, "sum": float(total), "amount": len(rows)}}
    return Answer(200, encode_json(result))
