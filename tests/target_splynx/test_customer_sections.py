"""Foundation, catalogue, network, customers and services over HTTP: a made-up provider into the Splynx sandbox.

Nothing is charged, nobody is written to, only dirty rows are refused, a second run writes nothing, and a change of one contact is one request.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from commands import answer
from sandbox.splynx.server import SplynxServer
from shipped_load import singer_lines
from singer_feed import Feed
from splynx_runs import Migration, Splynx

NOW = datetime(2026, 11, 15, 12, 0, 0)  # noqa: DTZ001 - the sandbox keeps its times without a zone
SETTINGS = {
    "mapping": "sonar", "timezone": "America/Chicago", "sections": ["foundation", "catalogue", "network", "customers", "services"], "packages": "bundle",
    "location_by": "city",
}  # fmt: skip
DIRTY = {
    "parent_has_parent", "parent_not_migrated", "network_overlaps", "bill_day_differs", "bill_day_missing", "ip_duplicate", "ip_outside_network",
    "next_bill_date_far", "next_bill_date_missing", "next_bill_date_past", "price_missing", "service_without_tariff", "radius_login_duplicate",
    "mac_duplicate", "credits_exceed_charges", "credit_without_service", "ip_service_unclear", "parent_of_other_company", "tax_rated",
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Migration, Feed]]:
    folder = tmp_path_factory.mktemp("customers")
    feed = singer_lines(folder, accounts=100)
    with SplynxServer(now=NOW) as server:
        migration = Migration(folder, Splynx(server), Path("unused"), {})
        migration.run(feed, **SETTINGS)
        yield migration, feed


def test_nothing_is_charged_and_nobody_is_written_to(loaded: tuple[Migration, Feed]) -> None:
    splynx = loaded[0].splynx
    assert splynx.stats()["messages_that_would_have_gone_out"] == {}
    for resource in ("finance/transactions", "finance/invoices", "finance/payments"):
        assert splynx.rows(resource) == []
    assert {row["enabled"] for row in splynx.rows("customers/customer-billing")} <= {0, "0"}


def test_only_dirty_rows_are_refused_and_none_by_splynx(loaded: tuple[Migration, Feed]) -> None:
    rejects = loaded[0].rejects()
    assert rejects
    assert {row.reason for row in rejects if row.state == "rejected"} <= DIRTY, [(row.model, row.reason, row.message) for row in rejects]
    assert Counter(row.state for row in rejects)["blocked"] == 0


def test_what_arrived(loaded: tuple[Migration, Feed]) -> None:
    splynx = loaded[0].splynx
    leads = {row["id"]: row for row in splynx.rows("crm/leads")}
    assert leads and not leads.keys() & {row["id"] for row in splynx.rows("customers/customer")}
    states = {row["crm_status"] for row in splynx.rows("crm/leads-info")}
    assert states <= {row["name"] for row in splynx.rows("config/crm-pipeline")}
    used = [row for row in splynx.rows("networking/ipv4-ip") if row["is_used"] and row["title"]]
    assert used and all(row["ip"].startswith("172.16.") for row in used), "devices and sites"
    assert all(row["active"] in (0, "0") for row in splynx.rows("networking/monitoring")) and splynx.rows("networking/monitoring")
    pools = [row for row in splynx.rows("networking/ipv4") if row["type_of_usage"] == "pool"]
    assert {(row["network"], row["mask"]) for row in pools} >= {("100.64.128.0", 17)}
    assert all(row["name"].startswith("sonar:contacts:") for row in splynx.rows("customers/customer-notes"))
    for bundle in splynx.rows("tariffs/bundle"):
        assert float(bundle["activation_fee"]) == 0


def test_verify_finds_no_difference(loaded: tuple[Migration, Feed]) -> None:
    assert answer(loaded[0], "verify", **SETTINGS)["differences"] == []


def test_a_second_run_writes_nothing_and_a_changed_number_one_request(loaded: tuple[Migration, Feed]) -> None:
    migration, feed = loaded
    migration.splynx.reset_stats()
    migration.run(feed, **SETTINGS)
    assert migration.splynx.writes() == {}

    changed = Feed()
    changed.lines = list(feed.lines)
    place, record = _first_number_of_a_customer(migration, changed.lines)
    record["record"]["number"] = "6085559999"
    changed.lines[place] = json.dumps(record)
    migration.splynx.reset_stats()
    migration.run(changed, **SETTINGS)
    assert migration.splynx.writes() == {"PUT /admin/customers/customer/{id}": 1}


def _first_number_of_a_customer(migration: Migration, lines: list[str]) -> tuple[int, dict[str, Any]]:
    """A telephone number of a main contact whose account is a customer."""
    messages = [json.loads(line) for line in lines]
    customers = migration.splynx.customers()
    main = {
        row["record"]["id"] for row in messages
        if row.get("stream") == "contacts" and row["type"] == "RECORD" and row["record"]["primary"]
        and str(row["record"]["contactable_id"]) in customers and row["record"]["contactable_type"] == "Account"
    }  # fmt: skip
    return next(
        (place, row) for place, row in enumerate(messages)
        if row.get("stream") == "phone_numbers" and row["type"] == "RECORD" and row["record"]["contact_id"] in main and not row["record"]["extension"]
    )  # fmt: skip
