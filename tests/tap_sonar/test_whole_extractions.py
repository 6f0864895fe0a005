"""A provider's whole instance under trouble: rows that change all the time, and every kind of error at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.data.generate import generate
from sandbox.sonar.server import SonarServer
from sandbox.sonar.store import open_database
from sonar_runs import TOKEN, Extraction, config_for, extract, get, put, select
from tap_sonar import client as client_module
from tap_sonar import paging
from tap_sonar.definition import StreamDefinition, from_catalog

ACCOUNTS = 40
CHANGES_PER_SECOND = 200
SHARE = 0.05


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    """A small provider with all of its history."""
    path = tmp_path / "sonar.sqlite"
    generate(path, accounts=ACCOUNTS)
    return path


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(client_module, "RATE_WAITS_SECONDS", (0.02,))
    monkeypatch.setattr(paging, "SERIES_OWNERS_PER_REQUEST", 200)  # the sandbox has no measurements


def keyed(catalog: dict[str, Any]) -> list[StreamDefinition]:
    """Streams with ids that the store keeps."""
    found = from_catalog(catalog)
    assert found is not None
    return [item for item in found if item.by_key and not item.name.startswith("core_")]


def ids_in(path: Path, definitions: list[StreamDefinition]) -> dict[str, set[int]]:
    connection = open_database(path, read_only=True)
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    found = {item.name: {row[0] for row in connection.execute(f'SELECT id FROM "{item.type_name}"')} for item in definitions if item.type_name in tables}
    connection.close()
    return found


def newest(path: Path, table: str) -> dict[int, tuple[str, str]]:
    connection = open_database(path, read_only=True)
    connection.row_factory = sqlite3.Row
    rows = {row["id"]: (row["updated_at"], row["_version"]) for row in connection.execute(f'SELECT * FROM "{table}"')}
    connection.close()
    return rows


def ascending(run: Extraction, definitions: list[StreamDefinition]) -> Iterator[tuple[str, list[int]]]:
    """Ids of each stream, which came in order and once."""
    for item in definitions:
        ids = run.ids(item.name)
        assert ids == sorted(set(ids)), item.name
        yield item.name, ids


def test_every_row_of_every_stream_arrives_once_while_rows_change(provider: Path, catalog: dict[str, Any]) -> None:
    definitions = keyed(catalog)
    before = ids_in(provider, definitions)
    with SonarServer(database=provider, token=TOKEN, changes_per_second=CHANGES_PER_SECOND, latency_ms=20) as server:
        config = config_for(server.url, page_size=40, lookback_seconds=2)
        run = extract(config, select(catalog))
        changes = sum(get(server.url, "stats")["live_changes"].values())
    after = ids_in(provider, definitions)
    assert run.error is None
    assert changes > CHANGES_PER_SECOND
    for name, ids in ascending(run, definitions):
        stayed = before.get(name, set()) & after.get(name, set())
        assert stayed <= set(ids), f"{name}: {len(stayed - set(ids))} rows are missing"
    # What changed behind the reader comes with the next run.
    with SonarServer(database=provider, token=TOKEN) as server:
        again = extract({**config, "api_url": server.url}, select(catalog), run.state)
    assert again.error is None
    for name, table in (("accounts", "Account"), ("debits", "Debit"), ("notes", "Note"), ("tickets", "Ticket")):
        held = {record["id"]: (record["updated_at"], record["_version"]) for record in run.records[name]}
        held |= {record["id"]: (record["updated_at"], record["_version"]) for record in again.records[name]}
        rows = newest(provider, table)
        assert {number: held[number] for number in rows} == rows, name


KINDS = (
    "status", "cut_before", "cut_after", "cut_middle", "html", "empty", "invalid_json",
)  # fmt: skip


def test_five_percent_errors_of_each_kind_for_a_whole_extraction(provider: Path, catalog: dict[str, Any]) -> None:
    definitions = keyed(catalog)
    truth = ids_in(provider, definitions)
    with SonarServer(database=provider, token=TOKEN) as server:
        rules: list[dict[str, Any]] = [
            {"kind": kind, "probability": SHARE, "seed": number, "match": {"path_regex": "graphql"}} for number, kind in enumerate(KINDS)
        ]
        rules.append({**rules[0], "status": 429, "seed": 99})
        rules.append({**rules[0], "kind": "hang", "seconds": 3, "seed": 100})
        put(server.url, "faults", rules)
        config = config_for(server.url, page_size=50, request_timeout=2, retry_attempts=8, parallel_requests=12)
        run = extract(config, select(catalog))
    assert run.error is None
    for name, ids in ascending(run, definitions):
        assert set(ids) == truth.get(name, set()), name
    assert run.tap is not None
    results = run.tap.summary.results.values()
    problems: dict[str, int] = {}
    for result in results:
        assert result.counts is not None
        for problem, count in result.counts.by_problem.items():
            problems[problem] = problems.get(problem, 0) + count
    assert set(problems) == {"rate limit", "timeout", "broken or failed answer"}
    assert sum(problems.values()) > 50
    total = run.tap.summary.lines()[-1].split()
    assert int(total[3]) + int(total[4]) == sum(problems.values()), "the summary tells of them"
