"""Rows that Sonar deleted for good, told by a stream of ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.sonar.server import SonarServer
from sandbox.sonar.store import open_database
from sonar_runs import TOKEN, config_for, discover, extract, select
from sonar_store import new_store


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "s.sqlite"
    new_store(str(path), 2, types={"Note": 300, "Contact": 40}).close()
    return path


def test_ids_tell_what_is_gone(store: Path) -> None:
    with SonarServer(database=store, token=TOKEN) as server:
        config = config_for(server.url, deleted_rows_sweep=["notes"], page_size=50, lookback_seconds=0)
        chosen = select(discover(config), "notes", "notes_ids", "contacts")
        first = extract(config, chosen)
        connection = open_database(store)
        connection.execute('DELETE FROM "Note" WHERE id IN (7, 8, 150, 300)')
        connection.close()
        second = extract(config, chosen, first.state)
    everything = list(range(1, 301))
    assert first.ids("notes") == first.ids("notes_ids") == everything
    assert second.error is None
    assert second.records["notes"] == []  # an incremental stream cannot tell
    assert set(everything) - set(second.ids("notes_ids")) == {7, 8, 150, 300}
    assert all(set(record) == {"id"} for record in second.records["notes_ids"])
    assert second.activated == ["notes_ids"]
    assert second.order.index("notes_ids") == second.order.index("notes") + 1
    assert "contacts_ids" not in second.order
    assert "replication_key_value" not in second.state["bookmarks"].get("notes_ids", {})
    schema = next(m for m in second.messages if m["type"] == "SCHEMA" and m["stream"] == "notes_ids")
    assert schema["key_properties"] == ["id"]
    assert second.tap is not None
    counts = second.tap.summary.results["notes_ids"].counts
    assert counts is not None
    assert counts.requests == 1  # ids are short: as many at once as Sonar gives


def test_all_incremental_streams(config: dict[str, Any], catalog: dict[str, Any]) -> None:
    swept = discover({**config, "deleted_rows_sweep": ["*"]})
    by_name = {entry["tap_stream_id"]: entry for entry in swept["streams"]}
    names = {entry["tap_stream_id"] for entry in catalog["streams"]}
    incremental = {entry["tap_stream_id"] for entry in catalog["streams"] if entry.get("replication_key")}
    by_key = {name for name in incremental if "search" in by_name[name]["schema"]["x-sonar"]["arguments"]}
    assert set(by_name) - names == {f"{name}_ids" for name in by_key}
    assert len(by_key) > 200
    entry = by_name["logs_ids"]
    assert entry["replication_method"] == "FULL_TABLE"
    assert not next(i for i in entry["metadata"] if not i["breadcrumb"])["metadata"]["selected-by-default"]
    assert set(entry["schema"]["properties"]) == {"id"}


def test_an_incomplete_sweep_activates_nothing(store: Path) -> None:
    with SonarServer(database=store, token=TOKEN, denied_roots=["notes"]) as server:
        config = config_for(server.url, deleted_rows_sweep=["notes"])
        run = extract(config, select(discover(config), "notes_ids", "contacts"))
    assert run.activated == []
    assert len(run.records["contacts"]) == 40


def test_names_without_a_stream_are_told(config: dict[str, Any], catalog: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    extract({**config, "deleted_rows_sweep": ["notes", "transactions"]}, select(catalog, "taxes"))
    assert "deleted_rows_sweep: there is no stream notes_ids." in caplog.text
    assert "deleted_rows_sweep: there is no stream transactions_ids." in caplog.text
