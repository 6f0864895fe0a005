"""The customer's portal: what a customer's own token may do.

Facts: research/splynx-api.md §11 (403 for API keys), research/splynx-resources.md.
"""

from __future__ import annotations

from sandbox.splynx import billing, engine
from sandbox.splynx.errors import ValidationFailedError, not_found
from sandbox.splynx.routes import Answer, Call, action
from sandbox.splynx.rules.services import KIND
from sandbox.splynx.store import Row, encode_json

_CUSTOMERS = "customers/customer"
_BY_KIND = {kind: name for name, kind in KIND.items()}


def _self(call: Call) -> Row:
    row = call.splynx.table(_CUSTOMERS).get(call.identity.id)
    if row is None:
        raise not_found()
    return row


@action("GET", "/portal/login/entry-points")
def entry_points(_call: Call) -> Answer:
    """Buttons of add-ons on the login page: none."""
    return Answer(200, b"[]")


@action("GET", "/portal/profile/additional-attributes")
def my_fields(call: Call) -> Answer:
    """Definitions of the customer's additional fields with values."""
    mine = _self(call)["additional_attributes"] or {}
    fields = call.splynx.additional_fields("customers")
    rows = [{**row.values, "values": [mine.get(name)], "can_be_edited": row["readonly"] != 1}
            for name, row in fields.items()]  # fmt: skip
    return Answer(200, encode_json(rows))


@action("PUT", "/portal/profile/additional-attributes")
def change_my_fields(call: Call) -> Answer:
    """Set own additional fields {name: value}; 202."""
    body = {"additional_attributes": call.body}
    engine.update(call.splynx, call.splynx.resource(_CUSTOMERS), _self(call), body, call.identity)
    return Answer(202)


@action("POST", "/portal/profile/reset-password-request")
def request_reset(call: Call) -> Answer:
    """Sends a code: only counted. The code is kept for the confirmation. 201."""
    body = call.body if isinstance(call.body, dict) else {}
    table = call.splynx.table(_CUSTOMERS)
    row = None
    for name, column in (("login", "login"), ("email", "email"), ("phone_number", "phone")):
        wanted = body.get(f"{name}_for_reset_password")
        row = row or (table.first(column, wanted) if wanted else None)
    if row is None:
        raise ValidationFailedError([("login_for_reset_password", "Customer is invalid.")])
    row.hidden["reset_code"] = call.splynx.generated("reset", row.id, call.splynx.next_number("reset"), length=8)
    call.splynx.count_message("password reset mail")
    return Answer(201)


@action("POST", "/portal/profile/reset-password-confirm")
def confirm_reset(call: Call) -> Answer:
    """Set a new password with the code; 201."""
    body = call.body if isinstance(call.body, dict) else {}
    table = call.splynx.table(_CUSTOMERS)
    code, password = body.get("code"), body.get("password_new")
    row = next((row for row in table if code and row.hidden.get("reset_code") == code), None)
    if row is None or not password:
        raise ValidationFailedError([("code", "Code is invalid.")])
    del row.hidden["reset_code"]
    table.change(row, {"password": str(password)})
    return Answer(201)


@action("GET", "/portal/services/billing-info")
def my_billing_info(call: Call) -> Answer:
    """Balance, payments and blocking date."""
    return Answer(200, encode_json(billing.billing_info(call.splynx, _self(call).id)))


def _own_service(call: Call) -> tuple[str, Row]:
    kind = call.query.get("service_type", "internet")
    name = _BY_KIND.get(kind if isinstance(kind, str) else "")
    row = call.splynx.table(name).get(call.parameters["service_id"]) if name else None
    if name is None or row is None or row["customer_id"] != call.identity.id:
        raise not_found()
    return name, row


@action("GET", "/portal/services/start/{service_id}")
def start_service(call: Call) -> Answer:
    """Start an own service."""
    name, row = _own_service(call)
    engine.update(call.splynx, call.splynx.resource(name), row, {"status": "active"}, call.identity)
    return Answer(200, encode_json({"result": True}))


@action("GET", "/portal/services/stop/{service_id}")
def stop_service(call: Call) -> Answer:
    """Stop an own service."""
    name, row = _own_service(call)
    engine.update(call.splynx, call.splynx.resource(name), row, {"status": "stopped"}, call.identity)
    return Answer(200, encode_json({"result": True}))
