"""What a run promises against a Splynx that behaves: all is written, once, and only what changed."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from splynx_runs import Migration, Provider, Splynx, write_models

from target_splynx.errors import MigrationError


def test_a_first_load_writes_everything_and_then_passes_the_state_on(migration: Migration, provider: Provider) -> None:
    ran = migration.run(provider.feed(state={"bookmarks": {"people": {"replication_key_value": "x"}}}))
    picture = migration.splynx.picture()
    assert picture["plans"] == ["1 Fibre 100 49.9000", "2 Fibre 1000 80.0000"]
    assert picture["people"][0] == "1 p1 Person 1 p1@example.net Turku active parent=None contact=Åsa Öberg"
    assert picture["people"][1] == "2 p2 Person 2 p2@example.net Turku active parent=1 contact="
    assert picture["services"][0] == "101 line1 of 1 plan=2 active Fibre 1000"
    assert [len(picture[name]) for name in ("people", "services")] == [5, 5]
    assert ran.states == [{"bookmarks": {"people": {"replication_key_value": "x"}}}]


def test_a_second_run_sends_no_write(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    migration.splynx.reset_stats()
    ran = migration.run(provider.feed(version=2))
    assert migration.splynx.writes() == {}
    assert len(ran.states) == 1
    assert migration.summary()["customers/people"]["unchanged"] == 5


def test_one_changed_field_is_one_put_with_that_field(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    provider.people[2]["city"] = "Åbo"
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.writes() == {"PUT /admin/customers/customer/{id}": 1}
    with migration.ledger() as ledger:
        (operation,) = ledger.operations(ledger.last_run()["id"])
    assert (operation.action, operation.payload, operation.before) == ("update", {"city": "Åbo"}, {"city": "Turku"})
    assert migration.splynx.customers()["3"]["city"] == "Åbo"
