"""A run is taken back: Splynx is as before, what people did since stays, and what stays is told."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from commands import answer, invoke
from splynx_runs import Migration, Provider, Splynx, add_model


def dump(splynx: Splynx) -> dict[str, Any]:
    """All live rows; counters of the system apart."""
    found: dict[str, Any] = splynx.session.get(f"{splynx.url}/_sandbox/dump?volatile=0", timeout=10).json()
    return {name: rows for name, rows in found.items() if rows}


def test_a_rollback_of_the_first_load_leaves_splynx_as_it_was(migration: Migration, provider: Provider) -> None:
    before = dump(migration.splynx)
    migration.run(provider)
    assert dump(migration.splynx) != before

    result = answer(migration, "rollback", "1")

    assert result["left"] == []
    assert result["deleted"]["customers"] == 5
    assert dump(migration.splynx) == before
    again = answer(migration, "rollback", "1")
    assert (again["deleted"], again["restored"], again["left"]) == ({}, {}, [])


def test_after_a_rollback_the_next_run_loads_everything_anew(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    picture = migration.splynx.picture()
    answer(migration, "rollback", "1")
    migration.run(provider.feed(version=2))
    assert migration.splynx.picture() == picture
    migration.splynx.reset_stats()
    migration.run(provider.feed(version=3))
    assert migration.splynx.writes() == {}


def test_a_dry_run_of_a_rollback_tells_and_writes_nothing(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    migration.splynx.reset_stats()
    told = answer(migration, "rollback", "1", "--dry-run")
    assert told["deleted"]["services_internet"] == 5
    assert migration.splynx.writes() == {}
    assert answer(migration, "rollback", "1")["deleted"] == told["deleted"]


def test_changes_are_restored_from_their_before_images(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    first = migration.splynx.picture()
    provider.people[2]["city"] = "Oulu"
    provider.people[3]["contact"] = "Somebody"
    migration.run(provider.feed(version=2))
    assert migration.splynx.picture() != first

    result = answer(migration, "rollback", "2")

    assert result["restored"] == {"customer_info": 1, "customers": 1}
    assert migration.splynx.picture() == first
    migration.splynx.reset_stats()
    migration.run(provider.feed(version=3))
    assert migration.splynx.writes() == {
        "PUT /admin/customers/customer/{id}": 1, "PUT /admin/customers/customer-info/{id}": 1,
    }  # fmt: skip


def test_a_field_that_was_changed_by_hand_since_is_left_and_listed(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    provider.people[2].update(city="Oulu", email="new@example.net")
    migration.run(provider.feed(version=2))
    customer = migration.splynx.customers()["3"]
    migration.splynx.call("PUT", f"admin/customers/customer/{customer['id']}", {"city": "Pori"})

    result = answer(migration, "rollback", "2", exit_code=2)

    (left,) = result["left"]
    assert (left["resource"], left["source_key"], left["reason"], left["field"]) == ("customers", "3", "changed_since", "city")
    now = migration.splynx.customers()["3"]
    assert (now["city"], now["email"]) == ("Pori", "p3@example.net")


def test_a_created_record_that_people_changed_stays_with_all_that_it_hangs_on(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    service = next(row for row in migration.splynx.rows("customers/internet-services") if row["login"] == "line1")
    path = f"admin/customers/customer/{service['customer_id']}/internet-services--{service['id']}"
    migration.splynx.call("PUT", path, {"description": "special deal"})

    result = answer(migration, "rollback", "1", exit_code=2)

    reasons = {(left["resource"], left["reason"]) for left in result["left"]}
    assert ("services_internet", "changed_since") in reasons
    assert ("customers", "needed") in reasons and ("tariffs_internet", "needed") in reasons
    assert ("additional_fields", "needed") in reasons  # the marker of what stays
    assert list(migration.splynx.customers()) == ["1"]
    (kept,) = migration.splynx.rows("customers/internet-services")
    assert kept["description"] == "special deal"

    forced = answer(migration, "rollback", "1", "--force")
    assert forced["left"] == []
    assert migration.splynx.customers() == {}


def test_a_service_that_somebody_added_keeps_its_customer(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    service = next(row for row in migration.splynx.rows("customers/internet-services") if row["login"] == "line4")
    copied = ("tariff_id", "status", "description", "quantity", "start_date", "end_date", "taking_ipv4")
    body = {**{name: service[name] for name in copied}, "customer_id": service["customer_id"], "login": "by-hand"}
    migration.splynx.call("POST", f"admin/customers/customer/{service['customer_id']}/internet-services", body)

    result = answer(migration, "rollback", "1", exit_code=2)

    assert {(left["resource"], left["source_key"]): left["reason"] for left in result["left"]}["customers", "4"] == "in_use"
    assert list(migration.splynx.customers()) == ["4"]
    assert [row["login"] for row in migration.splynx.rows("customers/internet-services")] == ["by-hand"]


def test_what_splynx_has_billed_stays_even_with_force(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    customer = migration.splynx.customers()["5"]["id"]
    charge = {"customer_id": customer, "type": "debit", "price": "10", "quantity": 1, "description": "charge", "category": 1, "date": "2026-11-15"}
    migration.splynx.call("POST", "admin/finance/transactions", charge)

    result = answer(migration, "rollback", "1", "--force", exit_code=2)

    assert {(left["resource"], left["source_key"]): left["reason"] for left in result["left"]}["customers", "5"] == "billed"
    assert list(migration.splynx.customers()) == ["5"]


def test_a_delete_that_splynx_refuses_is_told_and_keeps_what_it_hangs_on(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    migration.splynx.faults({"match": {"method": "DELETE", "path_regex": "internet-services--3$"}, "kind": "status", "status": 405})

    result = answer(migration, "rollback", "1", exit_code=2)

    reasons = sorted((left["resource"], left["reason"]) for left in result["left"])
    assert ("services_internet", "kept_by_splynx") in reasons
    assert ("customers", "needed") in reasons
    assert len(migration.splynx.rows("customers/internet-services")) == len(migration.splynx.customers()) == 1
    migration.splynx.faults()
    assert answer(migration, "rollback", "1")["left"] == []
    assert migration.splynx.customers() == {}


def test_a_delete_that_is_refused_while_others_are_there_is_tried_again(migration: Migration, provider: Provider) -> None:
    before = dump(migration.splynx)
    migration.run(provider)
    migration.splynx.faults({"match": {"method": "DELETE", "path_regex": "internet-services"}, "kind": "status", "status": 405, "times": 1})
    assert answer(migration, "rollback", "1")["left"] == []
    assert dump(migration.splynx) == before


def test_records_of_a_later_run_keep_what_they_hang_on(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    provider.lines.append({"id": 500, "person": 5, "plan": 1, "login": "second"})
    migration.run(provider.feed(version=2))

    result = answer(migration, "rollback", "1", exit_code=2)

    assert list(migration.splynx.customers()) == ["5"]
    assert {left["reason"] for left in result["left"]} == {"needed"}
    assert answer(migration, "rollback", "2")["left"] == []
    assert answer(migration, "rollback", "1")["left"] == []


def test_adopted_records_are_forgotten_and_their_old_values_come_back(migration: Migration, provider: Provider) -> None:
    body = {
        "login": "p1",
        "name": "By Hand",
        "email": "p1@example.net",
        "city": "Rauma",
        "partner_id": 1,
        "location_id": 1,
        "category": "person",
        "status": "active",
    }
    made = migration.splynx.call("POST", "admin/customers/customer", body)["id"]
    migration.run(provider)
    assert migration.splynx.customers()["1"]["id"] == made

    result = answer(migration, "rollback", "1")

    assert result["forgotten"]["customers"] == 1
    (customer,) = migration.splynx.rows("customers/customer")
    assert (customer["id"], customer["name"], customer["city"]) == (made, "By Hand", "Rauma")


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_a_rollback_whose_answers_are_lost_is_repeated_safely(migration: Migration, provider: Provider, cut: str) -> None:
    before = dump(migration.splynx)
    migration.run(provider)
    migration.splynx.faults({"match": {"method": "DELETE"}, "kind": cut, "probability": 0.3, "seed": 5})
    result = invoke(migration, "rollback", "1", retry_attempts=5)
    migration.splynx.faults()
    if result.exit_code:
        answer(migration, "rollback", "1")
    assert dump(migration.splynx) == before


def test_a_killed_rollback_goes_on_where_it_was(migration: Migration) -> None:
    before = dump(migration.splynx)
    migration.run(Provider.of(40))
    migration.splynx.faults({"match": {"method": "DELETE"}, "kind": "delay", "seconds": 0.03})
    for least in (10, 40):
        process = start_rollback(migration)
        deadline = time.monotonic() + 60
        migration.splynx.reset_stats()
        while sum(migration.splynx.writes().values()) < least:
            assert process.poll() is None and time.monotonic() < deadline, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    migration.splynx.faults()
    assert answer(migration, "rollback", "1")["left"] == []
    assert dump(migration.splynx) == before
    with closing(sqlite3.connect(migration.workspace / "ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT count(*) FROM records WHERE state = 'live'").fetchone() == (0,)
        named = ledger.execute("SELECT count(*) FROM undoings u JOIN operations o ON o.id = u.undoes WHERE o.run = 1").fetchone()
        assert named[0] > 80


def test_a_killed_rollback_followed_by_a_run_loses_nothing(migration: Migration) -> None:
    provider = Provider.of(40)
    migration.run(provider)
    picture = migration.splynx.picture()
    migration.splynx.faults({"match": {"method": "DELETE"}, "kind": "delay", "seconds": 0.03})
    process = start_rollback(migration)
    migration.splynx.reset_stats()
    while sum(migration.splynx.writes().values()) < 20:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    migration.splynx.faults()
    migration.run(provider.feed(version=2))
    assert migration.splynx.picture() == picture


def test_a_signal_stops_a_rollback_and_says_how_it_goes_on(migration: Migration) -> None:
    migration.run(Provider.of(40))
    migration.splynx.faults({"match": {"method": "DELETE"}, "kind": "delay", "seconds": 0.03})
    process = start_rollback(migration)
    migration.splynx.reset_stats()
    while not migration.splynx.writes():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "rollback 1` goes on" in errors.strip().splitlines()[-1]
    with closing(sqlite3.connect(migration.workspace / "ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT count(*) FROM operations WHERE state = 'sent'").fetchone() == (0,)


@pytest.mark.parametrize(("run", "words"), [("7", "There is no run 7"), ("1", "dry run"), ("3", "is itself the rollback of run 2")])
def test_what_cannot_be_taken_back_is_said(migration: Migration, provider: Provider, run: str, words: str) -> None:
    migration.run(provider, dry_run=True)
    migration.run(provider.feed(version=2))
    answer(migration, "rollback", "2")
    result = invoke(migration, "rollback", run)
    assert result.exit_code == 1
    assert words in result.output


def test_a_rollback_works_when_the_models_are_gone(migration: Migration, provider: Provider) -> None:
    before = dump(migration.splynx)
    migration.run(provider)
    for path in migration.models.rglob("*.sql"):
        path.unlink()
    assert answer(migration, "rollback", "1")["left"] == []
    assert dump(migration.splynx) == before


def start_rollback(migration: Migration) -> subprocess.Popen[str]:
    environment = {f"TARGET_SPLYNX_{name}".upper(): str(value) for name, value in migration.config().items()}
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("splynx-migration")), "rollback", "1"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_what_has_no_delete_is_listed_and_goes_out_of_sight_with_its_customer(migration: Migration, provider: Provider) -> None:
    add_model(
        migration.models,
        "support/notes",
        """
-- resource: customer_notes
-- natural_key: [customer_id, title]
SELECT 'n' || p.id AS source_key, c.id AS customer_id, 'note ' || p.id AS title, 'sonar:note:' || p.id AS comment, 'comment' AS type,
    '2026-11-15 10:00:00' AS datetime, 1 AS administrator_id
FROM sonar.people p JOIN splynx.customers c ON c.source_key = p.id::VARCHAR WHERE p.id < 3""",
    )
    migration.run(provider)
    assert len(migration.splynx.rows("customers/customer-notes")) == 2, [r.message for r in migration.rejects()]

    result = answer(migration, "rollback", "1", exit_code=2)

    assert {(left["resource"], left["reason"]) for left in result["left"]} == {("customer_notes", "no_delete")}
    assert migration.splynx.customers() == {}
    with migration.ledger() as ledger:
        assert ledger.count_records() == {}
    migration.run(provider.feed(version=2))
    new = {row["id"] for row in migration.splynx.rows("customers/customer")}
    assert {row["customer_id"] for row in migration.splynx.rows("customers/customer-notes")} & new


def test_a_load_that_was_killed_can_be_taken_back_whole(migration: Migration) -> None:
    before = dump(migration.splynx)
    migration.splynx.faults({"match": {"method": "POST|PUT"}, "kind": "delay", "seconds": 0.03})
    process = migration.start(Provider.of(40))
    deadline = time.monotonic() + 60
    while sum(migration.splynx.writes().values()) < 50:
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    migration.splynx.faults()
    assert answer(migration, "rollback", "1")["left"] == []
    assert dump(migration.splynx) == before


def test_an_ended_record_lives_again(migration: Migration, provider: Provider) -> None:
    _on_delete(migration, "end")
    migration.run(provider)
    kept, provider.lines = provider.lines, provider.lines[:4]
    migration.run(provider.feed(version=2))
    assert [r["status"] for r in migration.splynx.rows("customers/internet-services")].count("disabled") == 1
    assert answer(migration, "rollback", "2")["restored"] == {"services_internet": 1}
    assert {r["status"] for r in migration.splynx.rows("customers/internet-services")} == {"active"}
    provider.lines = kept
    migration.splynx.reset_stats()
    migration.run(provider.feed(version=3))
    assert migration.splynx.writes() == {}


def test_a_deleted_record_cannot_come_back_and_that_is_said(migration: Migration, provider: Provider) -> None:
    _on_delete(migration, "delete")
    migration.run(provider)
    provider.lines = provider.lines[:4]
    migration.run(provider.feed(version=2))
    result = answer(migration, "rollback", "2", exit_code=2)
    (left,) = result["left"]
    assert (left["resource"], left["source_key"], left["reason"]) == ("services_internet", "105", "deleted")


def _on_delete(migration: Migration, policy: str) -> None:
    for path in migration.models.rglob("*.sql"):
        text = path.read_text(encoding="utf-8").replace("on_delete: ignore", f"on_delete: {policy}")
        path.write_text(text, encoding="utf-8")
