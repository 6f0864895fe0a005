"""`pilot_accounts`: these customers with all that belongs to them, what all share, and nothing else; more later, less never undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commands import answer
from singer_feed import Feed
from splynx_runs import LINE_COLUMNS, MODELS, PERSON_COLUMNS, PLAN_COLUMNS, Migration, Provider, write_models
from target_splynx.errors import MigrationError
from target_splynx.planning.pilot import RULE

WHOSE = {
    "customers__people": "id AS _account",
    "customers__info": "p.id AS _account",
    "customers__parents": "p.id::VARCHAR AS _account",
    "services__lines": "l.person AS _account",
}


def models(folder: Path, *, on_delete: str = "ignore", **replaced: str | None) -> Path:
    """The small provider's models, each saying whose its rows are."""
    told = {}
    for name, column in WHOSE.items():
        sql = MODELS[name.replace("__", "/")].format(on_delete=on_delete)
        told[name] = sql.replace("\nFROM ", f",\n    {column}\nFROM ", 1)
    return write_models(folder, **{**told, **replaced})


@pytest.fixture
def pilot(migration: Migration) -> Migration:
    migration.models = models(migration.folder / "pilot")
    return migration


def moved(migration: Migration) -> tuple[set[str], set[str]]:
    """Markers of the customers and of the services that are in Splynx."""
    services = {row["additional_attributes"]["sonar_id"] for row in migration.splynx.rows("customers/internet-services")}
    return set(migration.splynx.customers()), services


def skipped(migration: Migration, model: str) -> dict[str, int]:
    return dict(migration.summary()[model]["skip_rules"])


@pytest.mark.parametrize("given", [[1, 3], ["1", "3"]])
def test_only_their_rows_and_what_all_share_are_loaded(pilot: Migration, provider: Provider, given: Any) -> None:
    pilot.run(provider, pilot_accounts=given)

    assert moved(pilot) == ({"1", "3"}, {"101", "103"})
    assert len(pilot.splynx.rows("tariffs/internet")) == 2, "the catalogue is everybody's"
    assert pilot.rejects() == []
    assert skipped(pilot, "customers/people") == {RULE: 3}
    assert skipped(pilot, "services/lines") == {RULE: 3}


@pytest.mark.parametrize("text", ["1,3", "1, 3", "[1, 3]", '["1", "3"]'])
def test_the_list_may_come_from_the_environment(pilot: Migration, provider: Provider, text: str) -> None:
    pilot.run(provider, dry_run=True)
    assert answer(pilot, "plan", "--refresh", pilot_accounts=text)["summary"]["to_create"] > 0
    assert skipped(pilot, "customers/people") == {RULE: 3}


def test_a_longer_list_moves_the_rest_without_reading_the_source_again(pilot: Migration, provider: Provider) -> None:
    state = {"bookmarks": {name: {"replication_key": "id", "replication_key_value": 9} for name in ("plans", "people", "lines")}}
    pilot.run(provider.feed(state=state), pilot_accounts=[1])
    # From its bookmarks on the tap has nothing more to send.
    nothing_new = Feed().schema("plans", PLAN_COLUMNS).schema("people", PERSON_COLUMNS).schema("lines", LINE_COLUMNS).state(state)

    pilot.run(nothing_new, pilot_accounts=[1, 2, 4])
    assert moved(pilot) == ({"1", "2", "4"}, {"101", "102", "104"})
    assert pilot.splynx.customers()["2"]["parent_id"] == pilot.splynx.customers()["1"]["id"], "the link waits for both"

    pilot.run(nothing_new)
    assert len(moved(pilot)[0]) == len(moved(pilot)[1]) == 5

    pilot.splynx.reset_stats()
    pilot.run(nothing_new)
    assert pilot.splynx.writes() == {}


@pytest.mark.parametrize("policy", ["end", "delete"])
def test_a_shorter_list_ends_nothing_and_stops_only_changes(pilot: Migration, provider: Provider, policy: str) -> None:
    pilot.models = models(pilot.folder / policy, on_delete=policy)
    pilot.run(provider)
    provider.people[0]["city"] = provider.people[4]["city"] = "Oulu"

    pilot.splynx.reset_stats()
    pilot.run(provider.feed(version=2), pilot_accounts=[1, 2])

    assert sum(pilot.splynx.writes().values()) == 1
    assert pilot.splynx.customers()["1"]["city"] == "Oulu"
    assert pilot.splynx.customers()["5"]["city"] == "Turku"
    assert {row["status"] for row in pilot.splynx.rows("customers/customer")} == {"active"}


def test_of_rows_that_are_gone_only_those_of_the_pilot_are_ended(pilot: Migration, provider: Provider) -> None:
    pilot.models = models(pilot.folder / "end", on_delete="end")
    pilot.run(provider)
    provider.lines = [row for row in provider.lines if row["person"] not in {1, 5}]
    provider.people = [row for row in provider.people if row["id"] != 4]

    pilot.run(provider.feed(version=2), pilot_accounts=[1])

    services = {row["additional_attributes"]["sonar_id"]: row["status"] for row in pilot.splynx.rows("customers/internet-services")}
    assert services["101"] == "disabled"
    assert services["105"] == "active", "of a customer outside"
    assert pilot.splynx.customers()["4"]["status"] == "active", "a customer outside"

    pilot.run(provider.feed(version=3))
    assert pilot.splynx.customers()["4"]["status"] == "disabled", "when everybody is loaded, it is seen"


def test_a_parent_that_was_moved_before_is_still_known(pilot: Migration, provider: Provider) -> None:
    pilot.run(provider, pilot_accounts=[1])
    pilot.run(provider.feed(version=2), pilot_accounts=[2])
    customers = pilot.splynx.customers()
    assert set(customers) == {"1", "2"}
    assert customers["2"]["parent_id"] == customers["1"]["id"]


def test_what_belongs_to_nobody_waits(pilot: Migration, provider: Provider) -> None:
    provider.lines.append({"id": 199, "person": None, "plan": 1, "login": "nobody"})
    pilot.run(provider, pilot_accounts=[1])
    assert moved(pilot)[1] == {"101"}
    assert pilot.rejects() == []


def test_a_model_that_does_not_say_whose_its_rows_are_is_refused(migration: Migration, provider: Provider) -> None:
    with pytest.raises(MigrationError, match=r"people\.sql.*does not say whose each row is"):
        migration.run(provider, pilot_accounts=[1])
    assert migration.splynx.customers() == {}


def test_an_account_that_is_none_is_refused(pilot: Migration, provider: Provider) -> None:
    with pytest.raises(MigrationError, match="`pilot_accounts` names 77, which no customer has"):
        pilot.run(provider, pilot_accounts=[1, 77])
    assert pilot.splynx.writes() == {}


def test_the_plan_of_a_pilot_is_as_small(pilot: Migration, provider: Provider) -> None:
    pilot.run(provider, dry_run=True)
    everybody = answer(pilot, "plan")["summary"]["to_create"]
    pilot.run(provider.feed(version=2), dry_run=True, pilot_accounts=[1])
    assert answer(pilot, "plan")["summary"]["to_create"] == everybody - 8, "four customers and their services"
