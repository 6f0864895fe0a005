"""A plan is looked at, saved and applied exactly as it stands, or refused because something has moved."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from commands import answer, invoke
from splynx_runs import Migration, Provider, add_model


@pytest.fixture
def planned(migration: Migration, provider: Provider) -> Migration:
    """Loaded once; then a change, a new customer with a service, and a dry run."""
    migration.run(provider)
    provider.people[0]["city"] = "Oulu"
    provider.people.append({**provider.people[4], "id": 6, "name": "Person 6", "email": "p6@example.net"})
    provider.lines.append({"id": 106, "person": 6, "plan": 1, "login": "line6"})
    migration.splynx.reset_stats()
    migration.run(provider.feed(version=2), dry_run=True)
    assert migration.splynx.writes() == {}
    return migration


WRITES = {
    "POST /admin/customers/customer": 1,
    "POST /admin/customers/customer/{customer_id}/internet-services": 1,
    "PUT /admin/customers/customer/{id}": 1,
}


def test_a_saved_plan_is_applied_exactly_and_the_next_run_has_nothing_to_do(planned: Migration, provider: Provider) -> None:
    result = answer(planned, "apply")
    assert planned.splynx.writes() == WRITES
    assert (result["run"], result["state"], result["written"]) == (2, "done", 3)
    assert planned.splynx.customers()["1"]["city"] == "Oulu"
    planned.splynx.reset_stats()
    # The dry run passed on no state, so the tap sends the same rows again.
    assert planned.run(provider.feed(version=2)).states
    assert planned.splynx.writes() == {}
    assert answer(planned, "status")["state"] == "done"


def test_the_source_may_move_while_only_what_was_planned_is_applied(planned: Migration, provider: Provider) -> None:
    provider.people[1]["city"] = "Vaasa"
    planned.run(provider.feed(version=3), dry_run=True)
    result = invoke(planned, "apply", "2")
    assert result.exit_code == 1
    assert "Run 3 came after the plan of run 2" in result.output
    assert planned.splynx.writes() == {}


def test_a_plan_is_refused_when_records_were_staged_since(planned: Migration, provider: Provider) -> None:
    (planned.models / "zz").mkdir()  # a run that dies before it plans: the folder is no section
    (planned.models / "zz" / "x.sql").write_text("SELECT 1")
    with pytest.raises(Exception, match="is no section"):
        planned.run(provider.feed(version=3))
    (planned.models / "zz" / "x.sql").unlink()
    result = invoke(planned, "apply")
    assert result.exit_code == 1
    assert "Records have been staged since the plan was made" in result.output
    assert "plan --refresh" in result.output
    assert planned.splynx.writes() == {}


def test_a_plan_is_refused_when_a_model_was_changed_since(planned: Migration) -> None:
    model = planned.models / "customers" / "people.sql"
    model.write_text(model.read_text(encoding="utf-8").replace("'p' || id AS login", "'q' || id AS login"), encoding="utf-8")
    result = invoke(planned, "apply")
    assert (result.exit_code, "models have been changed" in result.output) == (1, True)
    assert planned.splynx.writes() == {}


def test_a_plan_is_refused_when_splynx_moved(planned: Migration) -> None:
    number = planned.splynx.customers()["1"]["id"]
    planned.splynx.call("PUT", f"admin/customers/customer/{number}", {"city": "Pori"})
    planned.splynx.reset_stats()
    result = invoke(planned, "apply")
    assert result.exit_code == 1
    assert f"city of customers {number} was changed" in result.output
    assert planned.splynx.writes() == {}


def test_a_field_that_the_plan_does_not_change_may_move(planned: Migration) -> None:
    number = planned.splynx.customers()["1"]["id"]
    planned.splynx.call("PUT", f"admin/customers/customer/{number}", {"phone": "+358 40 1234567"})
    assert answer(planned, "apply")["state"] == "done"


def test_a_plan_is_refused_when_what_it_creates_is_there_by_now(planned: Migration) -> None:
    body = {"login": "p6", "name": "By hand", "status": "active", "partner_id": 1, "location_id": 1, "category": "person"}
    planned.splynx.call("POST", "admin/customers/customer", {**body, "additional_attributes": {"sonar_id": "6"}})
    planned.splynx.reset_stats()
    result = invoke(planned, "apply")
    assert (result.exit_code, "customers 6 is there by now" in result.output) == (1, True)
    assert planned.splynx.writes() == {}


def test_a_plan_is_applied_once(planned: Migration) -> None:
    answer(planned, "apply")
    result = invoke(planned, "apply")
    assert (result.exit_code, "is done, not a saved plan" in result.output) == (1, True)


def test_a_plan_is_made_again_without_reading_the_source(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    migration.splynx.reset_stats()
    made = answer(migration, "plan", "--refresh", "--detailed-exitcode")
    assert made["operations"] == []
    model = migration.models / "customers" / "people.sql"
    model.write_text(model.read_text(encoding="utf-8").replace("city,", "upper(city) AS city,"), encoding="utf-8")
    made = answer(migration, "plan", "--refresh", "--detailed-exitcode", exit_code=2)
    assert made["summary"]["to_change"] == 5
    assert {(o["payload"]["city"], o["before"]["city"]) for o in made["operations"]} == {("TURKU", "Turku")}
    assert migration.splynx.writes() == {}
    answer(migration, "apply", str(made["run"]))
    assert {row["city"] for row in migration.splynx.customers().values()} == {"TURKU"}


def test_a_plan_without_a_stage_says_where_rows_come_from(migration: Migration) -> None:
    result = invoke(migration, "plan", "--refresh")
    assert result.exit_code == 1
    assert "Nothing was ever staged" in result.output and "meltano run" in result.output


def test_the_plan_of_one_account_follows_references(migration: Migration, provider: Provider) -> None:
    migration.run(provider, dry_run=True)
    found = answer(migration, "plan", "--account", "1")["operations"]
    assert sorted((o["resource"], o["source_key"]) for o in found) == [
        ("customer_info", "1"), ("customers", "1"), ("services_internet", "101"),
    ]  # fmt: skip
    migration.run(provider.feed(version=2))
    provider.lines[0]["login"] = "renamed"
    provider.lines[1]["login"] = "other"
    migration.run(provider.feed(version=3), dry_run=True)
    (only,) = answer(migration, "plan", "--account", "1")["operations"]
    assert (only["source_key"], only["payload"]) == ("101", {"login": "renamed"})


def test_the_plan_ends_with_a_line_of_counts(planned: Migration) -> None:
    text = invoke(planned, "plan").output
    assert "2 to create, 1 to change, 0 to end." in text
    assert "Saved as run 2: `splynx-migration apply` carries it out." in text
    assert "+ customers 6  person 6" in text and "    city: 'Turku' → 'Oulu'" in text
    older = invoke(planned, "plan", "--run", "1", "--resource", "tariffs_internet").output
    assert "2 to create" in older and "Fibre 1000" in older


def test_refusals_are_sent_again_after_retry_only(migration: Migration, provider: Provider) -> None:
    refuse = {"match": {"method": "POST", "path_regex": "/admin/customers/customer$"}, "kind": "status", "status": 422, "times": 5}
    migration.splynx.faults(refuse)
    migration.run(provider)
    migration.splynx.faults()
    migration.splynx.reset_stats()
    migration.run(provider.feed(version=2))
    assert migration.splynx.writes() == {}

    rows = answer(migration, "rejects", exit_code=2)
    first = next(row for row in rows if row["source_key"] == "1" and row["resource"] == "customers")
    assert (first["id"], first["reason"], first["payload"]["login"]) == ("customers/people:1", "refused", "p1")
    blocked = next(row for row in rows if row["source_key"] == "101")
    assert blocked["blocked_by"] == "customers/people:1"

    result = answer(migration, "retry", "customers/people:3", exit_code=2)
    assert result["state"] == "done"
    assert list(migration.splynx.customers()) == ["3"]
    answer(migration, "retry", "--resource", "customers")
    assert sorted(migration.splynx.customers()) == ["1", "2", "3", "4", "5"]
    assert answer(migration, "rejects") == []


def test_rejects_are_exported_whole_and_passwords_masked(migration: Migration, provider: Provider) -> None:
    model = migration.models / "services" / "lines.sql"
    text = model.read_text(encoding="utf-8").replace(
        "'active' AS status", "'hunter2' AS password, CASE WHEN l.id = 101 THEN '=off' ELSE 'active' END AS status"
    )
    model.write_text(text, encoding="utf-8")
    migration.run(provider)
    (row,) = answer(migration, "rejects", exit_code=2)
    assert (row["field"], row["value"], row["payload"]["password"]) == ("status", "=off", "***")
    exported = invoke(migration, "rejects", "--csv")
    assert exported.exit_code == 2
    assert "hunter2" not in exported.output and "'=off" in exported.output
    assert "hunter2" not in invoke(migration, "plan").output


def test_models_are_listed_with_what_they_read_and_wait_for(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    found = {row["model"]: row for row in answer(migration, "models")}
    lines = found["services/lines"]
    assert (lines["inputs"], lines["rows"], lines["mode"]) == (["lines"], 5, "create")
    assert {"customers/people", "catalogue/plans"} <= set(lines["waits_for"])
    text = invoke(migration, "models").output
    assert "customer_info (patch)" in text


def test_a_model_shows_a_row_and_where_its_fields_come_from(migration: Migration, provider: Provider) -> None:
    migration.run(provider, dry_run=True)
    migration.splynx.reset_stats()
    (row,) = answer(migration, "models", "--show", "people", "--key", "2")
    fields: dict[str, Any] = {entry["field"]: entry for entry in row["fields"]}
    assert (fields["login"]["value"], fields["login"]["sql"]) == ("p2", "'p' || id")
    assert row["next_run"]["action"] == "create"
    (line,) = answer(migration, "models", "--show", "services/lines", "--account", "2")
    assert line["source_key"] == "102"
    assert next(e for e in line["fields"] if e["field"] == "customer_id")["planned"]
    assert migration.splynx.writes() == {}
    assert len(answer(migration, "plan")["operations"]) > 10, "the saved plan is still there"
    for arguments, words in ((["--show", "nothing", "--key", "1"], "There is no model"), (["--show", "people", "--key", "77"], "yields no row")):
        result = invoke(migration, "models", *arguments)
        assert (result.exit_code, words in result.output) == (1, True)


def test_a_second_reading_of_the_same_model_needs_no_run(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    add_model(migration.models, "customers/labels", "-- resource: labels\nSELECT 'x' AS source_key, 'x' AS label, '#fff' AS color")
    assert "The next run" in invoke(migration, "models", "--show", "people", "--account", "1").output


def test_a_killed_apply_is_refused_and_a_new_plan_finishes_it(migration: Migration) -> None:
    provider = Provider.of(40)
    migration.run(provider, dry_run=True)
    migration.splynx.faults({"match": {"method": "POST|PUT"}, "kind": "delay", "seconds": 0.03})
    environment = {f"TARGET_SPLYNX_{name}".upper(): str(value) for name, value in migration.config().items()}
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("splynx-migration")), "apply"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while sum(migration.splynx.writes().values()) < 60:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.kill()
    process.communicate()
    migration.splynx.faults()
    result = invoke(migration, "apply")
    assert (result.exit_code, "It was interrupted while it wrote" in result.output) == (1, True)
    answer(migration, "plan", "--refresh")
    assert answer(migration, "apply")["state"] == "done"
    picture = migration.splynx.picture()
    assert len(picture["people"]) == len(picture["services"]) == 40
    migration.splynx.reset_stats()
    migration.run(provider.feed(version=2))
    assert migration.splynx.writes() == {}
