"""One run at a time per ledger, ledgers of older versions, and what both databases have to agree on."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from postgres_server import drop_connections
from splynx_runs import Migration, Provider
from target_splynx.errors import LedgerBusy, LedgerError
from target_splynx.ledger import hold as holding
from target_splynx.ledger.entries import Operation
from target_splynx.ledger.store import Ledger, sqlite_url
from target_splynx.ledger.tables import VERSION

SPLYNX = "https://splynx.example.net"
STORED = Path(__file__).parent / "data" / "ledger-version-1.sql"
HOLDS = """
import sys, time
from target_splynx.ledger.store import Ledger
ledger = Ledger(sys.argv[1], splynx="https://splynx.example.net")
ledger.hold("/srv/other")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return sqlite_url(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue("postgres"))


def another_process(url: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDS, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_who_comes_second_is_told_who_is_there_and_gets_it_after_a_crash(url: str) -> None:
    other = another_process(url)
    ledger = Ledger(url, splynx=SPLYNX)
    try:
        with pytest.raises(LedgerBusy, match=rf"process {other.pid}, workspace /srv/other, since 20\d\d-"):
            ledger.start_run(dry_run=False, settings={})
        assert ledger.last_run() is None, "looking is allowed"
        other.send_signal(signal.SIGKILL)
        other.wait()
        end = time.monotonic() + 10
        while True:
            try:
                ledger.hold()
                break
            except LedgerBusy:
                assert time.monotonic() < end
                time.sleep(0.05)
        holder = ledger.holder()
        assert holder is not None
        assert holder.process == os.getpid()
    finally:
        other.kill()
        other.communicate()
        ledger.close()


def test_a_ledger_is_free_again_when_it_is_closed(url: str) -> None:
    for _ in range(2):
        ledger = Ledger(url, splynx=SPLYNX)
        ledger.hold()
        ledger.hold()
        ledger.close()


def test_who_lost_the_database_and_with_it_the_ledger_does_not_write_on(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "PROBE_SECONDS", 0.0)
    ledger = Ledger(postgres, splynx=SPLYNX)
    run = ledger.start_run(dry_run=False, settings={})
    planned = Operation("a/b", "customers", "1", "create", {}, id=1)
    ledger.add_operations(run, [planned])
    drop_connections(postgres)
    with pytest.raises(LedgerError, match="the right to write"):
        ledger.mark_sent([planned])
    ledger.close()


def test_keys_sort_by_code_points_in_both_databases(url: str) -> None:
    ledger = Ledger(url, splynx=SPLYNX)
    run = ledger.start_run(dry_run=False, settings={})
    keys = ["B", "a", "Z", "ä", "a--1", "a 1", "A", "10", "9"]
    from test_ledger import done, operation

    made = [operation(number, key) for number, key in enumerate(keys, 1)]
    ledger.add_operations(run, made)
    ledger.settle(run, [done(o, str(o.id)) for o in made])
    assert [r.source_key for r in ledger.all_records()] == sorted(keys)
    ledger.close()


# -- older versions ----------------------------------------------------------------------------------------------


def is_like_a_new_one(url: str) -> bool:
    """The same columns as a ledger that was made today."""
    engine = sa.create_engine(url)
    inspected = sa.inspect(engine)
    from target_splynx.ledger.tables import metadata

    found = {t: {c["name"] for c in inspected.get_columns(t)} for t in inspected.get_table_names()}
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'version'").scalar()
    engine.dispose()
    return found == {name: set(table.c.keys()) for name, table in metadata.tables.items()} and version == str(VERSION)


def test_a_ledger_of_version_1_is_brought_up_to_date_and_nothing_is_lost(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.executescript(STORED.read_text(encoding="utf-8"))
    connection.close()
    ledger = Ledger(sqlite_url(tmp_path), splynx=SPLYNX)
    assert ledger.count_records()["customers/people"] == 2
    assert ledger.records("services/lines", ["101"])["101"].path == {"customer_id": 1}
    assert [o.state for o in ledger.operations(1)] == ["done"] * 11
    run = ledger.start_run(dry_run=False, settings={})
    ledger.add_operations(run, [Operation("a/b", "customers", "1", "adopt", {}, id=ledger.next_operation_id(), matched_by="login")])
    assert [o.matched_by for o in ledger.operations(run)] == ["login"]
    ledger.close()
    assert is_like_a_new_one(sqlite_url(tmp_path))


def test_a_ledger_of_version_1_on_postgresql_too(postgres: str) -> None:
    ledger = Ledger(postgres, splynx=SPLYNX)
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE operations DROP COLUMN matched_by")
        connection.exec_driver_sql('ALTER TABLE records ALTER COLUMN source_key TYPE VARCHAR(255) COLLATE "default"')
        connection.exec_driver_sql("UPDATE meta SET value = '1' WHERE key = 'version'")
    ledger.close()
    Ledger(postgres, splynx=SPLYNX).close()
    assert is_like_a_new_one(postgres)
    engine = sa.create_engine(postgres)
    (column,) = [c for c in sa.inspect(engine).get_columns("records") if c["name"] == "source_key"]
    assert column["type"].collation == "C"
    engine.dispose()


def test_a_migration_waits_for_nobody_and_disturbs_nobody(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.executescript(STORED.read_text(encoding="utf-8"))
    connection.close()
    engine = sa.create_engine(sqlite_url(tmp_path))
    held = holding.take(engine)
    with pytest.raises(LedgerBusy):
        Ledger(sqlite_url(tmp_path), splynx=SPLYNX)
    held.release()
    engine.dispose()
    Ledger(sqlite_url(tmp_path), splynx=SPLYNX).close()


# -- whole runs --------------------------------------------------------------------------------------------------


def wait_for_writes(migration: Migration, process: subprocess.Popen[str], number: int) -> None:
    end = time.monotonic() + 60
    while sum(migration.splynx.writes().values()) < number:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


def test_two_workspaces_with_one_ledger_are_refused_and_a_killed_load_goes_on(
    url: str, migration: Migration, undisturbed: dict[str, list[str]], tmp_path: Path
) -> None:
    migration.settings["ledger_url"] = url
    migration.splynx.server.application.traffic.latency_ms = 30
    first = migration.start(Provider.of(30), batch_size=7)
    wait_for_writes(migration, first, 20)
    with pytest.raises(LedgerBusy, match=rf"process {first.pid}, workspace {migration.workspace}"):
        migration.run(Provider.of(30), workspace=str(tmp_path / "elsewhere"))
    first.kill()
    first.communicate()
    migration.splynx.server.application.traffic.latency_ms = 0
    # Another workspace, as in a container that has none of its own: the shared ledger knows what was done.
    ran = migration.run(Provider.of(30), workspace=str(tmp_path / "elsewhere"))
    assert len(ran.states) == 1
    assert migration.splynx.picture() == undisturbed
    migration.splynx.reset_stats()
    migration.run(Provider.of(30))
    assert migration.splynx.writes() == {}
