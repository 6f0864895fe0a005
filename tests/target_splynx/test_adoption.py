"""What exists in Splynx already: taken over by the policies that the operator allows, listed when in doubt, never doubled."""

from __future__ import annotations

from typing import Any

import pytest

from splynx_runs import Migration, Provider
from target_splynx.errors import SettingsError
from target_splynx.settings import Settings


def by_hand(migration: Migration, **values: Any) -> int:
    """A customer that somebody made in Splynx."""
    body = {"login": "x", "name": "Somebody Else", "email": "", "status": "active", "partner_id": 1, "location_id": 1, "category": "person"}
    made = migration.splynx.call("POST", "admin/customers/customer", {**body, **values})
    migration.splynx.reset_stats()
    return int(made["id"])


def first_reject(migration: Migration) -> Any:
    (reject,) = [o for o in migration.rejects() if o.state == "rejected"]
    return reject


def test_an_equal_login_alone_is_not_the_same_customer(migration: Migration) -> None:
    unrelated = by_hand(migration, login="p1", name="Another Person", email="another@example.net")
    migration.run(Provider.of(2))
    reject = first_reject(migration)
    assert (reject.source_key, reject.reason) == ("1", "ambiguous_match")
    assert f"same login ({unrelated}), but nothing else of it agrees (email, name, street_1)" in reject.message
    assert "sonar_id" in reject.remedy
    (row,) = [r for r in migration.splynx.rows("customers/customer") if r["id"] == unrelated]
    assert row["name"] == "Another Person", "left alone"
    assert "2" in migration.splynx.customers(), "the others are loaded"


@pytest.mark.parametrize("agrees", [{"name": " person  1 "}, {"email": "P1@Example.Net"}], ids=["name", "email"])
def test_an_equal_login_and_one_thing_more_is(agrees: dict[str, str], migration: Migration) -> None:
    mine = by_hand(migration, login="p1", **agrees)
    migration.run(Provider.of(2))
    assert migration.rejects() == []
    assert migration.splynx.customers()["1"]["id"] == mine
    with migration.ledger() as ledger:
        (adopted,) = [o for o in ledger.operations(1) if o.action == "adopt"]
    assert (adopted.source_key, adopted.matched_by) == ("1", "natural_key")


def test_the_policy_login_asks_for_nothing_more(migration: Migration) -> None:
    mine = by_hand(migration, login="P1", name="Another Person")
    migration.run(Provider.of(2), adopt=["marker", "login"])
    assert migration.rejects() == []
    assert migration.splynx.customers()["1"]["id"] == mine


def test_the_policy_email_name_finds_a_customer_of_another_login(migration: Migration) -> None:
    mine = by_hand(migration, login="000123", name="PERSON 1", email="P1@example.net")
    migration.run(Provider.of(2), adopt=["marker", "natural_key", "email_name"])
    assert migration.rejects() == []
    row = migration.splynx.customers()["1"]
    assert (row["id"], row["login"]) == (mine, "p1")
    migration.splynx.reset_stats()
    migration.run(Provider.of(2), adopt=["marker", "natural_key", "email_name"])
    assert migration.splynx.writes() == {}


def test_email_alone_or_name_alone_is_not_enough(migration: Migration) -> None:
    by_hand(migration, login="a", name="Person 1", email="other@example.net")
    by_hand(migration, login="b", name="Other", email="p1@example.net")
    migration.run(Provider.of(2), adopt=["marker", "email_name"])
    assert len(migration.splynx.rows("customers/customer")) == 4


def test_two_source_records_for_one_customer_are_listed_not_guessed(migration: Migration) -> None:
    by_hand(migration, login="000123", name="Person 1", email="p1@example.net")
    provider = Provider.of(2)
    provider.people[1].update(name="Person 1", email="p1@example.net", parent=None)
    migration.run(provider, adopt=["marker", "email_name"])
    assert {(o.source_key, o.reason) for o in migration.rejects() if o.state == "rejected"} == {("1", "ambiguous_match"), ("2", "ambiguous_match")}
    assert "2 source records could be the same record" in migration.rejects()[0].message


def test_never_takes_nothing_over_and_doubles_nothing(migration: Migration) -> None:
    mine = by_hand(migration, login="p1", name="Person 1")
    migration.run(Provider.of(2), adopt=["never"])
    reject = first_reject(migration)
    assert (reject.source_key, reject.reason) == ("1", "exists_already")
    assert f"same login: {mine}" in reject.message
    assert len(migration.splynx.rows("customers/customer")) == 2


def test_without_a_ledger_never_doubles_nothing_either(migration: Migration) -> None:
    migration.run(Provider.of(3))
    for path in migration.workspace.glob("ledger.sqlite*"):
        path.unlink()
    migration.splynx.reset_stats()
    migration.run(Provider.of(3), adopt=["never"])
    assert migration.splynx.writes() == {}
    assert {o.reason for o in migration.rejects()} == {"exists_already", "blocked"}


def test_marker_only_names_the_policy_that_would_help(migration: Migration) -> None:
    by_hand(migration, login="p1", name="Person 1")
    migration.run(Provider.of(2), adopt=["marker"])
    reject = first_reject(migration)
    assert reject.reason == "exists_already"
    assert "Add natural_key to `adopt`" in reject.remedy


def test_a_service_of_another_customer_with_the_same_login_is_not_adopted(migration: Migration) -> None:
    migration.run(Provider.of(1))
    (service,) = migration.splynx.rows("customers/internet-services")
    stranger = by_hand(migration, login="stranger")
    plan = service["tariff_id"]
    migration.splynx.call(
        "POST",
        f"admin/customers/customer/{stranger}/internet-services",
        {"tariff_id": plan, "status": "active", "description": "x", "quantity": 1, "start_date": "2026-12-01", "end_date": "0000-00-00",
         "login": "line2", "taking_ipv4": 0, "unit_price": 1},
    )  # fmt: skip
    migration.run(Provider.of(2))
    reject = first_reject(migration)
    assert (reject.resource, reject.source_key, reject.reason) == ("services_internet", "102", "ambiguous_match")


def test_few_new_records_on_a_large_splynx_are_looked_up_by_the_same_policies(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("target_splynx.planning.existing.Existing.__init__.__kwdefaults__", {"page_size": 2, "adopt": ("marker", "natural_key")})
    mine = by_hand(migration, login="p1", name="Person 1")
    for number in range(4):
        by_hand(migration, login=f"other{number}")
    migration.run(Provider.of(2), adopt=["marker", "natural_key"])
    assert migration.rejects() == []
    assert migration.splynx.customers()["1"]["id"] == mine


@pytest.mark.parametrize("value", [["marker", "login"], "marker, login", '["marker", "login"]'])
def test_the_policies_may_come_as_text_from_the_environment(value: object) -> None:
    assert Settings.from_config({"api_url": "https://splynx.example.net", "adopt": value}).adopt == ("marker", "login")


@pytest.mark.parametrize(("value", "problem"), [("fuzzy", "`adopt` names 'fuzzy'; known are marker"), (["never", "login"], "leave one of them out")])
def test_a_wrong_policy_is_named(value: object, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        Settings.from_config({"api_url": "https://splynx.example.net", "adopt": value})
