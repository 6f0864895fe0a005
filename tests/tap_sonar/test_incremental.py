"""Bookmarks: nothing lost, whatever changes and whenever the run ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from sandbox.sonar.server import SonarServer
from sandbox.sonar.store import open_database
from sonar_runs import TOKEN, command, config_for, discover, environment, extract, lines, select
from sonar_store import moment, new_store


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("incremental") / "sonar.sqlite"
    new_store(str(path), 2, types={"Account": 3000, "Note": 400}).close()
    return path


@pytest.fixture
def store(original: Path, tmp_path: Path) -> Path:
    """A store that the test may change."""
    return Path(shutil.copy(original, tmp_path / "sonar.sqlite"))


@pytest.fixture
def server(store: Path) -> Iterator[SonarServer]:
    with SonarServer(database=store, token=TOKEN) as running:
        yield running


def now() -> str:
    return datetime.now(timezone.utc).replace(microsecond=0).isoformat()


def change(store: Path, sql: str, *values: object) -> None:
    connection = open_database(store)
    connection.execute(sql, values)
    connection.close()


def test_the_second_run_reads_what_changed(server: SonarServer, store: Path, catalog: dict[str, Any]) -> None:
    config = config_for(server.url, lookback_seconds=0)
    chosen = select(catalog, "accounts", "notes")
    first = extract(config, chosen)
    assert first.bookmark("accounts") == moment(3000)
    change(store, 'UPDATE "Account" SET name = ?, updated_at = ? WHERE id = 17', "Renamed", moment(5000))
    second = extract(config, chosen, first.state)
    assert second.ids("accounts") == [17, 3000]
    assert second.records["accounts"][0]["name"] == "Renamed"
    assert second.bookmark("accounts") == moment(5000)
    assert second.ids("notes") == [400]
    assert second.bookmark("notes") == moment(400)


def test_lookback_and_start_date(server: SonarServer, catalog: dict[str, Any]) -> None:
    chosen = select(catalog, "accounts")
    state = {"bookmarks": {"accounts": {"replication_key": "updated_at", "replication_key_value": moment(2990)}}}
    with_lookback = extract(config_for(server.url, lookback_seconds=60), chosen, state)
    assert with_lookback.ids("accounts") == list(range(2930, 3001))
    dated = extract(config_for(server.url, start_date=moment(2998).replace("+00:00", "Z")), chosen)
    assert dated.ids("accounts") == [2998, 2999, 3000]
    later = extract(config_for(server.url, start_date=moment(2000), lookback_seconds=0), chosen, state)
    assert later.ids("accounts") == list(range(2990, 3001))


def test_the_bookmark_never_passes_the_start_of_the_run(server: SonarServer, store: Path, catalog: dict[str, Any]) -> None:
    """A row that was read before may change before a later one is read: the later one must not move the bookmark past."""
    future = (datetime.now(timezone.utc) + timedelta(hours=1)).replace(microsecond=0).isoformat()
    change(store, 'UPDATE "Account" SET updated_at = ? WHERE id = 2999', future)
    run = extract(config_for(server.url), select(catalog, "accounts"))
    bookmark = run.bookmark("accounts")
    assert bookmark is not None
    assert bookmark < now()


def test_the_bookmark_never_goes_back(server: SonarServer, catalog: dict[str, Any]) -> None:
    state = {"bookmarks": {"accounts": {"replication_key": "updated_at", "replication_key_value": moment(2999)}}}
    config = config_for(server.url, lookback_seconds=10)
    change_nothing = extract(config, select(catalog, "accounts"), state)
    assert change_nothing.bookmark("accounts") == moment(3000)
    again = extract({**config, "lookback_seconds": 0}, select(catalog, "accounts"), {
        "bookmarks": {"accounts": {"replication_key": "updated_at", "replication_key_value": moment(9000)}}
    })  # fmt: skip
    assert again.records["accounts"] == []
    assert again.bookmark("accounts") == moment(9000)


def test_nothing_is_lost_while_rows_change(store: Path, catalog: dict[str, Any]) -> None:
    """Two runs under live change, a third after it: the newest version of every row arrived."""
    with SonarServer(database=store, token=TOKEN, changes_per_second=200, latency_ms=10) as server:
        config = config_for(server.url, page_size=50, lookback_seconds=2)
        chosen = select(catalog, "accounts", "notes", "contacts", "phone_numbers")
        held: dict[str, dict[int, dict[str, Any]]] = {}
        state = None
        runs = []
        for _ in range(2):
            run = extract(config, chosen, state)
            assert run.error is None
            state = run.state
            runs.append(run)
    with SonarServer(database=store, token=TOKEN) as server:
        runs.append(extract({**config, "api_url": server.url}, chosen, state))
    for run in runs:
        assert run.error is None
        for name, records in run.records.items():
            ids = [record["id"] for record in records]
            assert ids == sorted(set(ids))
            held.setdefault(name, {}).update({record["id"]: record for record in records})
    connection = open_database(store, read_only=True)
    connection.row_factory = sqlite3.Row
    for name, table in [("accounts", "Account"), ("notes", "Note"), ("phone_numbers", "PhoneNumber")]:
        changed = 0
        for row in connection.execute(f'SELECT * FROM "{table}"'):
            got = held[name][row["id"]]
            assert got["updated_at"] == row["updated_at"]
            assert got["_version"] == row["_version"]
            changed += row["updated_at"] > "2026-02"
        assert changed or name != "accounts"


def test_full_table_on_request(server: SonarServer, catalog: dict[str, Any]) -> None:
    chosen = select(catalog, "notes")
    for entry in chosen["streams"]:
        if entry["tap_stream_id"] == "notes":
            entry["replication_method"] = "FULL_TABLE"
    state = {"bookmarks": {"notes": {"replication_key": "updated_at", "replication_key_value": moment(399)}}}
    run = extract(config_for(server.url), chosen, state)
    assert len(run.records["notes"]) == 400
    assert run.activated == ["notes"]


def test_another_replication_key(server: SonarServer, catalog: dict[str, Any]) -> None:
    chosen = select(catalog, "notes")
    for entry in chosen["streams"]:
        if entry["tap_stream_id"] == "notes":
            entry["replication_key"] = "created_at"
    run = extract(config_for(server.url, lookback_seconds=0), chosen, {
        "bookmarks": {"notes": {"replication_key": "created_at", "replication_key_value": moment(390)}}
    })  # fmt: skip
    assert run.ids("notes") == list(range(390, 401))
    assert run.bookmark("notes") == moment(400)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_safely(store: Path, catalog: dict[str, Any], tmp_path: Path, sign: signal.Signals) -> None:
    with SonarServer(database=store, token=TOKEN, latency_ms=150) as server:
        config = config_for(server.url, page_size=20, parallel_requests=2)
        path = tmp_path / "catalog.json"
        path.write_text(json.dumps(select(catalog, "notes", "accounts")))
        process = subprocess.Popen(
            command("--config", "ENV", "--catalog", str(path)),
            env=environment(config), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
        )  # fmt: skip
        assert process.stdout is not None
        start = process.stdout.read(1)
        time.sleep(0.8)  # nobody reads: by now the pipe is full, and a write is waiting
        os.kill(process.pid, sign)
        began = time.monotonic()
        output, log = process.communicate(timeout=20)
        assert time.monotonic() - began < 3
    assert process.returncode == 128 + sign
    assert b"Traceback" not in log
    messages = lines(start + output)
    assert messages[-1]["type"] == "STATE"
    assert sum(m["type"] == "RECORD" for m in messages) < 3400
    state = messages[-1]["value"]
    assert "replication_key_value" not in state["bookmarks"].get("accounts", {})
    with SonarServer(database=store, token=TOKEN) as server:
        rest = extract(config_for(server.url), select(catalog, "notes", "accounts"), state)
    assert rest.ids("accounts") == list(range(1, 3001))


def test_discovery_is_stable(server: SonarServer, catalog: dict[str, Any]) -> None:
    assert discover(config_for(server.url)) == catalog
