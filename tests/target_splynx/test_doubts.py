"""Answers that were lost: what becomes of records that Splynx cannot tell from a second one of their kind."""

from __future__ import annotations

from typing import Any

import pytest

from splynx_runs import Migration, Provider, add_model
from target_splynx.errors import MigrationError
from target_splynx.loading import execute
from test_crash_safety import run_until_done, wait_until

SITES = """
-- resource: network_sites
-- natural_key: [title, location_id]
SELECT id::VARCHAR AS source_key, 'place ' || id AS title, 1 AS location_id, [1] AS partners_ids FROM sonar.people"""
PATH = "admin/networking/network-sites"
POSTS = {"method": "POST", "path_regex": PATH}


@pytest.fixture
def places(migration: Migration) -> Migration:
    """A provider of whom only places are written: no marker, and Splynx takes the same name twice."""
    for path in migration.models.rglob("*.sql"):
        path.unlink()
    add_model(migration.models, "network/places", SITES)
    return migration


def names(migration: Migration) -> list[str]:
    return sorted(row["title"] for row in migration.splynx.rows("networking/network-sites"))


EXPECTED = [f"place {number}" for number in range(1, 6)]


def test_splynx_itself_would_take_a_name_twice(places: Migration) -> None:
    body = {"title": "place 1", "location_id": 1, "partners_ids": [1]}
    places.splynx.call("POST", PATH, body)
    places.splynx.call("POST", PATH, body)
    assert names(places) == ["place 1", "place 1"]


def test_a_create_without_marker_that_splynx_is_still_at_is_waited_for(places: Migration, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "FIRST_PAUSE_SECONDS", 0.3)
    places.splynx.faults({"match": POSTS, "kind": "delay", "seconds": 1.7, "times": 1})
    places.run(provider, request_timeout=1)
    assert names(places) == EXPECTED


def test_a_create_that_was_carried_out_twice_all_the_same_is_taken_back(places: Migration, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look-up comes too early: the first try is committed only with the second one."""
    monkeypatch.setattr(execute, "find_created", lambda *_: None)
    places.splynx.faults({"match": POSTS, "kind": "cut_after", "times": 1})
    places.run(provider)
    assert names(places) == EXPECTED
    places.splynx.reset_stats()
    places.run(provider)
    assert places.splynx.writes() == {}


def test_one_that_cannot_be_taken_back_stops_the_run_with_both_ids(places: Migration, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "find_created", lambda *_: None)
    places.splynx.faults(
        {"match": POSTS, "kind": "cut_after", "times": 1},
        {"match": {**POSTS, "method": "DELETE"}, "kind": "status", "status": 405},
    )
    with pytest.raises(MigrationError, match=r"network_sites \d was made twice \(\d+ and \d+\).*Delete one of them"):
        places.run(provider, parallel_workers=1)


def test_what_a_killed_run_wrote_belongs_to_that_run(migration: Migration) -> None:
    migration.splynx.server.application.traffic.latency_ms = 50
    process = migration.start(Provider.of(30))
    wait_until(lambda: sum(migration.splynx.writes().values()) >= 12, process)
    process.kill()
    process.communicate()
    migration.splynx.server.application.traffic.latency_ms = 0
    with migration.ledger() as ledger:
        doubtful = {doubt.operation.source_key for doubt in ledger.in_doubt()}
    run_until_done(migration, Provider.of(30))
    assert doubtful
    with migration.ledger() as ledger, ledger.engine.connect() as connection:
        rows: list[Any] = connection.exec_driver_sql("SELECT DISTINCT run FROM records ORDER BY run").fetchall()
    assert [run for (run,) in rows] == [1, 2]
