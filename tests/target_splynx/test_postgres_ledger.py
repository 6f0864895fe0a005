"""What a plain run does on SQLite, on a real PostgreSQL: plan and apply, rollback, a rollback that was killed."""

from __future__ import annotations

import signal
import time

import pytest

from commands import answer, invoke
from splynx_runs import Migration, Provider
from test_rollback import dump, start_rollback


@pytest.fixture
def shared(migration: Migration, postgres: str) -> Migration:
    """A migration whose ledger is in a PostgreSQL database."""
    migration.settings["ledger_url"] = postgres
    return migration


def test_a_saved_plan_is_applied_exactly_and_only_once(shared: Migration, provider: Provider) -> None:
    shared.run(provider)
    provider.people[0]["city"] = "Oulu"
    provider.people.append({**provider.people[4], "id": 6, "name": "Person 6", "email": "p6@example.net"})
    shared.run(provider.feed(version=2), dry_run=True)
    shared.splynx.reset_stats()
    assert answer(shared, "plan")["summary"]["to_create"] == 1

    result = answer(shared, "apply")

    assert (result["run"], result["state"], result["written"]) == (2, "done", 2)
    assert shared.splynx.writes() == {"POST /admin/customers/customer": 1, "PUT /admin/customers/customer/{id}": 1}
    again = invoke(shared, "apply")
    assert (again.exit_code, "is done, not a saved plan" in again.output) == (1, True)


def test_a_plan_is_refused_when_splynx_moved(shared: Migration, provider: Provider) -> None:
    shared.run(provider)
    provider.people[0]["city"] = "Oulu"
    shared.run(provider.feed(version=2), dry_run=True)
    number = shared.splynx.customers()["1"]["id"]
    shared.splynx.call("PUT", f"admin/customers/customer/{number}", {"city": "Pori"})
    result = invoke(shared, "apply")
    assert (result.exit_code, f"city of customers {number} was changed" in result.output) == (1, True)


def test_changes_are_restored_and_creates_are_deleted(shared: Migration, provider: Provider) -> None:
    fresh = dump(shared.splynx)
    shared.run(provider)
    first = shared.splynx.picture()
    provider.people[2]["city"] = "Oulu"
    provider.people[3]["contact"] = "Somebody"
    shared.run(provider.feed(version=2))

    assert answer(shared, "rollback", "2")["restored"] == {"customer_info": 1, "customers": 1}
    assert shared.splynx.picture() == first

    assert answer(shared, "rollback", "1")["left"] == []
    assert dump(shared.splynx) == fresh
    shared.run(provider.feed(version=3))
    assert len(shared.splynx.customers()) == 5


def test_a_killed_rollback_goes_on(shared: Migration) -> None:
    fresh = dump(shared.splynx)
    shared.run(Provider.of(30))
    shared.splynx.server.application.traffic.latency_ms = 20
    process = start_rollback(shared)
    end = time.monotonic() + 30
    shared.splynx.reset_stats()
    while sum(shared.splynx.writes().values()) < 20:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    shared.splynx.server.application.traffic.latency_ms = 0

    assert answer(shared, "rollback", "1")["left"] == []
    assert dump(shared.splynx) == fresh
