"""Every stream of the sandbox, against the truth of its store."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sandbox.sonar.contract import load_contract
from sandbox.sonar.store import open_database
from sonar_runs import Extraction, extract, select
from tap_sonar import owners, paging
from tap_sonar.definition import StreamDefinition, from_catalog


@pytest.fixture(scope="module")
def everything(shared_sonar: Any, catalog: dict[str, Any]) -> Extraction:
    """All streams, selected or not."""
    from sonar_runs import config_for

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paging, "SERIES_OWNERS_PER_REQUEST", 200)  # the sandbox has no measurements
        return extract(config_for(shared_sonar.url, page_size=500), select(catalog))


@pytest.fixture(scope="module")
def definitions(catalog: dict[str, Any]) -> dict[str, StreamDefinition]:
    found = from_catalog(catalog)
    assert found is not None
    return {definition.name: definition for definition in found}


def test_all_streams_arrive_without_failure(everything: Extraction, definitions: dict[str, StreamDefinition]) -> None:
    assert everything.error is None
    assert sorted(everything.order) == sorted(definitions)


def test_connection_roots_and_reasons(definitions: dict[str, StreamDefinition]) -> None:
    assert sum(d.shape == "connection" for d in definitions.values()) == 277
    assert {"system_setting", "billing_setting"} <= {d.name for d in definitions.values() if d.shape == "object"}


def test_ids_are_unique_and_ascending(everything: Extraction, definitions: dict[str, StreamDefinition]) -> None:
    for name, definition in definitions.items():
        if definition.by_key:
            ids = everything.ids(name)
            assert ids == sorted(set(ids)), name


def test_rows_equal_the_store(everything: Extraction, definitions: dict[str, StreamDefinition], shared_store: Path) -> None:
    contract = load_contract()
    connection = open_database(shared_store, read_only=True)
    connection.row_factory = sqlite3.Row
    compared = 0
    for name, definition in definitions.items():
        if not definition.by_key or definition.type_name not in contract.stored_types or name.startswith("core_"):
            continue  # the store keeps what the provider bills, not what Sonar bills the provider
        fields = contract.leaf_fields(definition.type_name)
        truth = [
            {column: _expected(fields[column].type, row[column]) for column in row.keys()}  # noqa: SIM118
            for row in connection.execute(f'SELECT * FROM "{definition.type_name}" ORDER BY id')
        ]
        got = [{column: record[column] for column in record if column not in definition.relations} for record in everything.records[name]]
        unselected = {column for column in fields if truth and column not in (got[0] if got else {})}
        truth = [{k: v for k, v in row.items() if k not in unselected} for row in truth]
        assert got == truth, name
        compared += len(got)
    assert compared > 3000


def _expected(reference: Any, stored: Any) -> Any:
    if stored is None:
        return None
    if reference.is_list:
        return json.loads(stored)
    if reference.name == "Boolean":
        return bool(stored)
    return stored


def test_records_match_their_schemas(everything: Extraction) -> None:
    from jsonschema import Draft202012Validator

    validators: dict[str, Draft202012Validator] = {}
    seen: dict[str, int] = {}
    for message in everything.messages:
        if message["type"] == "SCHEMA":
            validators[message["stream"]] = Draft202012Validator(message["schema"])
            assert "x-sonar" not in message["schema"]
        elif message["type"] == "RECORD":
            name = message["stream"]
            seen[name] = seen.get(name, 0) + 1
            if seen[name] <= 7:
                problems = [error.message[:200] for error in validators[name].iter_errors(message["record"])]
                assert problems == [], name


def test_full_tables_are_activated_after_their_records(everything: Extraction) -> None:
    versions = {m["version"] for m in everything.messages if m["type"] == "ACTIVATE_VERSION"}
    assert len(versions) == 1
    full = {"system_setting", "transactions", "available_reports"}
    assert full <= set(everything.activated)
    assert "accounts" not in everything.activated
    last = {m["stream"]: i for i, m in enumerate(everything.messages) if m["type"] == "RECORD"}
    for position, message in enumerate(everything.messages):
        if message["type"] == "ACTIVATE_VERSION":
            assert last.get(message["stream"], -1) < position
        if message["type"] == "RECORD":
            assert (message.get("version") in versions) == (message["stream"] in everything.activated)


def test_parents_come_first(everything: Extraction) -> None:
    position = {name: index for index, name in enumerate(everything.order)}
    for parent, child in [
        ("account_statuses", "accounts"),
        ("accounts", "account_services"),
        ("services", "account_services"),
        ("accounts", "addresses"),
        ("contacts", "phone_numbers"),
        ("accounts", "contacts"),
        ("accounts", "invoices"),
        ("invoices", "debits"),
        ("accounts", "transactions"),
        ("tickets", "ticket_replies"),
        ("inventory_models", "inventory_items"),
    ]:
        assert position[parent] < position[child], (parent, child)


def test_transactions_that_fit_into_the_window(config: dict[str, Any], catalog: dict[str, Any], everything: Extraction) -> None:
    by_page = extract({**config, "page_size": 5}, select(catalog, "transactions"))
    assert by_page.error is None
    assert by_page.records["transactions"] == everything.records["transactions"]
    assert len(everything.records["transactions"]) > 10


def test_transactions_by_account_when_they_exceed_the_window(
    config: dict[str, Any],
    catalog: dict[str, Any],
    everything: Extraction,
    monkeypatch: pytest.MonkeyPatch,
    shared_store: Path,
) -> None:
    monkeypatch.setattr(paging, "MAX_PAGE_SIZE", 10)
    monkeypatch.setattr(owners, "MAX_PAGE_SIZE", 10)
    by_account = extract({**config, "page_size": 5}, select(catalog, "transactions"))
    assert by_account.error is None
    assert "transactions" in by_account.activated
    # The first page, which told how many there are, came already.
    seen = {record["id"]: record for record in by_account.records["transactions"]}
    assert seen == {record["id"]: record for record in everything.records["transactions"]}
    assert by_account.tap is not None
    assert by_account.tap.summary.results["transactions"].reason == ""
