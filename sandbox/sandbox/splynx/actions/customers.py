"""Operations on customers and leads beyond a record's life: documents, payment accounts, logs, conversion.

Facts: research/splynx-resources.md (Customers, CRM), research/splynx-api.md §6, §10.
"""

from __future__ import annotations

from typing import Any

from sandbox.splynx import engine, uploads
from sandbox.splynx.effects.customers import make_side_rows, welcome
from sandbox.splynx.errors import ValidationFailedError, bad_request, not_found
from sandbox.splynx.routes import Answer, Call, action
from sandbox.splynx.store import Row, Values, encode_json

_DOCUMENTS = {"customer": ("customers/customer-documents", "customer_documents"),
              "lead": ("crm/leads-documents", "lead_documents")}  # fmt: skip
_ACCOUNTS = "internal/payment-accounts"


def _kind(call: Call) -> tuple[str, str]:
    return _DOCUMENTS["lead" if "/crm/" in call.path.template else "customer"]


@action("GET", "/admin/customers/customer-documents/{id}", "/admin/crm/leads-documents/{id}")
def documents_of_customer(call: Call) -> Answer:
    """The id of this GET is the CUSTOMER's (PUT and DELETE take the document's)."""
    name, _ = _kind(call)
    rows = call.splynx.table(name).where("customer_id", call.parameters["id"])
    return Answer(200, engine.many_json(call.splynx, name, rows))


@action("POST", "/admin/customers/customer-documents/{id}--upload", "/admin/crm/leads-documents/{id}--upload")
def upload_document(call: Call) -> Answer:
    """The file of a document that was made before; 202."""
    name, module = _kind(call)
    table = call.splynx.table(name)
    row = table.get(call.parameters["id"])
    if row is None:
        raise not_found()
    file = uploads.checked_files(call)[0]
    values = uploads.keep(call.splynx, module, row.id, file)
    link = f"/admin/config/download/{module}--{row.id}"
    table.change(row, {**values, "download_link": link, "updated_at": call.splynx.stamp()})
    return Answer(202)


@action("GET", "/admin/crm/leads-notes")
def lead_notes(call: Call) -> Answer:
    """All notes, or one by ?id={lead}--{note}."""
    splynx, wanted = call.splynx, call.query.get("id")
    if isinstance(wanted, str) and wanted:
        lead, _, note = wanted.partition("--")
        row = splynx.table("crm/leads-notes").get(note)
        if row is None or str(row["customer_id"]) != lead:
            raise not_found()
        return Answer(200, engine.one_json(splynx, "crm/leads-notes", row))
    query = engine.query_of(splynx, splynx.resource("crm/leads-notes"), call.query)
    rows = query.page(query.matching(splynx.table("crm/leads-notes")))
    return Answer(200, engine.many_json(splynx, "crm/leads-notes", rows))


@action("PUT", "/admin/crm/leads/{id}--convert-to-customer-simple")
def convert_lead(call: Call) -> Answer:
    """A lead becomes a customer with the same id (one table in the real database), or, a setting, another; 202."""
    splynx = call.splynx
    leads, customers = splynx.table("crm/leads"), splynx.table("customers/customer")
    lead = leads.get(call.parameters["id"])
    if lead is None:
        raise not_found()
    body = call.body if isinstance(call.body, dict) else {}
    resource = splynx.resource("customers/customer")
    for name in ("status", "category"):
        if name in body and body[name] not in resource.fields[name].enum:
            raise ValidationFailedError([(name, f"{resource.fields[name].title} is invalid.")])
    values: Values = {key: value for key, value in lead.values.items() if key in resource.fields}
    values.update(status=body.get("status", "new"), category=body.get("category", lead["category"]), id=lead.id)
    values.update(conversion_date=splynx.stamp(), login=splynx.settings.login_format % lead.id)
    values["password"] = splynx.generated("password", lead.id, values["login"])
    leads.delete(lead)
    values["additional_attributes"] = lead["additional_attributes"]
    number = lead.id if splynx.settings.conversion_keeps_id else max(customers.next_id, leads.next_id)
    values["id"] = number
    splynx.new_row("customers/customer", values, row_id=number)
    make_side_rows(splynx, number)
    made = customers.get(number)
    assert made is not None
    welcome(splynx, made)
    customers.next_id = leads.next_id = max(customers.next_id, leads.next_id)
    return Answer(202)


def _account_key(call: Call) -> tuple[str, str]:
    wanted = call.query.get("id")
    if not isinstance(wanted, str) or "--" not in wanted:
        raise bad_request("Missing required parameters: id!")
    customer, _, account = wanted.partition("--")
    if call.splynx.table("customers/customer").get(customer) is None or not account.isdigit():
        raise not_found()
    return customer, account


def _account(call: Call, customer: str, account: str) -> Row | None:
    rows = call.splynx.table(_ACCOUNTS).where("customer_id", customer)
    return next((row for row in rows if str(row["account_id"]) == account), None)


def _account_json(row: Row) -> dict[str, Any]:
    return {"id": row["account_id"], "title": row["title"], **{f"field_{i}": row[f"field_{i}"] for i in range(1, 11)}}


@action("GET", "/admin/customers/customer-payment-accounts")
def payment_accounts(call: Call) -> Answer:
    """Accounts of a customer; ?id={customer}--{account}, or ?id={customer} for all of them (GUESS)."""
    wanted = call.query.get("id")
    if isinstance(wanted, str) and wanted.isdigit():
        rows = call.splynx.table(_ACCOUNTS).where("customer_id", wanted)
        return Answer(200, encode_json([_account_json(row) for row in rows]))
    row = _account(call, *_account_key(call))
    return Answer(200, encode_json([_account_json(row)] if row is not None else []))


@action("PUT", "/admin/customers/customer-payment-accounts")
def write_payment_account(call: Call) -> Answer:
    """Set the fields of a payment account; 202. GUESS: an account that has no data yet is made."""
    customer, account = _account_key(call)
    body = call.body if isinstance(call.body, dict) else {}
    known = {f"field_{i}" for i in range(1, 11)} | {"title", "id"}
    if unknown := sorted(set(body) - known):
        raise ValidationFailedError([(name, f"{name} is not an attribute of a payment account.") for name in unknown])
    values = {key: str(value) if value is not None else "" for key, value in body.items() if key != "id"}
    table, row = call.splynx.table(_ACCOUNTS), _account(call, customer, account)
    if row is None:
        blank = {"title": f"Account {account}", **{f"field_{i}": "" for i in range(1, 11)}}
        table.add({"id": None, "customer_id": int(customer), "account_id": int(account), **blank, **values})
    else:
        table.change(row, values)
    return Answer(202)


@action("DELETE", "/admin/customers/customer-payment-accounts")
def delete_payment_account(call: Call) -> Answer:
    """Forget the data of a payment account; 204."""
    row = _account(call, *_account_key(call))
    if row is None:
        raise not_found()
    call.splynx.table(_ACCOUNTS).delete(row)
    return Answer(204)


@action("GET", "/admin/customers/customer-payment-account-data")
def payment_account_data(call: Call) -> Answer:
    """Payment accounts of all customers."""
    rows = [{key: value for key, value in row.values.items() if key not in {"id", "title"}}
            for row in call.splynx.table(_ACCOUNTS)]  # fmt: skip
    return Answer(200, encode_json(rows))


@action("POST", "/admin/customers/send-documents")
def send_documents(call: Call) -> Answer:
    """Sends a document to a customer: only counted here."""
    assert call.resource is not None
    row = engine.create(call.splynx, call.resource, call.body, call.identity)
    call.splynx.count_message(f"document {row['type']}")
    return Answer(201, encode_json({"id": row.id}))


def _status_log(call: Call) -> list[dict[str, Any]]:
    wanted = call.parameters.get("customer_id")
    found: list[dict[str, Any]] = []
    for entry in call.splynx.change_log:
        if entry["resource"] != "customers/customer" or "status" not in entry["values"]:
            continue
        if wanted is not None and str(entry["id"]) != wanted:
            continue
        day, time = entry["date"].split(" ")
        found.append({
            "id": len(found) + 1, "customer_id": entry["id"], "service_id": None, "date": day, "time": time,
            "old_status": "", "new_status": entry["values"]["status"], "tariff_type": None,
            "old_tariff": None, "new_tariff": None, "administrator_id": 0,
        })  # fmt: skip
    return found


@action("GET", "/admin/logs/changes", "/admin/customers/customer/{customer_id}/logs-changes")
def status_changes(call: Call) -> Answer:
    """Changes of status, of all customers or one. GUESS: which writes are logged."""
    entries = _status_log(call)
    query = engine.query_of(call.splynx, call.splynx.resource("logs/changes"), call.query)
    rows = [Row(entry["id"], entry) for entry in entries]
    page = query.page(query.matching(call.splynx.table("logs/changes"), rows))
    return Answer(200, encode_json([row.values for row in page]))


@action(
    "GET",
    "/admin/customers/customer/{customer_id}/logs-changes--first-activation",
    "/admin/customers/customer/{customer_id}/logs-changes--last-activation",
)
def activation(call: Call) -> Answer:
    """When the customer first or last became active."""
    row = call.splynx.table("customers/customer").get(call.parameters["customer_id"])
    key = "first_activation" if call.path.template.endswith("first-activation") else "last_activation"
    if row is None or key not in row.hidden:
        raise not_found()
    day, time = row.hidden[key].split(" ")
    return Answer(200, encode_json({"date": day, "time": time, "old_status": "new", "new_status": "active"}))


@action("PUT", "/admin/customers/customers-online/{id}--kill")
def kill_session(call: Call) -> Answer:
    """Disconnect a session; 202."""
    table = call.splynx.table("customers/customers-online")
    row = table.get(call.parameters["id"])
    if row is None:
        raise not_found()
    table.delete(row)
    return Answer(202)


@action("GET", "/admin/customers/cap-history/{id}")
def cap_history(_call: Call) -> Answer:
    """Top-ups of a customer: the module is off, so none."""
    return Answer(200, b"[]")


@action("GET", "/admin/customers/customer-statistics/{id}")
def statistics_of_customer(call: Call) -> Answer:
    """Sessions of one customer."""
    rows = call.splynx.table("customers/customer-statistics").where("customer_id", call.parameters["id"])
    return Answer(200, engine.many_json(call.splynx, "customers/customer-statistics", rows))


@action("POST", "/admin/customers/customer-internet-services-rrd/{customer_id}--{service_id}")
def write_rrd(call: Call) -> Answer:
    """Traffic of a service for its graphs; kept nowhere; 201."""
    service = call.splynx.table("customers/internet-services").get(call.parameters["service_id"])
    if service is None or str(service["customer_id"]) != call.parameters["customer_id"]:
        raise not_found()
    body = call.body if isinstance(call.body, dict) else {}
    missing = [name for name in ("download", "upload") if body.get(name) is None]
    if missing:
        raise ValidationFailedError([(name, f"{name.capitalize()} cannot be blank.") for name in missing])
    return Answer(201)


@action("GET", "/admin/finance/refill-cards-series/{id}")
def cards_of_series(call: Call) -> Answer:
    """Cards of a series."""
    rows = call.splynx.table("finance/refill-cards").where("serie", call.parameters["id"])
    return Answer(200, engine.many_json(call.splynx, "finance/refill-cards", rows))


@action("GET", "/admin/customers/prepaid-cards-series/{serie_id}")
def prepaid_cards_of_series(call: Call) -> Answer:
    """Cards of a series of prepaid cards."""
    rows = call.splynx.table("customers/prepaid-cards").where("serie", call.parameters["serie_id"])
    if not rows:
        raise not_found()
    return Answer(200, engine.many_json(call.splynx, "customers/prepaid-cards", rows))
