"""Measurements: read owner by owner, in a period, from the bookmark on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from graphql import GraphQLError

from sandbox.sonar.schema import load_schema
from sonar_runs import extract, select
from sonar_store import moment
from tap_sonar import paging
from tap_sonar.errors import StreamsFailedError

Asked = list[dict[str, Any]]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[..., Any]], Asked]:
    """Let the sandbox answer a root by a function of its arguments; returns what was asked."""

    def install(root: str, function: Callable[..., Any]) -> Asked:
        asked: Asked = []

        def resolve(_source: Any, _info: Any, **arguments: Any) -> Any:
            asked.append(arguments)
            return function(**arguments)

        query = load_schema().query_type
        assert query is not None
        monkeypatch.setattr(query.fields[root], "resolve", resolve)
        return asked

    return install


def usage(account_id: int, start_datetime: str | None = None, end_datetime: str | None = None) -> list[dict[str, Any]]:
    """Three measurements of each account, as far as they lie in the period."""
    rows = [{"time": moment(10 * n), "inbytes_per_second": account_id, "account_id": account_id} for n in (1, 2, 3)]
    return [row for row in rows if (start_datetime or "") <= row["time"] <= (end_datetime or "9")]


def test_streams_and_their_keys(catalog: dict[str, Any]) -> None:
    found = {
        entry["tap_stream_id"]: (entry["key_properties"], entry.get("replication_key"))
        for entry in catalog["streams"]
        if entry["schema"]["x-sonar"]["shape"] == "series"
    }
    assert found == {
        "data_usage": ([], "time"),  # two sources may measure at one moment, and neither need be named
        "data_usage_totals": ([], None),
        "icmp_results": (["inventory_item_id", "time"], "time"),
        "icmp_status_results": (["inventory_item_id", "time"], "time"),
        "snmp_results": (["inventory_item_id", "oid", "type", "time"], "time"),
        "snmp_status_results": (["inventory_item_id", "time"], "time"),
        "snmp_interface_numeric_results": ([], "time"),
    }
    for entry in catalog["streams"]:
        if entry["tap_stream_id"] in found:
            top = next(item["metadata"] for item in entry["metadata"] if not item["breadcrumb"])
            assert not top["selected-by-default"]


def test_the_next_run_goes_on_at_the_bookmark(config: dict[str, Any], catalog: dict[str, Any], answer: Callable[..., Asked]) -> None:
    asked = answer("data_usage", usage)
    config = {**config, "lookback_seconds": 0, "start_date": moment(15)}
    chosen = select(catalog, "data_usage")
    accounts = 1245
    first = extract(config, chosen)
    assert first.error is None
    assert [r["account_id"] for r in first.records["data_usage"]] == [a for a in range(1, accounts + 1) for _ in (1, 2)]
    assert {call["start_datetime"] for call in asked} == {moment(15)}
    assert max(call["end_datetime"] for call in asked) <= datetime.now(timezone.utc).isoformat()
    assert first.bookmark("data_usage") == moment(30)
    assert first.tap is not None
    counts = first.tap.summary.results["data_usage"].counts
    assert counts is not None
    assert counts.requests <= accounts / 5 + 8
    asked.clear()
    second = extract(config, chosen, first.state)
    assert {call["start_datetime"] for call in asked} == {moment(30)}
    assert len(second.records["data_usage"]) == accounts


def test_lists_side_by_side_are_streams_of_their_own(config: dict[str, Any], catalog: dict[str, Any], answer: Callable[..., Asked]) -> None:
    def results(inventory_item_id: int, **_period: Any) -> dict[str, Any]:
        row = {"value": f"v{inventory_item_id}", "time": moment(5), "max_value": 7}
        return {
            "inventory_item_id": inventory_item_id,
            "snmp_result_connection": [{"oid": f"1.{n}", "type": "GAUGE", "results": [row]} for n in (1, 2)],
            "snmp_status_results": [{"time": moment(6), "status": "UP"}] if inventory_item_id == 4 else [],
        }

    types = load_schema().type_map["SnmpResultType"].values  # type: ignore[union-attr]
    kind = next(iter(types))
    asked = answer("snmp_results", lambda **a: _with_type(results(**a), kind))
    run = extract(config, select(catalog, "snmp_results", "snmp_status_results"))
    assert run.error is None
    assert len(run.records["snmp_results"]) == 2 * 7
    assert {k: v for k, v in run.records["snmp_results"][1].items() if v is not None} == {
        "inventory_item_id": 1, "oid": "1.2", "type": kind, "value": "v1", "time": moment(5), "max_value": 7,
    }  # fmt: skip
    assert [(r["inventory_item_id"], r["status"]) for r in run.records["snmp_status_results"]] == [(4, "UP")]
    assert "start_datetime" not in asked[0]  # no start_date: as far back as Sonar goes by itself


def _with_type(answer: dict[str, Any], kind: str) -> dict[str, Any]:
    for group in answer["snmp_result_connection"]:
        group["type"] = kind
    return answer


def test_totals_of_the_period_are_a_full_table(
    config: dict[str, Any], catalog: dict[str, Any], answer: Callable[..., Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = dict.fromkeys(("billable_in_bytes", "billable_out_bytes", "free_in_bytes", "free_out_bytes"), 2**40)
    monkeypatch.setattr(paging, "SERIES_OWNERS_PER_REQUEST", 200)
    asked = answer("data_usage_totals", lambda **_: {"entities": [row]})
    run = extract({**config, "start_date": moment(15)}, select(catalog, "data_usage_totals"))
    assert run.error is None
    assert run.records["data_usage_totals"][4]["account_id"] == 5
    assert run.records["data_usage_totals"][4]["billable_in_bytes"] == 2**40
    assert run.activated == ["data_usage_totals"]
    assert {call["start_datetime"] for call in asked} == {moment(15)}


def test_an_owner_that_cannot_be_asked_does_not_cost_the_others(
    config: dict[str, Any], catalog: dict[str, Any], answer: Callable[..., Asked], caplog: pytest.LogCaptureFixture
) -> None:
    def results(inventory_item_id: int, **_period: Any) -> dict[str, Any]:
        if inventory_item_id == 3:
            raise GraphQLError("This item is not monitored.")
        rows = [{"time": moment(5), "high": 0.5}]
        return {"inventory_item_id": inventory_item_id, "icmp_results": rows, "icmp_status_results": []}

    answer("icmp_results", results)
    run = extract(config, select(catalog, "icmp_results"))
    assert isinstance(run.error, StreamsFailedError)
    assert [r["inventory_item_id"] for r in run.records["icmp_results"]] == [1, 2, 4, 5, 6, 7]
    assert run.bookmark("icmp_results") is None
    assert "all of inventory_item_id 3" in caplog.text
    assert "not monitored" in caplog.text
