"""Calls that Sonar has not billed (research/mapping.md §12)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

CALLS = "voice/calls"


@pytest.fixture
def line(bench: Any, provider: Any) -> dict[str, Any]:
    """An account with two numbers on one plan, and a plan of its own for the office."""
    plan, office_plan = provider.service("Phone", "VOICE", 2500), provider.service("Office phone", "VOICE", 4500)
    account = provider.account("Jane Roe")
    home, office = provider.has(account, plan), provider.has(account, office_plan)
    for number, (text, service) in enumerate((("16085600001", plan), ("16085600002", office_plan)), start=1):
        bench.add("dids", id=number, number=text)
        bench.add("did_assignments", id=number, account_id=account, did_id=number, service_id=service)
    return {"account": account, "home": f"{home}:did:1", "office": f"{office}:did:2", "office_plan": office_plan}


def call(bench: Any, account: int | None, **values: Any) -> int:
    return int(bench.add(
        "call_detail_records", account_id=account,
        **{
            "started_at": "2026-07-01T12:00:00+00:00", "length_in_seconds": 95, "direction": "OUTBOUND", "originating_number": "+1 (608) 560-0001",
            "receiving_number": "12125550100", "amount": 5.5417, "prefix_type": "LONG_DISTANCE", "description": "Long distance",
        } | values,
    ))  # fmt: skip


def test_a_call_follows_its_number(bench: Any, line: dict[str, Any]) -> None:
    number = call(bench, line["account"])
    row = bench.run(CALLS).row(CALLS, number)
    assert row.fine, row.values["_reject"]
    assert (row.customer_id, row.service_id) == (bench.made("customers", line["account"]), bench.made("services_voice", line["home"]))
    assert (row.start, row.stop, row.call_to) == ("2026-07-01 07:00:00", "2026-07-01 07:01:35", "12125550100")
    assert row.comment == "outbound, from +1 (608) 560-0001, long distance, Long distance"
    assert row.values["_account"] == str(line["account"])


def test_an_incoming_call_follows_the_number_that_was_called(bench: Any, line: dict[str, Any]) -> None:
    number = call(bench, line["account"], direction="INBOUND", originating_number="12125550100", receiving_number="6085600002")
    assert bench.run(CALLS).row(CALLS, number).service_id == bench.made("services_voice", line["office"])


def test_a_call_of_an_unknown_number_follows_its_plan_then_the_first_service(bench: Any, line: dict[str, Any]) -> None:
    planned = call(bench, line["account"], originating_number="16085609999", service_id=line["office_plan"])
    plain = call(bench, line["account"], originating_number=None)
    bench.run(CALLS)
    assert bench.row(CALLS, planned).service_id == bench.made("services_voice", line["office"])
    assert bench.row(CALLS, plain).service_id == bench.made("services_voice", line["home"])


@pytest.mark.parametrize(("calls", "unit", "price"), [("free", "cents", "0"), ("charge", "cents", "0.0554"), ("charge", "units", "5.5417")])
def test_the_price_of_a_call(bench: Any, line: dict[str, Any], calls: str, unit: str, price: str) -> None:
    bench.set(unbilled_calls=calls, call_amounts=unit)
    number = call(bench, line["account"])
    row = bench.run(CALLS).row(CALLS, number)
    assert row.sell_price == Decimal(price) and isinstance(row.sell_price, Decimal)
    assert row.is_price_from_import == 1


def test_what_is_left_out(bench: Any, provider: Any, line: dict[str, Any]) -> None:
    billed = call(bench, line["account"], monthly_billing_completion_id=3)
    nobodys = call(bench, None)
    archived = call(bench, provider.account(archived_at="2025-01-01T00:00:00+00:00"))
    bench.run(CALLS)
    assert bench.row(CALLS, billed).values["_skip"] == "call that Sonar has billed"
    assert bench.row(CALLS, nobodys).values["_skip"] == "call of no account"
    assert bench.row(CALLS, archived).values["_skip"] == "account left out (archived account)"


def test_calls_can_be_left_to_sonar(bench: Any, line: dict[str, Any]) -> None:
    bench.set(unbilled_calls="skip")
    number = call(bench, line["account"])
    assert bench.run(CALLS).row(CALLS, number).values["_skip"] == "unbilled_calls: skip"


def test_dirty_calls(bench: Any, provider: Any, line: dict[str, Any]) -> None:
    nowhere = call(bench, 999)
    silent = call(bench, provider.account("No Phone"))
    bench.run(CALLS)
    assert bench.row(CALLS, nowhere).reject_code == "account_missing"
    assert bench.row(CALLS, silent).reject_code == "voice_service_missing"
