"""Services and networks: active customers, tariffs for sale, logins, addresses inside and free, splitting when disabled."""

from __future__ import annotations

import time
from typing import Any

import pytest

SERVICES = "admin/customers/customer/{}/internet-services"


def network(api: Any, text: str = "10.0.0.0", mask: int = 24, usage: str = "static", kind: str = "endnet") -> int:
    body = {"network": text, "mask": mask, "title": f"{text}/{mask}", "location_id": 1, "network_category": 1,
            "network_type": kind, "type_of_usage": usage}  # fmt: skip
    return int(api.post("admin/networking/ipv4", body)["id"])


@pytest.mark.parametrize("status", ["new", "blocked", "disabled"])
def test_only_active_customers_get_services(api: Any, status: str) -> None:
    errors = api.service(api.customer(status=status), api.tariff(), expect=422)
    assert list(errors) == ["customer_id"]


@pytest.mark.parametrize(("more", "field"), [
    ({"tariff_id": 9}, "tariff_id"), ({"status": "on"}, "status"), ({"quantity": 0}, "quantity"),
    ({"start_date": "0000-00-00"}, "start_date"), ({"end_date": "2026-10-01"}, "end_date"), ({"login": ""}, "login"),
    ({"mac": "xyz"}, "mac"), ({"taking_ipv4": 3}, "taking_ipv4"), ({"taking_ipv4": 1}, "ipv4"),
    ({"taking_ipv4": 1, "ipv4": "10.0.0.5"}, "ipv4"), ({"taking_ipv4": 2}, "ipv4_pool_id"),
    ({"discount": 1}, "discount_value"), ({"discount": 1, "discount_value": 101}, "discount_value"),
    ({"period": "monthly"}, "period"), ({"description": "x" * 513}, "description"), ({"customer_id": 9}, "customer_id"),
    ({"router_id": 4}, "router_id"), ({"ipv4_route": "10.0.0.1/29"}, "ipv4_route"),
])  # fmt: skip
def test_bad_services_are_refused_by_field(api: Any, more: dict[str, Any], field: str) -> None:
    more = dict(more)
    customer, tariff = api.customer(), api.tariff()
    assert field in api.service(customer, more.pop("tariff_id", tariff), expect=422, **more)


def test_tariffs_must_be_for_sale_to_the_customer(api: Any) -> None:
    other = api.post("admin/administration/partners", {"name": "Other"})["id"]
    customer = api.customer()
    assert "tariff_id" in api.service(customer, api.tariff(partners_ids=[other]), expect=422)
    assert "tariff_id" in api.service(customer, api.tariff("Closed", available_for_services=False), expect=422)


def test_unit_price_and_revenue_follow(api: Any) -> None:
    customer, tariff = api.customer(), api.tariff()
    service = api.service(customer, tariff)
    row = api.get(f"{SERVICES.format(customer)}--{service}")
    assert (row["unit_price"], row["type"], row["period"]) == ("30.0000", "internet", "-1")
    path = f"admin/customers/customer/{customer}"
    assert api.get(path)["mrr_total"] == "30.0000"
    api.put(f"{SERVICES.format(customer)}--{service}", {"discount": 1, "discount_type": "fixed", "discount_value": "5"})
    assert api.get(path)["mrr_total"] == "25.0000"
    assert api.get(f"admin/tariffs/internet/{tariff}")["services"] == 1
    assert api.delete(f"admin/tariffs/internet/{tariff}", 405)["error"]["internal_code"] == "ENTITY_CANNOT_BE_DELETED"
    api.delete(f"{SERVICES.format(customer)}--{service}")
    assert api.get(path)["mrr_total"] == "0.0000"
    api.delete(f"admin/tariffs/internet/{tariff}")


def test_logins_are_unique_among_active_services(api: Any) -> None:
    one, two, tariff = api.customer(), api.customer(), api.tariff()
    service = api.service(one, tariff, login="radius")
    assert "login" in api.service(two, tariff, expect=422, login="radius")
    api.put(f"{SERVICES.format(one)}--{service}?action=stop", {})
    api.service(two, tariff, login="radius")
    assert "login" in api.refused(f"{SERVICES.format(one)}--{service}?action=start", {}, "PUT")


def test_static_addresses_are_inside_a_network_and_free(api: Any) -> None:
    one, two, tariff = api.customer(), api.customer(), api.tariff()
    net = network(api)
    service = api.service(one, tariff, taking_ipv4=1, ipv4="10.0.0.9")
    row = api.get("admin/networking/ipv4-ip?main_attributes[ip]=10.0.0.9")[0]
    assert (row["is_used"], row["customer_id"], row["module_item_id"]) == (1, one, service)
    assert "in use" in api.service(two, tariff, expect=422, taking_ipv4=1, ipv4="10.0.0.9")["ipv4"]
    for text in ("10.0.0.0", "10.0.0.255", "10.0.1.1", "10.0.0.999"):
        assert "ipv4" in api.service(two, tariff, expect=422, taking_ipv4=1, ipv4=text), text
    assert api.delete(f"admin/networking/ipv4/{net}", 405)
    api.put(f"{SERVICES.format(one)}--{service}", {"ipv4": "10.0.0.10"})
    api.service(two, tariff, taking_ipv4=1, ipv4="10.0.0.9")
    api.delete(f"{SERVICES.format(one)}--{service}")
    used = api.get("admin/networking/ipv4-ip?main_attributes[is_used]=1")
    assert [(row["ip"], row["customer_id"]) for row in used] == [("10.0.0.9", two)]


def test_pools_are_for_pools(api: Any) -> None:
    customer, tariff = api.customer(), api.tariff()
    static, pool = network(api), network(api, "10.1.0.0", usage="pool")
    assert "ipv4_pool_id" in api.service(customer, tariff, expect=422, taking_ipv4=2, ipv4_pool_id=static)
    api.service(customer, tariff, taking_ipv4=2, ipv4_pool_id=pool)
    assert "ipv4" in api.service(customer, tariff, expect=422, login="b", taking_ipv4=1, ipv4="10.1.0.4")


def test_networks_must_parse_and_not_overlap(api: Any) -> None:
    network(api, "10.0.0.0", 8, "management", "rootnet")
    network(api, "10.0.0.0", 24)
    path = "admin/networking/ipv4"
    body = {"mask": 24, "title": "n", "network_type": "endnet"}
    for text in ("10.0.0.128", "10.0.0.0", "nonsense", "10.0.1.1"):
        assert "network" in api.refused(path, {**body, "network": text}), text
    assert "network" in api.refused(path, {**body, "network": "10.0.0.0", "mask": 16})
    assert api.get("admin/networking/ipv4/2")["parent"] == 1
    assert "mask" in api.refused("admin/networking/ipv4/2", {"mask": 25}, "PUT")


def test_a_big_network_makes_no_rows_until_they_are_used(api: Any) -> None:
    started = time.perf_counter()
    net = network(api, "10.0.0.0", 9)
    assert time.perf_counter() - started < 0.5
    assert len(api.server.splynx.table("networking/ipv4-ip")) == 0
    small = network(api, "192.168.0.0", 30)
    rows = api.get(f"admin/networking/ipv4-ip/{small}")
    assert [row["ip"] for row in rows] == ["192.168.0.1", "192.168.0.2"]
    api.put(f"admin/networking/ipv4-ip/{small}--{rows[1]['id']}", {"title": "Gateway", "is_used": 1})
    again = api.get(f"admin/networking/ipv4-ip/{small}")
    assert [(row["id"], row["title"]) for row in again] == [(rows[0]["id"], ""), (rows[1]["id"], "Gateway")]
    assert api.call("GET", f"admin/networking/ipv4-ip/{small}--999999999").status_code == 404
    assert net != small


def test_disabling_a_customer_splits_services(api: Any) -> None:
    customer, tariff = api.customer(), api.tariff()
    network(api)
    service = api.service(customer, tariff, taking_ipv4=1, ipv4="10.0.0.9")
    api.put(f"admin/customers/customer/{customer}", {"status": "disabled"})
    old, new = api.get(SERVICES.format(customer))
    assert (old["id"], old["status"], old["end_date"]) == (service, "disabled", "2026-11-15")
    assert (new["status"], new["parent_id"], new["end_date"]) == ("stopped", service, "0000-00-00")
    assert api.get("admin/networking/ipv4-ip?main_attributes[ip]=10.0.0.9")[0]["module_item_id"] == new["id"]
    assert api.get(f"admin/customers/customer/{customer}")["mrr_total"] == "0.0000"


def test_services_are_searched_across_customers(api: Any) -> None:
    tariff = api.tariff()
    for _ in range(2):
        api.service(api.customer(), tariff)
    assert len(api.get("admin/customers/customer/0/internet-services?main_attributes[id][0]=>&main_attributes[id][1]=0")) == 2
    found = api.get("admin/customers/customer/0/internet-services?main_attributes[login]=login2")
    assert [row["customer_id"] for row in found] == [2]
    assert len(api.get(SERVICES.format(1))) == 1
    assert api.call("GET", f"{SERVICES.format(1)}--2").status_code == 404


def test_parents_are_main_accounts_of_the_same_partner(api: Any) -> None:
    other = api.post("admin/administration/partners", {"name": "Other"})["id"]
    main, sub, foreign = api.customer(), api.customer(), api.customer(partner_id=other)
    path = f"admin/customers/customer/{sub}"
    assert "parent_id" in api.refused(path, {"parent_id": sub}, "PUT")
    assert "parent_id" in api.refused(path, {"parent_id": foreign}, "PUT")
    api.put(path, {"parent_id": main})
    assert "parent_id" in api.refused(f"admin/customers/customer/{main}", {"parent_id": sub}, "PUT")


def test_leads_share_the_ids_and_become_customers(api: Any) -> None:
    assert api.post("admin/crm/leads", {"name": "Lead"})["id"] == 1
    assert api.customer() == 2
    assert api.post("admin/crm/leads", {"name": "Lead"})["id"] == 3
    api.put("admin/crm/leads/1--convert-to-customer-simple", {"status": "active", "category": "company"})
    row = api.get("admin/customers/customer/1")
    assert (row["name"], row["status"], row["category"]) == ("Lead", "active", "company")
    assert api.call("GET", "admin/crm/leads/1").status_code == 404
    assert api.deposit(1) == "0.0000"
