"""`purge`: no person is left in workspace and ledger; ids, outcomes and hashes are."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from commands import answer, invoke
from splynx_runs import Migration, Provider
from target_splynx.ledger.store import Ledger


def everything(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def rows(migration: Migration, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(migration.workspace / "ledger.sqlite")) as ledger:
        return ledger.execute(query).fetchall()


@pytest.fixture
def migrated(migration: Migration, provider: Provider) -> Migration:
    provider.people[0]["name"] = "Wanda Wanderlust"
    provider.people[2]["email"] = "wanda at nowhere"
    migration.run(provider)
    provider.people[1]["city"] = "Wandaville"
    migration.run(provider)
    return migration


def test_without_yes_it_only_tells(migrated: Migration) -> None:
    found = answer(migrated, "purge")
    assert found["purged"] is False
    assert found["files"]["staging.duckdb"] > 1000
    assert found["rows"]["operations"] > 10
    assert b"Wanda" in everything(migrated.workspace)
    assert "Nothing was wiped" in invoke(migrated, "purge").output


def test_no_person_is_left_and_the_proof_is(migrated: Migration) -> None:
    payload = rows(migrated, "SELECT payload FROM records WHERE model = 'customers/people' AND source_key = '1'")[0][0]
    kept = "SELECT model, source_key, splynx_id, run FROM records ORDER BY 1, 2"
    outcomes = "SELECT id, run, model, source_key, action, state, splynx_id, reason, field, at FROM operations ORDER BY id"
    before = rows(migrated, kept), rows(migrated, outcomes)
    answer(migrated, "purge", "--yes")
    assert b"Wanda" not in everything(migrated.workspace)
    assert b"wanda" not in everything(migrated.workspace)
    assert (rows(migrated, kept), rows(migrated, outcomes)) == before
    digest = rows(migrated, "SELECT payload FROM records WHERE model = 'customers/people' AND source_key = '1'")[0][0]
    assert json.loads(digest) == {"_sha256": hashlib.sha256(payload.encode()).hexdigest()}
    assert {path.name for path in migrated.workspace.iterdir()} <= {"ledger.sqlite", "ledger.sqlite.lock", "lock"}
    assert rows(migrated, "SELECT count(*) FROM runs WHERE summary LIKE '%customers/people%'")[0][0] == 2
    assert answer(migrated, "purge", "--yes")["rows"] == {"records": 0, "operations": 0}, "again, nothing is left to wipe"


def test_a_purged_ledger_compares_with_nothing_any_more(migrated: Migration, provider: Provider) -> None:
    answer(migrated, "purge", "--yes")
    migrated.splynx.reset_stats()
    for command in (["verify"], ["rollback", "2"]):
        result = invoke(migrated, *command)
        assert result.exit_code == 1
        assert "The ledger was purged on" in result.output
    with pytest.raises(Exception, match="The ledger was purged on"):
        migrated.run(provider)
    assert migrated.splynx.writes() == {}
    assert answer(migrated, "status")["state"] == "done"
    migrated.run(provider, workspace=str(migrated.folder / "new"))
    assert not any(name.startswith("POST") for name in migrated.splynx.writes()), "recognised by their markers"


def test_writes_in_doubt_are_settled_first(migrated: Migration) -> None:
    with closing(sqlite3.connect(migrated.workspace / "ledger.sqlite")) as ledger:
        ledger.execute("UPDATE operations SET state = 'sent' WHERE id = (SELECT max(id) FROM operations)")
        ledger.commit()
    result = invoke(migrated, "purge", "--yes")
    assert result.exit_code == 1
    assert "in doubt" in result.output
    assert (migrated.workspace / "staging.duckdb").exists()


def test_what_is_not_ours_is_named_and_left(migrated: Migration) -> None:
    (migrated.workspace / "notes-about-wanda.txt").write_text("mine")
    found = answer(migrated, "purge", "--yes", exit_code=2)
    assert found["left"] == ["notes-about-wanda.txt"]
    assert (migrated.workspace / "notes-about-wanda.txt").exists()


def test_in_postgresql(migration: Migration, provider: Provider, postgres: Any) -> None:
    url = str(postgres)
    provider.people[0]["name"] = "Wanda Wanderlust"
    migration.run(provider, ledger_url=url)
    answer(migration, "purge", "--yes", ledger_url=url)
    ledger = Ledger(url, splynx=migration.splynx.url)
    try:
        run = ledger.last_run()
        assert run is not None
        operations = list(ledger.operations(run["id"]))
    finally:
        ledger.close()
    assert operations
    assert all(operation.payload.keys() == {"_sha256"} and not operation.label for operation in operations)
