"""Every resource of the contract lives: minimal create, read back, change, delete, where the contract has the methods."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.splynx.contract import Resource, load
from sandbox.splynx.fields import Field
from sandbox.splynx.routes import ACTIONS

CONTRACT = load()
DAY, TIME = "2026-11-01", "2026-11-01 10:00:00"
CALL = {"from": "1", "to": "2", "duration": 3}
# What the required columns alone do not say; values are the smallest that rules accept
SPECIAL: dict[str, dict[str, Any]] = {
    "config/additional-fields": {"name": "colour", "title": "Colour", "type": "string"},
    "config/modules": {"name": "boats", "title": "Boats", "root": "controllers\\admin\\CustomersController", "type": "simple"},
    "config/labels": {"module": "customers"},
    "config/mail": {"recipient": "a@example.net", "status": "sent"},
    "config/sms": {"recipient": "1", "status": "sent"},
    "customers/customer-payment-accounts": {"field_1": "token"},
    "customers/internet-services": {"start_date": DAY, "end_date": "0000-00-00", "taking_ipv4": 0},
    "customers/voice-services": {"start_date": DAY, "end_date": "0000-00-00"},
    "customers/recurring-services": {"start_date": DAY, "end_date": "0000-00-00"},
    "customers/bundle-services": {"start_date": DAY, "end_date": "0000-00-00"},
    "customers/additional-discounts": {"service_type": "internet", "percent": 5, "enabled": 1},
    "networking/ipv4": {"network": "10.9.0.0", "mask": 24},
    "networking/ipv6": {"network": "2001:db8::", "prefix": 64},
    "networking/ipv6-ip": {"ip": "2001:db8::1", "prefix": 128},
    "networking/routers": {"ip": "192.0.2.1"},
    "networking/monitoring": {"ip": "192.0.2.2"},
    "networking/voice-devices": {"ip": "192.0.2.3"},
    "scheduling/tasks-worklogs": {"time_spent": 60},
    "scheduling/tasks": {"is_scheduled": False},
    "administration/administrators": {"login": "mary", "email": "mary@example.net"},
    "logs/pending-statuses": {"status": "blocked"},
    "config/scheduling-teams": {"members": [1]},
    "finance/payments": {"amount": 5},
}
ITEM = [{"description": "x", "quantity": 1, "unit": "", "price": 10, "tax": 0}]
ITEMS = {
    "finance/invoices": ITEM, "finance/credit-notes": ITEM, "finance/proforma-invoices": ITEM, "crm/quotes": ITEM,
    "config/scheduling-workflow": [{"title": "New", "stage": 1, "position": 1}],
    "config/scheduling-checklist-templates": [{"name": "Ladder"}],
}  # fmt: skip
# Not records of the API's own, tested elsewhere
ELSEWHERE = {
    "auth/tokens", "auth/sessions", "auth/trusted-devices", "auth/two-factor-status", "finance/calculate-finance",
    "finance/to-bill", "finance/to-bill-requests", "finance/bank-statements-import", "config/cdr-import",
    "inventory/items-rent", "inventory/items-sell", "scheduling/tasks-comment-toggle-pin", "config/module",
    "customers/customer-internet-services-rrd", "portal/profile/mobile-notification-token", "customers/send-documents",
    "portal/profile/reset-password-request", "portal/profile/reset-password-confirm", "support/ticket-attachments",
    "scheduling/tasks-attachments", "fup/cap-tariff", "fup/capped-data", "networking/cpe", "networking/cpe-ap",
    "networking/cpe-qos", "support/ticket-feedbacks",
}  # fmt: skip
CREATABLE = sorted(
    name for name, resource in CONTRACT.resources.items()
    if resource.collection and "POST" in CONTRACT.paths[resource.collection].methods and name not in ELSEWHERE
)  # fmt: skip
TEXTS = {"title": "Changed", "name": "Changed", "description": "Changed", "comment": "Changed", "note": "Changed",
         "subject": "Changed", "label": "Changed", "message": "Changed", "notes": "Changed"}  # fmt: skip


def plain_value(spec: Field) -> Any:
    if spec.enum:
        return spec.enum[0] if spec.kind != "list" else [spec.enum[0]]
    return {
        "int": 1, "number": 1, "decimal": "1", "bool": True, "date": DAY, "datetime": TIME, "time": "10:00",
        "email": "a@example.net", "list": [1], "object": {}, "any": 1,
    }.get(spec.kind, f"{spec.name} one")  # fmt: skip


class Maker:
    """Makes records and what they refer to, over HTTP."""

    def __init__(self, api: Any) -> None:
        self.api = api
        self.ids: dict[str, Any] = {}

    def reference(self, targets: tuple[str, ...]) -> Any:
        target = targets[0]
        if target == "internal/roles":
            return "administrator"
        if target.startswith("internal/") or target in {
            "administration/partners",
            "administration/locations",
            "administration/administrators",
            "config/taxes",
            "support/tickets-types",
            "support/tickets-statuses",
            "support/tickets-groups",
            "finance/payment-methods",
            "finance/transaction-categories",
            "scheduling/projects",
            "config/scheduling-workflow",
            "config/scheduling-project-types",
            "config/scheduling-project-categories",
            "config/states-provinces",
        }:
            return 1
        if target not in self.ids:
            self.ids[target] = self.create(target)
        return self.ids[target]

    def body(self, resource: Resource) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for name in resource.required:
            spec = resource.fields[name]
            if name == "items" and resource.name in ITEMS:
                body[name] = ITEMS[resource.name]
            elif resource.name == "inventory/supplier-invoices" and name == "items":
                body[name] = [{"product_id": self.reference(("inventory/products",)), "quantity": 1}]
            elif name in resource.foreign_keys:
                value = self.reference(resource.foreign_keys[name])
                body[name] = [value] if spec.kind == "list" else value
            elif resource.name == "customers/additional-discounts" and name == "service_id":
                body[name] = self.reference(("customers/internet-services",))
            else:
                body[name] = plain_value(spec)
        body.update(SPECIAL.get(resource.name, {}))
        if resource.name == "scheduling/related-tasks":
            body["to_id"] = self.create("scheduling/tasks")
        if resource.name == "customers/customer":
            body["status"] = "active"
        return body

    def collection(self, resource: Resource) -> str:
        assert resource.collection is not None
        path = resource.collection.replace("{module}", "customers")
        if "{customer_id}" in path:
            path = path.replace("{customer_id}", str(self.reference(("customers/customer",))))
        if "{network}" in path:
            path = path.replace("{network}", str(self.reference(("networking/ipv6",))))
        return path.lstrip("/")

    def create(self, name: str) -> Any:
        resource = CONTRACT.resources[name]
        body = self.body(resource)
        assert resource.collection is not None
        status = CONTRACT.paths[resource.collection].methods["POST"].status
        answer = self.api.post(self.collection(resource), body, status)
        made = (answer or {}).get(resource.id_in_answer)
        self.ids.setdefault(name, made)
        return made

    def item(self, resource: Resource, made: Any, body: dict[str, Any]) -> str:
        assert resource.item is not None
        path = resource.item
        for parameter, column in resource.locate.items():
            value = made if column in {"id", "serie"} or (column == "name" and resource.name != "x") else body.get(column)
            if parameter == "module":
                value = "customers"
            if parameter == "customer_id":
                value = self.reference(("customers/customer",))
            path = path.replace("{" + parameter + "}", str(value))
        return path.lstrip("/")


@pytest.mark.parametrize("name", CREATABLE)
def test_create_read_change_delete(api: Any, name: str) -> None:
    maker, resource = Maker(api), CONTRACT.resources[name]
    made = maker.create(name)
    body = maker.body(resource)
    if resource.item is None or name in {"networking/ipv6-ip", "scheduling/tasks-checklist"}:
        return
    item = maker.item(resource, made, body)
    methods = CONTRACT.paths[resource.item].methods
    custom_get = ("GET", resource.item) in ACTIONS
    if "GET" in methods and not custom_get:
        found = api.get(item)
        found = found[0] if isinstance(found, list) else found
        if resource.id_in_answer in found:
            assert str(found[resource.id_in_answer]) == str(made)
    if "PUT" in methods:
        change = {
            key: value for key, value in TEXTS.items() if key in resource.updatable and resource.fields[key].kind == "string" and key not in resource.locate
        }
        change.pop("name" if name in {"config/modules", "config/additional-fields"} else "-", None)
        api.put(item, change, methods["PUT"].status)
        if "GET" in methods and not custom_get:
            found = api.get(item)
            found = found[0] if isinstance(found, list) else found
            assert {key: found[key] for key in change} == change
    if "DELETE" in methods:
        api.delete(item)
        if "GET" in methods and not custom_get:
            assert api.call("GET", item).status_code == 404
    else:
        assert api.call("DELETE", item).status_code == 405


@pytest.mark.parametrize("path", [
    "customers/customer-billing/1", "customers/customer-info/1", "customers/customer-cap/1", "crm/leads-info/2",
    "fup/counter/1", "fup/compiler/1", "fup/fup-limits/1", "config/states-provinces/1",
    "customers/customer/1/geo-internet-service--1",
])  # fmt: skip
def test_sub_resources_are_only_changed(api: Any, path: str) -> None:
    customer = api.customer()
    api.service(customer, api.tariff())
    api.post("admin/crm/leads", {"name": "Grace"})
    changes = {
        "customers/customer-billing/1": {"billing_due": "10"}, "customers/customer-info/1": {"vat_id": "1"},
        "customers/customer-cap/1": {"max_cap_during_month": 3}, "crm/leads-info/2": {"source": "web"},
        "fup/counter/1": {"day_up": 5}, "fup/compiler/1": {"fixed_up": 5}, "fup/fup-limits/1": {"percent": 5},
        "config/states-provinces/1": {"name": "Elsewhere"},
        "customers/customer/1/geo-internet-service--1": {"address": "Here"},
    }  # fmt: skip
    before = api.get(f"admin/{path}")
    api.put(f"admin/{path}", changes[path])
    after = api.get(f"admin/{path}")
    assert {**before, **changes[path]} == {**after, "updated_at": before.get("updated_at")} if "updated_at" in before else {**before, **changes[path]} == after


def test_every_operation_of_the_contract_is_answered(api: Any) -> None:
    """No path of the 285 is unknown: nothing answers "page not found" or breaks."""
    asked = 0
    for template, path in CONTRACT.paths.items():
        url = template.lstrip("/")
        for parameter in path.parameters:
            url = url.replace("{" + parameter + "}", "1")
        for method in path.methods:
            answer = api.call(method, url, json={} if method in {"POST", "PUT"} else None)
            asked += 1
            assert "Page not found" not in answer.text, (method, template)
            if answer.status_code == 500:
                assert path.recorded.get(method) == 500 or "/customer/0/" in template or template in {
                    "/admin/networking/routers", "/admin/support/ticket-messages",
                }, (method, template)  # fmt: skip
    assert len(CONTRACT.paths) == 285
    assert asked >= 554
