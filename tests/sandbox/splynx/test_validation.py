"""What a write must look like: required, types, lengths, enums, keys, uniqueness, additional fields; and what comes out."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.splynx.contract import load
from sandbox.splynx.server import SplynxServer

CUSTOMERS = "admin/customers/customer"


def test_reference_data_of_a_fresh_server_is_as_recorded(api: Any) -> None:
    assert [row["id"] for row in api.get("admin/finance/payment-methods")] == [1, 2, 3, 5, 6]
    categories = [row["name"] for row in api.get("admin/finance/transaction-categories")]
    assert categories == ["Service", "Discount", "Payment", "Refund", "Correction"]
    for path, count in (("administration/partners", 1), ("administration/locations", 1), ("support/tickets-types", 5),
                        ("administration/administrators", 2), ("support/tickets-statuses", 5),
                        ("support/tickets-groups", 3)):  # fmt: skip
        assert len(api.get(f"admin/{path}")) == count, path


def test_options_are_as_recorded_and_show_additional_fields(api: Any) -> None:
    api.field("customers", "sonar_id")
    options = api.call("OPTIONS", CUSTOMERS).json()
    recorded = load().paths["/admin/customers/customer"].options
    assert recorded is not None
    assert [(a["name"], a["type"], a["required"]) for a in options["attributes"]] == [row[:3] for row in recorded]
    assert options["additional_attributes"] == [{"name": "sonar_id", "title": "sonar_id", "type": "string", "required": False}]
    assert api.call("OPTIONS", "admin/tariffs/recurring").status_code == 405
    assert api.call("OPTIONS", "admin/networking/network-sites").json()["attributes"]


@pytest.mark.parametrize(("body", "field"), [
    ({}, "name"), ({"name": ""}, "name"), ({"name": "x" * 257}, "name"), ({"name": "A", "city": "x" * 33}, "city"),
    ({"name": "A", "email": "not an address"}, "email"), ({"name": "A", "email": "a@b.co, nope"}, "email"),
    ({"name": "A", "status": "archived"}, "status"), ({"name": "A", "partner_id": 7}, "partner_id"),
    ({"name": "A", "partner_id": "x"}, "partner_id"), ({"name": "A", "category": "lead"}, "category"),
    ({"name": "A", "date_add": "15/11/2026"}, "date_add"), ({"name": "A", "date_add": "2026-02-30"}, "date_add"),
    ({"name": "A", "surname": "B"}, "surname"), ({"name": "A", "id": 5}, "id"),
    ({"name": "A", "customer_labels": [3]}, "customer_labels"), ({"name": "A", "customer_labels": 3}, "customer_labels"),
    ({"name": "A", "gps": "here"}, "gps"), ({"name": "A", "parent_id": 3}, "parent_id"),
    ({"name": "A", "additional_attributes": {"sonar_id": "1"}}, "sonar_id"), ({"name": True}, "name"),
])  # fmt: skip
def test_bad_customers_are_refused_by_field(api: Any, body: dict[str, Any], field: str) -> None:
    assert field in api.refused(CUSTOMERS, body)
    assert api.get(CUSTOMERS) == []


def test_good_values_come_out_as_recorded(api: Any) -> None:
    customer = api.customer(email="a@example.net, b@example.net", parent_id=0)
    row = api.get(f"{CUSTOMERS}/{customer}")
    assert (row["id"], row["partner_id"], row["login"], row["mrr_total"]) == (1, 1, "000001", "0.0000")
    assert (row["billing_type"], row["gdpr_agreed"], row["date_add"]) == ("recurring", "empty_answer", "2026-11-15")
    assert row["additional_attributes"] == []
    assert "password" in row
    assert "password" not in api.get(CUSTOMERS)[0]
    tariff = api.get(f"admin/tariffs/internet/{api.tariff(with_vat='true', price=10)}")
    assert (tariff["with_vat"], tariff["price"], tariff["hide_on_admin_portal"]) == ("1", "10.0000", "0")


def test_lenient_mode_ignores_unknown_fields() -> None:
    with SplynxServer(unknown_fields="ignore") as server:
        answer = requests.post(
            server.api + CUSTOMERS, json={"name": "A", "surname": "B", "additional_attributes": {"x": "1"}},
            auth=("sandbox-key", "sandbox-secret"), timeout=5,
        )  # fmt: skip
        assert answer.status_code == 201


def test_partial_update_leaves_the_rest(api: Any) -> None:
    customer = api.customer(phone="1", city="Oslo")
    api.put(f"{CUSTOMERS}/{customer}", {"phone": "2"})
    row = api.get(f"{CUSTOMERS}/{customer}")
    assert (row["phone"], row["city"], row["name"]) == ("2", "Oslo", "Ada Lovelace")
    assert "name" in api.refused(f"{CUSTOMERS}/{customer}", {"name": ""}, "PUT")


def test_logins_are_unique_among_the_living_and_start_anew(api: Any) -> None:
    first = api.customer(login="same")
    assert "login" in api.refused(CUSTOMERS, {"name": "B", "login": "Same"})
    api.delete(f"{CUSTOMERS}/{first}")
    assert api.call("GET", f"{CUSTOMERS}/{first}").status_code == 404
    second = api.customer(login="same")
    assert second == first + 1
    api.delete(f"{CUSTOMERS}/{second}")
    # recorded: the generated login began at 000001 again after soft deletes
    assert api.get(f"{CUSTOMERS}/{api.customer()}")["login"] == "000001"


def test_additional_fields_are_checked_by_their_definition(api: Any) -> None:
    old = api.customer()
    api.field("customers", "sonar_id", is_unique=1)
    api.field("customers", "colour", type="select", select_values="red,green", is_required=1)
    api.field("customers", "born", type="date")
    assert api.get(f"{CUSTOMERS}/{old}")["additional_attributes"] == {"sonar_id": None, "colour": None, "born": None}
    assert "colour" in api.refused(CUSTOMERS, {"name": "B"})
    good = {"sonar_id": "7", "colour": "red", "born": "2000-01-01"}
    api.post(CUSTOMERS, {"name": "B", "additional_attributes": good})
    errors = api.refused(CUSTOMERS, {"name": "C", "additional_attributes": {"sonar_id": "7", "colour": "blue", "born": "x"}})
    assert set(errors) == {"sonar_id", "colour", "born"}
    assert "already been taken" in errors["sonar_id"]
    api.put(f"{CUSTOMERS}/2", {"additional_attributes": {"sonar_id": "8"}})
    assert api.get(f"{CUSTOMERS}/2")["additional_attributes"] == {**good, "sonar_id": "8"}
    assert api.get(f"{CUSTOMERS}?additional_attributes[sonar_id]=7") == []
    assert len(api.get(f"{CUSTOMERS}?additional_attributes[sonar_id]=8")) == 1
    api.delete("admin/config/additional-fields/customers--born")
    assert "born" not in api.get(f"{CUSTOMERS}/2")["additional_attributes"]


def test_additional_field_definitions_are_checked(api: Any) -> None:
    path = "admin/config/additional-fields/customers"
    assert api.call("GET", path).status_code == 400  # recorded for a module without fields
    api.field("customers", "sonar_id")
    assert [row["name"] for row in api.get(path)] == ["sonar_id"]
    flags = dict.fromkeys(("is_required", "is_unique", "is_add", "show_in_list", "searchable", "readonly", "disabled"), 0)  # fmt: skip
    good = {"name": "other", "title": "T", "type": "string", **flags}
    assert "name" in api.refused(path, {**good, "name": "sonar_id"})
    assert "name" in api.refused(path, {**good, "name": "Has Blanks"})
    assert "name" in api.refused(path, {**good, "name": "email"})
    assert "type" in api.refused(path, {**good, "type": "colour"})
    assert "is_unique" in api.refused(path, {**good, "is_unique": 2})
    assert "select_values" in api.refused(path, {**good, "type": "select"})
    assert "module" in api.refused("admin/config/additional-fields/nonsense", good)
    assert api.post("admin/config/additional-fields/services_internet", good) == {"name": "other"}


def test_recorded_statuses_and_envelopes(api: Any) -> None:
    def said(method: str, path: str, **more: Any) -> tuple[int, bytes]:
        answer = api.call(method, path, **more)
        return answer.status_code, answer.content

    disabled = b'{"error":{"message":"Method is disabled!","code":405,"internal_code":"METHOD_DISABLED"}}'
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
        assert said(method, "admin/networking/cpe") == (405, disabled), method
    assert api.call("HEAD", "admin/fup/cap-tariff").status_code == 405
    missing = b'{"error":{"message":"Missing required parameters: id!","code":400,"internal_code":"BAD_REQUEST"}}'
    assert len(missing) == 97  # the recorded length
    assert said("PUT", CUSTOMERS, json={}) == (400, missing)
    assert said("DELETE", CUSTOMERS) == (400, missing)
    assert said("POST", "admin/networking/routers", json={})[0] == 500
    assert said("POST", "admin/finance/bank-statements", json={}) == (201, b'{"id":1}')
    assert said("POST", "admin/customers/customer-statistics", json={})[0] == 404
    assert said("GET", "admin/finance/refill-cards") == (405, disabled)
    assert said("GET", "admin/support/ticket-messages?limit=1")[0] == 500
    assert said("GET", "admin/customers/customer/0/internet-services")[0] == 500
    assert said("GET", "admin/customers/customer/0/internet-services?main_attributes[id][0]=>&main_attributes[id][1]=0") == (200, b"[]")
    assert said("OPTIONS", "admin/auth/tokens")[0] == 500
    for path in ("admin/administration/roles", "admin/networking/nas-types", "admin/crm/deals"):
        assert said("GET", path)[0] == 404
    assert said("POST", CUSTOMERS, data=b"{")[0] == 400
    assert said("POST", CUSTOMERS, json=[1])[0] == 400


@pytest.mark.parametrize("path", sorted({path for path, item in load().paths.items() if item.recorded.get("POST {}") == 422}))
def test_empty_posts_are_422_where_recorded(api: Any, path: str) -> None:
    assert isinstance(api.call("POST", path.lstrip("/"), json={}).json(), list)
    assert api.call("POST", path.lstrip("/"), json={}).status_code == 422


def test_recorded_words_for_a_payment_without_anything(api: Any) -> None:
    assert api.call("POST", "admin/finance/payments", json={}).json() == [
        {"field": "customer_id", "message": "Customer ID is required"},
        {"field": "amount", "message": "Invalid sum, only a value greater or less than 0 is allowed!"},
    ]


@pytest.mark.parametrize("value", [True, "true", 1, "1"])
def test_switches_take_the_usual_forms(api: Any, value: Any) -> None:
    customer = api.customer()
    api.put(f"admin/customers/customer-billing/{customer}", {"enabled": 0, "make_invoices": False})
    row = api.get(f"admin/customers/customer-billing/{customer}")
    assert (row["enabled"], row["make_invoices"]) == (0, "0")
    api.put(f"admin/customers/customer-billing/{customer}", {"enabled": value, "make_invoices": value})
    row = api.get(f"admin/customers/customer-billing/{customer}")
    assert (row["enabled"], row["make_invoices"]) == (1, "1")
    assert "enabled" in api.refused(f"admin/customers/customer-billing/{customer}", {"enabled": 2}, "PUT")
