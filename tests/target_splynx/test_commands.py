"""`splynx-migration`: what it shows, as text and as JSON, and its exit codes: 0 fine, 1 failed, 2 differences or rejects."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from splynx_runs import KEY, SECRET, Migration, Provider, write_models
from target_splynx.changed_by import with_authors
from target_splynx.cli import main
from target_splynx.splynx.query import Query
from target_splynx.verify import Difference


@pytest.fixture
def command(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command with the settings of the migration in the environment."""
    monkeypatch.chdir(migration.folder)
    for name, value in migration.config().items():
        monkeypatch.setenv(f"TARGET_SPLYNX_{name.upper()}", str(value))

    def invoke(*arguments: str, code: int = 0, **environment: str) -> Result:
        result = CliRunner().invoke(main, list(arguments), env={f"TARGET_SPLYNX_{n.upper()}": v for n, v in environment.items()})
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return invoke


def test_status_shows_the_last_run(command: Any, migration: Migration, provider: Provider) -> None:
    assert "No run yet." in command("status").output
    assert json.loads(command("status", "--json").stdout) is None
    migration.run(provider)
    text = command("status").output
    assert "Run 1 (done)" in text
    row = next(line for line in text.splitlines() if " people " in line)
    assert row.split("people")[1].split()[:-1] == ["5", "5", "0", "5", "0", "0", "0", "0", "0", "0"], "read, to create, to change, created, …"
    shown = json.loads(command("status", "--json").stdout)
    assert (shown["state"], shown["records"]["customers/people"]) == ("done", 5)
    people = next(r for r in shown["rows"] if r["model"] == "customers/people")
    assert (people["read"], people["to_create"], people["created"], people["unchanged"], people["rejected"]) == (5, 5, 5, 0, 0)


def test_plan_shows_what_would_be_written(command: Any, migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    provider.people[0]["city"] = "Åbo"
    provider.people[1]["email"] = "nonsense"
    provider.people.append({"id": 9, "name": "New", "email": None, "city": None, "contact": None, "parent": None, "seen": None})
    migration.run(provider, dry_run=True)
    text = command("plan").output
    assert "~ customers 1  person 1\n    city: 'Turku' → 'Åbo'" in text
    assert "+ customers 9  person 9" in text
    assert "! customers 2  person 2\n    invalid_email: " in text
    assert "1 to create, 1 to change, 0 to end, 1 rejected." in text
    shown = json.loads(command("plan", "--json", "--resource", "customers", "--key", "1").stdout)
    assert [(o["action"], o["payload"], o["before"]) for o in shown["operations"]] == [("update", {"city": "Åbo"}, {"city": "Turku"})]


def test_rejects_tell_reason_and_remedy_and_exit_with_2(command: Any, migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    assert "Nothing was rejected." in command("rejects").output
    provider.people[0] |= {"email": "=nonsense", "name": "=cmd()"}
    provider.people[2]["email"] = "bad"
    migration.run(provider)
    text = command("rejects", code=2).output
    assert "invalid_email" in text
    assert "Correct the address at the source." in text
    shown = json.loads(command("rejects", "--json", "--reason", "invalid_email", code=2).stdout)
    assert {(r["section"], r["resource"], r["source_key"], r["field"]) for r in shown} == {("customers", "customers", key, "email") for key in "13"}
    rows = list(csv.DictReader(io.StringIO(command("rejects", "--csv", code=2).stdout)))
    assert {row["reason"] for row in rows} == {"invalid_email"}
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row.values() if cell), "no spreadsheet takes a cell for a formula"
    assert json.loads(command("rejects", "--json", "--reason", "other").stdout) == []


def test_verify_reads_splynx_back(command: Any, migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    assert "Splynx holds every managed field as it was applied." in command("verify").output
    clean = json.loads(command("verify", "--json").stdout)
    assert clean["differences"] == []
    assert clean["resources"]["customers"]["records"] == 5
    assert clean["resources"]["services_internet"]["records"] == 5
    customers = migration.splynx.customers()
    migration.splynx.call("PUT", f"admin/customers/customer/{customers['2']['id']}", {"city": "Elsewhere", "phone": "1"})
    service = next(r for r in migration.splynx.rows("customers/internet-services") if r["customer_id"] == customers["3"]["id"])
    migration.splynx.call("DELETE", f"admin/customers/customer/{customers['3']['id']}/internet-services--{service['id']}")
    found = json.loads(command("verify", "--json", code=2).stdout)
    assert {(d["resource"], d["source_key"], d["field"], d["applied"], d["found"]) for d in found["differences"]} == {
        ("customers", "2", "city", "Turku", "Elsewhere"), ("services_internet", "103", "", "there", None),
    }  # fmt: skip
    assert "Elsewhere" in command("verify", code=2).output


def test_verify_tells_when_and_by_whom_a_status_was_changed(command: Any, migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    customers = migration.splynx.customers()
    for status in ("active", "blocked"):
        migration.splynx.call("PUT", f"admin/customers/customer/{customers['2']['id']}", {"status": status})
    migration.splynx.call("PUT", f"admin/customers/customer/{customers['4']['id']}", {"city": "Elsewhere"})
    found = json.loads(command("verify", "--json", code=2).stdout)["differences"]
    told = {(each["source_key"], each["field"]): each["changed"] for each in found}
    assert told == {("2", "status"): "2026-11-15 12:00:00, not by an administrator", ("4", "city"): ""}
    migration.splynx.faults({"match": {"path_regex": "logs/changes"}, "kind": "status", "status": 403})
    found = json.loads(command("verify", "--json", code=2).stdout)["differences"]
    assert [each["changed"] for each in found] == ["", ""], "without the right to the log the rest is told all the same"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"service_id": 9, "tariff_type": "internet", "new_status": "stopped", "administrator_id": 3}, "2026-11-20 08:15:00 by administrator 3"),
        ({"service_id": 9, "tariff_type": "voice", "new_status": "stopped", "administrator_id": 3}, ""),
        ({"service_id": 9, "tariff_type": "internet", "new_status": "active", "administrator_id": 3}, ""),
    ],
)
def test_the_log_s_entry_must_fit_the_service(entry: dict[str, Any], told: str) -> None:
    class Log:
        def pages(self, path: str, query: Query) -> list[dict[str, Any]]:
            assert (path, query.main) == ("/admin/logs/changes", {"service_id": ("IN", ["9"])})
            return [{"id": 1, "date": "2026-11-20", "time": "08:15:00", **entry}]

    log: Any = Log()
    stopped = Difference("services_internet", "103", "9", "status", "active", "stopped")
    bundle = Difference("services_internet", "104", "10", "ipv4", ["a"], ["b"])
    assert [each.changed for each in with_authors(log, [stopped, bundle])] == [told, ""]


def test_verify_takes_the_last_word_of_several_models_of_a_record(command: Any, migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    provider.people[3]["parent"] = 1
    migration.run(provider)
    assert migration.splynx.customers()["4"]["parent_id"] == migration.splynx.customers()["1"]["id"]
    command("verify")


def test_verify_asks_nothing_of_what_went_with_a_deleted_record(command: Any, migration: Migration, provider: Provider) -> None:
    write_models(migration.models, on_delete="delete")
    migration.run(provider)
    provider.people, provider.lines = provider.people[1:], provider.lines[1:]
    provider.people[0]["parent"] = None
    migration.run(provider.feed(version=2))
    assert "1" not in migration.splynx.customers()
    told = json.loads(command("verify", "--json").stdout)
    assert told["differences"] == []
    assert "customer_info" not in told["resources"], "the only one that was written belonged to the deleted customer"


def test_check_finds_missing_rights(command: Any, migration: Migration) -> None:
    _switch_off_issuing(migration)
    assert "answers and takes the credentials" in command("check").output
    findings = json.loads(command("check", "--json").stdout)
    assert not any(finding["ok"] is False for finding in findings)
    migration.splynx.reset_stats()
    migration.splynx.faults({"match": {"method": "HEAD", "path_regex": "tariffs/internet"}, "kind": "status", "status": 403})
    bad = [f for f in json.loads(command("check", "--json", code=2).stdout) if f["ok"] is False]
    assert [finding["what"].split(":")[0] for finding in bad] == ["tariffs_internet"]
    assert "Give the API key this right" in bad[0]["remedy"]
    assert migration.splynx.writes() == {}


def _switch_off_issuing(migration: Migration) -> None:
    migration.splynx.call("PUT", "admin/config/config?module=finance&path=settings", {"enable_automatic_issuing": "0"})


@pytest.mark.parametrize("name", ["check", "verify"])
def test_wrong_credentials_are_one_line_and_exit_code_1(name: str, command: Any) -> None:
    result = command(name, code=1, api_secret="wrong-secret")
    assert result.output.startswith("Error: Splynx at ")
    assert "refuses the credentials (401)" in result.output
    assert len(result.output.splitlines()) == 1
    assert "wrong-secret" not in result.output
    assert SECRET not in result.output
    assert f"'{KEY}'" not in result.output


def test_a_ledger_of_another_splynx_is_refused(command: Any, migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    assert "The ledger belongs to" in command("status", code=1, api_url="https://other.example.net").output


@pytest.mark.parametrize("name", ["check", "docs", "plan", "purge", "rejects", "status", "verify", "watch"])
def test_help_teaches(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert "--json" in result.output
    assert len(result.output) > 200


def test_verify_follows_references(command: Any, migration: Migration, provider: Provider) -> None:
    """The parent of another customer is deleted by hand."""
    migration.run(provider)
    clean = json.loads(command("verify", "--json").stdout)
    assert clean["resources"]["services_internet"]["references"] >= 10
    parent = migration.splynx.customers()["1"]["id"]
    migration.splynx.call("DELETE", f"admin/customers/customer/{parent}")
    found = json.loads(command("verify", "--json", code=2).stdout)["differences"]
    assert ("customers", "1", "") in {(d["resource"], d["source_key"], d["field"]) for d in found}, "it is gone itself"
    lost = [(d["source_key"], d["field"], d["applied"], d["found"]) for d in found if str(d["found"]).startswith("no such")]
    assert ("2", "parent_id", str(parent), "no such customers") in lost


def test_verify_of_a_sample_asks_for_few_and_counts_the_rest(command: Any, migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    migration.splynx.reset_stats()
    found = json.loads(command("verify", "--sample", "2", "--json").stdout)
    assert {name: checked["records"] for name, checked in found["resources"].items()} == {
        "additional_fields": 2, "tariffs_internet": 2, "customers": 2, "customer_info": 1, "services_internet": 2,
    }  # fmt: skip
    asked = migration.splynx.stats()["by_operation"]
    assert sum(n for name, n in asked.items() if name.startswith("HEAD")) >= 3
    assert not (migration.workspace / "verify").exists(), "a sample is no proof of the whole"
    last = max(int(row["id"]) for row in migration.splynx.customers().values())
    migration.splynx.call("DELETE", f"admin/customers/customer/{last}")
    told = json.loads(command("verify", "--sample", "1", "--json", code=2).stdout)["differences"]
    assert {(d["resource"], d["field"], d["applied"], d["found"]) for d in told} >= {("customers", "number of records", 5, 4)}
