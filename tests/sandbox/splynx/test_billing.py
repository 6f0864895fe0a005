"""The billing engine: previews, charges, proration, taking charges back (research/money.md §3)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.splynx.server import SplynxServer

PREVIEW = "admin/finance/to-bill/{}--preview"
GENERATE = "admin/finance/to-bill/{}--generate"


def preview(api: Any, customer: int, day: str = "2026-12-01", **more: Any) -> list[tuple[str, str, str]]:
    answer = api.post(PREVIEW.format(customer), {"toBillDate": day, "transactionDate": day, **more})
    return [(line["period_from"], line["period_to"], line["total"]) for line in answer["transactions"]]


@pytest.mark.parametrize(("start", "more", "day", "expected"), [
    # a cycle of one month, prepaid
    ("2026-12-01", {}, "2026-12-01", [("2026-12-01", "2026-12-31", "30.0000")]),
    # the documented example: 15 March … billed 15 March-30 April: 17 days of March and all of April
    ("2026-03-15", {}, "2026-04-01", [("2026-03-15", "2026-04-30", "46.4500")]),
    ("2026-01-01", {}, "2026-12-01", [("2026-01-01", "2026-12-31", "360.0000")]),
    ("2027-01-01", {}, "2026-12-01", []),
    ("2026-12-01", {"end_date": "2026-12-10"}, "2026-12-01", [("2026-12-01", "2026-12-10", "9.6800")]),
    ("2026-12-01", {"quantity": 2}, "2026-12-01", [("2026-12-01", "2026-12-31", "60.0000")]),
    ("2026-12-01", {"unit_price": "12.5"}, "2026-12-01", [("2026-12-01", "2026-12-31", "12.5000")]),
    ("2026-12-01", {"period": "3"}, "2026-12-01", [("2026-12-01", "2027-02-28", "90.0000")]),
    # paid ahead for several months: due again in the month in which that ends, then for all its months
    ("2027-02-01", {"period": "3"}, "2026-12-01", []),
    ("2027-02-01", {"period": "3"}, "2027-02-01", [("2027-02-01", "2027-04-30", "90.0000")]),
    ("2026-12-01", {"status": "stopped"}, "2026-12-01", []),
    ("2026-12-01", {"status": "hidden"}, "2026-12-01", []),
    ("2026-12-01", {"discount": 1, "discount_type": "percent", "discount_value": 10}, "2026-12-01",
     [("2026-12-01", "2026-12-31", "27.0000")]),
    ("2026-12-01", {"discount": 1, "discount_type": "fixed", "discount_value": 4, "discount_end_date": "2026-11-30"},
     "2026-12-01", [("2026-12-01", "2026-12-31", "30.0000")]),
])  # fmt: skip
def test_preview(api: Any, start: str, more: dict[str, Any], day: str, expected: list[tuple[str, str, str]]) -> None:
    customer = api.customer()
    api.service(customer, api.tariff(), start_date=start, **more)
    assert preview(api, customer, day) == expected
    assert (api.deposit(customer), api.get("admin/finance/transactions")) == ("0.0000", [])


def test_the_cycle_begins_on_the_billing_day(api: Any) -> None:
    customer = api.customer()
    api.put(f"admin/customers/customer-billing/{customer}", {"billing_date": 10})
    api.service(customer, api.tariff(), start_date="2026-12-10")
    assert preview(api, customer, "2026-12-10") == [("2026-12-10", "2027-01-09", "30.0000")]


def test_postpaid_customers_are_charged_up_to_the_cycle(api: Any) -> None:
    customer = api.customer()
    api.put(f"admin/customers/customer-billing/{customer}", {"type": "0"})
    api.service(customer, api.tariff(), start_date="2026-11-01")
    assert preview(api, customer) == [("2026-11-01", "2026-11-30", "30.0000")]


def test_taxes_additional_discounts_and_future_items(api: Any) -> None:
    customer = api.customer()
    service = api.service(customer, api.tariff(vat_percent=10), start_date="2026-12-01")
    assert preview(api, customer) == [("2026-12-01", "2026-12-31", "33.0000")]
    api.post("admin/customers/additional-discounts", {
        "service_type": "internet", "service_id": service, "enabled": 1, "percent": 50, "start_date": "2026-12-01",
        "end_date": "2026-12-31",
    })  # fmt: skip
    assert preview(api, customer) == [("2026-12-01", "2026-12-31", "16.5000")]
    api.post("admin/finance/transactions", {
        "customer_id": customer, "type": "debit", "price": 5, "description": "Router", "to_invoice": True,
    })  # fmt: skip
    assert [total for _, _, total in preview(api, customer)] == ["16.5000", "5.0000"]


def test_taxes_made_at_start_are_used() -> None:
    from .conftest import Client

    with SplynxServer(taxes=[{"id": 4, "name": "State", "rate": 7.5}]) as server:
        api = Client(server)
        customer = api.customer()
        assert api.get("admin/config/taxes")[0]["rate"] == 7.5
        api.service(customer, api.tariff(tax_id=4), start_date="2026-12-01")
        assert preview(api, customer) == [("2026-12-01", "2026-12-31", "32.2500")]
        assert "tax_id" in api.refused("admin/tariffs/internet", {"title": "T", "tax_id": 9})


def test_a_charge_is_made_once_and_can_be_taken_back(api: Any) -> None:
    customer = api.customer()
    api.service(customer, api.tariff(), start_date="2026-12-01")
    api.post("admin/finance/transactions", {
        "customer_id": customer, "type": "debit", "price": 5, "description": "Router", "to_invoice": True,
    })  # fmt: skip
    body = {"toBillDate": "2026-12-01", "transactionDate": "2026-12-01"}
    made = api.post(GENERATE.format(customer), body)
    assert (made["totalSum"], api.deposit(customer)) == ("35.0000", "-35.0000")
    invoice = api.get(f"admin/finance/invoices/{made['invoice_id']}")
    assert (invoice["type"], invoice["total"], invoice["date_till"]) == ("recurring", "35.0000", "2026-12-16")
    assert preview(api, customer) == []
    assert preview(api, customer, "2027-01-01") == [("2027-01-01", "2027-01-31", "30.0000")]
    shown = api.get(f"admin/finance/cancel-last-charge/{customer}")
    assert (shown["lastChargeExist"], shown["info"]["totalSum"]) == (True, 35)
    api.delete(f"admin/finance/cancel-last-charge/{customer}")
    assert (api.deposit(customer), api.get("admin/finance/invoices")) == ("0.0000", [])
    assert [total for _, _, total in preview(api, customer)] == ["30.0000", "5.0000"]
    assert api.get(f"admin/finance/cancel-last-charge/{customer}") == {"lastChargeExist": False}


def test_billing_switched_off_can_be_previewed_but_not_charged(api: Any) -> None:
    customer = api.customer()
    api.service(customer, api.tariff(), start_date="2026-12-01")
    api.put(f"admin/customers/customer-billing/{customer}", {"enabled": 0})
    assert preview(api, customer) == [("2026-12-01", "2026-12-31", "30.0000")]
    assert api.call("POST", GENERATE.format(customer), json={"toBillDate": "2026-12-01"}).status_code == 400
    assert api.deposit(customer) == "0.0000"


def test_billing_info_says_when_somebody_is_blocked(api: Any) -> None:
    customer = api.customer()
    api.service(customer, api.tariff(), start_date="2026-11-01")
    assert api.get(f"admin/customers/billing-info/{customer}")["blocking_date"] is None
    api.post(GENERATE.format(customer), {"toBillDate": "2026-11-15", "transactionDate": "2026-11-15"})
    info = api.get(f"admin/customers/billing-info/{customer}")
    assert (info["deposit"], info["paymentPerMonth"], info["blocking_date"]) == (-30, 30, "2026-12-15")


def test_calculating_makes_nothing(api: Any) -> None:
    answer = api.post("admin/finance/calculate-finance", {
        "items": [{"quantity": 2, "price": 10, "tax": 21}, {"quantity": 1, "price": "0.05", "tax": 0}],
    }, 200)  # fmt: skip
    assert (answer["total"]["total"], answer["total"]["withoutVat"]) == ("24.25", "20.05")
    assert api.get("admin/finance/transactions") == []


def test_bundles_may_charge_at_once(api: Any) -> None:
    internet = api.tariff()
    bundle = api.post("admin/tariffs/bundle", {
        "title": "All in", "partners_ids": [1], "available_for_locations": [1], "customer_categories": ["person"],
        "billing_types": ["recurring"], "activation_fee": 50, "get_activation_fee_when": "create_service",
        "issue_invoice_while_service_creation": True, "internet_tariffs": [internet],
    })["id"]  # fmt: skip
    customer = api.customer()
    path = f"admin/customers/customer/{customer}/bundle-services"
    body = {"bundle_id": bundle, "status": "active", "description": "All in", "start_date": "2026-11-15",
            "end_date": "0000-00-00"}  # fmt: skip
    wrong = {**body, "services_internet": [{"tariff_id": internet, "login": ""}]}
    assert "services_internet[0].login" in api.refused(path, wrong)
    assert (api.get(path), api.deposit(customer)) == ([], "0.0000")
    api.post(path, {**body, "services_internet": [{"tariff_id": internet, "login": "b1"}]})
    assert api.deposit(customer) == "-50.0000"
    assert len(api.get("admin/finance/invoices")) == 1
    assert api.get(f"{path}--1")["services_internet"][0]["bundle_service_id"] == 1
    quiet = {**body, "activation_fee": 0, "get_activation_fee_when": "first_service_billing"}
    api.post(path, quiet)
    assert api.deposit(customer) == "-50.0000"


def test_renting_and_selling_items_charge_at_once(api: Any) -> None:
    customer = api.customer()
    recurring = api.post("admin/tariffs/recurring", {
        "title": "Rent", "partners_ids": [1], "with_vat": False, "hide_on_admin_portal": False, "price": 3,
    })["id"]  # fmt: skip
    product = api.post("admin/inventory/products", {"name": "Router"})["id"]
    one, two = (api.post("admin/inventory/items", {"product_id": product, "barcode": code})["id"] for code in "ab")
    service = {"customer_id": customer, "status": "active", "description": "Rent", "quantity": 1,
               "start_date": "2026-11-15", "end_date": "0000-00-00"}  # fmt: skip
    api.post("admin/inventory/items-rent", {"id": one, "tariff_id": recurring, "service_data": service})
    assert len(api.get(f"admin/customers/customer/{customer}/recurring-services")) == 1
    sold = api.post("admin/inventory/items-sell", {
        "customer_id": customer, "status": "not_paid", "items": [{"item_id": two, "description": "Router", "price": 9}],
    })  # fmt: skip
    assert sold["invoice"]["total"] == "9.0000"
    assert [row["status"] for row in api.get("admin/inventory/items")] == ["rent", "sold"]
    assert api.deposit(customer) == "-9.0000"
