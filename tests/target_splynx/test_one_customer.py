"""One customer with everything, from Sonar's rows to what Splynx answers: nothing is missing, and each value was worked out by hand."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import answer, invoke
from one_customer_load import SETTINGS, moved
from sandbox.data.showcase import LETTER, PHOTO, REPORT
from singer_feed import Feed
from splynx_runs import Migration

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))
import one_customer

# Stream → (rows that became records, rows that are part of one), of streams that hold rows of customers only. Those of other customers are skipped.
MOVED = {
    "accounts": (2, 0), "account_billing_parameters": (0, 2), "account_services": (4, 1), "radius_accounts": (0, 3), "ip_assignments": (0, 4),
    "service_metadata_values": (0, 1), "inventory_items": (2, 0), "inventory_model_field_data": (0, 4), "tickets": (1, 0), "ticket_replies": (3, 0),
    "ticket_comments": (1, 0), "ticket_recipients": (0, 1), "jobs": (1, 0), "tasks": (1, 0), "contracts": (1, 0), "handwritten_signatures": (0, 1),
    "call_logs": (1, 0), "files": (3, 0), "invoices": (1, 0), "debits": (0, 3), "tax_transactions": (0, 1),
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Migration, Feed]]:
    with moved(tmp_path_factory.mktemp("one_customer")) as found:
        yield found


@pytest.fixture(scope="module")
def get(loaded: tuple[Migration, Feed]) -> Any:
    """A path, with the numbers of the customer's records filled in → the answer."""

    def ask(path: str) -> Any:
        return loaded[0].splynx.call("GET", path)

    ids = one_customer.numbers(ask)
    return lambda path: ask("admin/" + path.format(**ids))


def has(record: dict[str, Any], **expected: Any) -> None:
    """The record has these values; `extra` those of its additional fields."""
    extra = expected.pop("extra", {})
    assert {name: record[name] for name in expected} == expected
    assert {name: record["additional_attributes"][name] for name in extra} == extra


def test_the_customer(get: Any) -> None:
    customer = get("customers/customer/{customer}")
    has(
        customer, login="driftwater", name="Driftwater Brewing Company", status="active", category="company", parent_id=0, partner_id=1,
        email="asa@driftwater.example", billing_email="billing@driftwater.example", phone="+16085550902, +16085550901",
        street_1="12 Mill Race Rd, Building B", city="Baraboo", zip_code="53913", gps="43.476000,-89.744000", date_add="2023-04-10",
        extra={
            "sonar_id": "9001", "sonar_status": "Active", "gate_code": "4711 #", "preferred_contact_time": "Morning",
            "paperless_since": "2024-02-29", "roof_work_allowed": "1", "dispatch_zone": "River",
        },
    )  # fmt: skip
    assert {label["label"] for label in customer["customer_labels"]} == {"VIP", "Paperless", "Active", "Small Business"}
    assert json.loads(customer["additional_attributes"]["sonar_contacts"]) == [
        {
            "name": "Bill Payer",
            "role": "Accounts payable",
            "email": "billing@driftwater.example",
            "phone": "+16085550901 ext. 14",
        },
        {"name": "Carl Vessel", "role": "Brewmaster", "email": "carl@driftwater.example", "phone": None},
    ]
    assert get("customers/customer-info/{customer}")["contact_person"] == "Åsa Lindqvist"
    state = next(row for row in get("config/states-provinces") if row["id"] == customer["subdivision_id"])
    assert "Wisconsin" in state.values()


def test_its_billing_waits_with_what_it_owes(get: Any) -> None:
    has(
        get("customers/customer-billing/{customer}"), enabled=0, deposit="-88.5500", billing_date="1", billing_due="28", blocking_period="15",
        billing_person="Driftwater Brewing Company", billing_street_1="PO Box 77", billing_city="Baraboo", billing_zip_code="53913",
    )  # fmt: skip
    invoice = get("finance/invoices?main_attributes[customer_id]={customer}")
    has(
        invoice[0], number="S-9001", date_created="2026-11-01", date_till="2026-11-29", status="not_paid", total="88.5500", due="88.5500",
        extra={"sonar_id": "9001"},
    )  # fmt: skip
    assert len(invoice) == 1
    assert [row["total"] for row in get("finance/transactions?main_attributes[customer_id]={customer}")] == ["88.5500"]


def test_the_child_account(get: Any) -> None:
    customer = get("customers/customer/{customer}")
    has(
        get("customers/customer/{child}"),
        name="Driftwater Taproom",
        parent_id=customer["id"],
        status="active",
        email="dora@driftwater.example",
    )
    (line,) = get("customers/customer/{child}/internet-services")
    has(line, login="driftwater-3", unit_price="54.9500", status="active", start_date="2026-12-01")
    assert get("finance/invoices?main_attributes[customer_id]={child}") == []


def test_the_package_is_a_bundle_and_the_credit_its_discount(get: Any) -> None:
    (bundle,) = get("customers/customer/{customer}/bundle-services")
    has(
        bundle, description="Fiber 500 + Managed Wi-Fi", status="active", unit_price="92.9000", discount="1", discount_type="fixed",
        discount_value="5.0000", discount_text="Autopay Discount", start_date="2026-12-01", activation_fee="0.0000", end_date="0000-00-00",
    )  # fmt: skip
    (router,) = get("customers/customer/{customer}/recurring-services")
    has(
        router,
        bundle_service_id=bundle["id"],
        description="Managed Wi-Fi Router",
        unit_price="0.0000",
        start_date="2026-12-01",
    )


def test_both_lines_can_log_in_with_their_addresses(get: Any) -> None:
    first, second = get("customers/customer/{customer}/internet-services")
    has(
        first, login="driftwater-1", password="hops-and-barley", description="Fiber 500", unit_price="0.0000", mac="02:5a:90:01:00:01", taking_ipv4=1, ipv4="198.18.40.10",
        ipv4_route=None, status="active", start_date="2026-12-01", extra={"sonar_id": "9001", "sonar_package": "Fiber 500 + Managed Wi-Fi"},
    )  # fmt: skip
    assert first["bundle_service_id"] == get("customers/customer/{customer}/bundle-services")[0]["id"]
    has(
        second, login="driftwater-2", password="malt-and-yeast", description="Business Fiber 500/500 (SLA)", unit_price="189.9500", bundle_service_id=None,
        mac="02:5a:90:01:00:02", taking_ipv4=1, ipv4="198.18.40.11", ipv4_route="198.18.100.8/29", ipv6_delegated="2001:db8:1ff:ff00::/56",
        extra={"sonar_id": "9003", "sonar_price_reason": "Three years", "meta_circuit_id": "RR/009003//CKT"},
    )  # fmt: skip
    assert second["geo"]["marker"] == "43.476000,-89.744000"
    has(
        get("tariffs/internet/{tariff}"),
        title="Business Fiber 500/500 (SLA)",
        vat_percent="3.0000",
        tax_id=2,
        speed_download=500000,
    )


def test_two_devices(get: Any) -> None:
    products = {row["id"]: row["name"] for row in get("inventory/products")}
    items = get("inventory/items?main_attributes[customer_id]={customer}")
    assert [(products[row["product_id"]], row["serial_number"], row["barcode"], row["cost_price"], row["status"]) for row in items] == [
        ("GigaPoint GP1100X (100-05833)", "CXNK00A1B2C3", "02:5a:90:01:00:01", "149.0000", "assigned"),
        ("hAP ax² (C52iG-5HaxD2HaxD-TC)", "HGX0912345", "02:5a:90:01:00:02", "89.0000", "assigned"),
    ]


def test_the_ticket_with_all_that_was_said(get: Any) -> None:
    agents = {row["id"]: row["name"] for row in get("administration/administrators")}
    (ticket,) = get("support/tickets?main_attributes[customer_id]={customer}")
    has(
        ticket, subject="Outage of the fiber line", status_id=1, priority="high", closed="0", created_at="2026-11-12 08:00:00",
        note="Recipients: Åsa Lindqvist <asa@driftwater.example>",
        extra={"sonar_id": "9001", "sonar_due_date": "2026-11-20", "sonar_group": "Support", "sonar_assigned_to": "Ida Counter", "root_cause": "dirty connector"},
    )  # fmt: skip
    assert not ticket["assign_to"], "Splynx would mail her (ticket_assignees)"
    messages = get("support/ticket-messages?main_attributes[ticket_id]={ticket}")
    assert [(row["date"], row["time"], row["author_type"], row["hide_for_customer"]) for row in messages] == [
        ("2026-11-12", "08:00:00", "admin", "1"), ("2026-11-12", "08:10:00", "admin", "0"), ("2026-11-12", "09:40:00", "customer", "0"),
        ("2026-11-12", "10:00:00", "admin", "1"), ("2026-11-13", "10:20:00", "admin", "0"),
    ]  # fmt: skip
    assert [agents.get(row["admin_id"]) for row in messages[1:]] == ["Ida Counter", None, "Ida Counter", "Ida Counter"]
    for row, text in zip(
        messages,
        ("since <b>8 o'clock</b>", "looking into it", "back, but slow", "&minus;27 dBm", "replace the ONT"),
        strict=True,
    ):
        assert text in row["message"]
    files = {
        row["filename_original"]: base64.b64decode(get(f"support/ticket-attachments/{row['id']}?with_content=1")["content"]) for row in messages[0]["files"]
    }
    assert files == {"outage report.pdf": REPORT, "rack.jpg": PHOTO}


def test_the_job_to_come(get: Any) -> None:
    agents = {row["id"]: row["name"] for row in get("administration/administrators")}
    projects = {row["id"]: row["title"] for row in get("scheduling/projects")}
    (task,) = get("scheduling/tasks?main_attributes[related_customer_id]={customer}")
    has(
        task, is_scheduled="1", scheduled_from="2026-11-24 09:00:00", formatted_duration="1h 30m", closed="0",
        address="12 Mill Race Rd, Building B, Baraboo, WI, 53913", extra={"sonar_id": "job:9001", "wire_used_ft": "0"},
    )  # fmt: skip
    assert agents[task["assignee"]] == "Tom Ladder"
    assert "Service call" in projects[task["project_id"]]
    assert task["related_ticket_info"] == {"ticket_id": get("support/tickets")[0]["id"]}
    (item,) = get("scheduling/tasks-checklist/{task}")
    assert item["checklist_template_item"]["name"] == "Bring a new ONT, due 2026-11-24"
    assert item["tasks_item_status"]["checked"] == "0"


def test_the_papers(get: Any) -> None:
    contract, letter = get("customers/customer-documents/{customer}")
    has(
        contract,
        title="Business SLA",
        visible_by_customer="0",
        extra={"sonar_id": "contract:9001", "sonar_created_at": "2023-04-10 11:00:00"},
    )
    for part in (
        "Signed by Åsa Lindqvist",
        "Signed at: 2023-04-11 11:00:00",
        "IP address: 203.0.113.9",
        "Term: 36 months",
        "Ends on: 2026-04-10",
    ):
        assert part in contract["description"]
    has(letter, title="letter of agency", filename_original="letter of agency.pdf", extra={"sonar_id": "file:9003"})
    contents = [base64.b64decode(get(f"config/download/customer_documents--{row['id']}")["content"]) for row in (contract, letter)]
    assert "Driftwater Brewing Company" in contents[0].decode()
    assert contents[1] == LETTER
    notes = {row["name"].rsplit(":", 1)[0]: row for row in get("customers/customer-notes?main_attributes[customer_id]={customer}")}
    assert notes.keys() == {"sonar:contacts:9001", "sonar:note", "sonar:call"}
    has(
        notes["sonar:note"],
        comment="Ring at the loading dock.",
        datetime="2026-10-02 10:30:00",
        is_pinned="1",
        is_send="0",
    )
    has(notes["sonar:call"], type="call", title="Outage", datetime="2026-11-12 07:50:00", is_send="0")
    assert "The owner called, line down." in notes["sonar:call"]["comment"]
    assert "Carl Vessel" in notes["sonar:contacts:9001"]["comment"]


def test_nothing_is_missing_refused_or_told_to_anybody(loaded: tuple[Migration, Feed]) -> None:
    migration = loaded[0]
    assert migration.rejects() == []
    assert migration.splynx.stats()["messages_that_would_have_gone_out"] == {}
    accounts = {row["stream"]: row for row in json.loads(invoke(migration, "accounting", "--json").stdout)}
    assert [stream for stream, row in accounts.items() if not row["balanced"]] == []
    found = {stream: (accounts[stream]["counts"]["written"], accounts[stream]["counts"]["merged"]) for stream in MOVED}
    assert found == MOVED
    assert answer(migration, "verify")["differences"] == []


def test_a_second_run_has_nothing_to_write(loaded: tuple[Migration, Feed]) -> None:
    migration, feed = loaded
    migration.splynx.reset_stats()
    migration.run(feed)
    assert migration.splynx.writes() == {}


def test_the_guide_shows_what_splynx_answers(loaded: tuple[Migration, Feed]) -> None:
    migration = loaded[0]
    text = one_customer.page(migration.folder / "sonar.sqlite", lambda path: migration.splynx.call("GET", path))
    assert one_customer.PAGE.read_text(encoding="utf-8") == text, "run `python docs/one_customer.py`"
    assert SETTINGS["pilot_accounts"] == [9001, 9002]


def test_its_money_is_reconciled_with_the_bundle(loaded: tuple[Migration, Feed]) -> None:
    migration, _ = loaded
    result = answer(migration, "reconcile", "--day", "2026-11-16", "--deposits")
    assert result["clean"] and result["complete"], result["differences"]
    assert migration.splynx.rows("customers/bundle-services"), "and Splynx charges it in its services' place"
    assert next(each["source"] for each in result["sums"] if each["name"] == "next charge, tax included") > 0
