"""Nothing that Splynx has billed is deleted, whatever `on_delete` says: it is ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from splynx_runs import MODELS, Migration, Provider, write_models


@pytest.fixture
def deleting(migration: Migration, tmp_path: Path) -> Migration:
    migration.models = write_models(tmp_path / "deleting", on_delete="delete")
    return migration


def charge(migration: Migration, customer: int, service: int = 0) -> None:
    body = {"customer_id": customer, "type": "debit", "price": 10, "quantity": 1, "unit": "", "date": "2026-11-15", "description": "x", "category": 1}
    if service:
        body["service_id"] = service
    migration.splynx.call("POST", "admin/finance/transactions", body)
    migration.splynx.reset_stats()


def leave(provider: Provider, *numbers: int) -> Provider:
    """Customers and their services are gone at the source."""
    provider.people = [p for p in provider.people if p["id"] not in numbers]
    provider.lines = [line for line in provider.lines if line["person"] not in numbers]
    return provider


def test_a_billed_service_and_its_customer_are_ended_and_the_others_deleted(deleting: Migration) -> None:
    deleting.run(Provider.of(6))
    customers = deleting.splynx.customers()
    services = {r["login"]: r for r in deleting.splynx.rows("customers/internet-services")}
    charge(deleting, customers["5"]["id"], services["line5"]["id"])
    deleting.run(leave(Provider.of(6), 4, 5).feed(version=2))
    customers = deleting.splynx.customers()
    assert "4" not in customers
    assert customers["5"]["status"] == "disabled"
    left = {r["login"]: r["status"] for r in deleting.splynx.rows("customers/internet-services")}
    assert "line4" not in left
    assert left["line5"] != "active"
    assert deleting.rejects() == []
    deleting.splynx.reset_stats()
    deleting.run(leave(Provider.of(6), 4, 5).feed(version=3))
    assert deleting.splynx.writes() == {}, "ended once"


def test_it_is_asked_in_lists_not_one_by_one(deleting: Migration) -> None:
    deleting.run(Provider.of(30))
    deleting.splynx.reset_stats()
    deleting.run(leave(Provider.of(30), *range(5, 31)).feed(version=2))
    asked = deleting.splynx.stats()["by_operation"]
    assert asked["GET /admin/finance/transactions"] == 2, "one for services, one for customers"
    assert asked["DELETE /admin/customers/customer/{id}"] == 26


def test_who_may_not_read_the_charges_deletes_nothing(deleting: Migration) -> None:
    deleting.run(Provider.of(3))
    deleting.splynx.faults({"match": {"method": "GET", "path_regex": "finance/transactions"}, "kind": "status", "status": 403})
    deleting.splynx.reset_stats()
    deleting.run(leave(Provider.of(3), 3).feed(version=2))
    assert {name.split()[0] for name in deleting.splynx.writes()} == {"PUT"}


def test_a_tariff_that_services_use_is_kept_and_told(deleting: Migration, tmp_path: Path) -> None:
    plans = MODELS["catalogue/plans"].replace("-- natural_key", "-- on_delete: delete\n-- natural_key")
    deleting.models = write_models(tmp_path / "plans", on_delete="ignore", catalogue__plans=plans)
    deleting.run(Provider.of(2))
    provider = Provider.of(2)
    provider.plans = provider.plans[:1]
    provider.lines = provider.lines[1:]
    provider.lines[0]["plan"] = 1
    deleting.run(provider.feed(version=2))
    (reject,) = deleting.rejects()
    assert (reject.action, reject.reason, reject.source_key) == ("delete", "billed", "2")
    assert len(deleting.splynx.rows("tariffs/internet")) == 2
