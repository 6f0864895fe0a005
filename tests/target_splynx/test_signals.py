"""How a run ends when it is stopped, or cannot begin: soon, with one clear last line, no state, and nothing half done."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from singer_feed import Feed
from splynx_runs import PERSON_COLUMNS, PLAN_COLUMNS, Migration, Provider, add_model
from target_splynx.errors import StageError
from test_crash_safety import run_until_done, wait_until

TERM, INT = signal.SIGTERM, signal.SIGINT


def piped(migration: Migration, **settings: Any) -> subprocess.Popen[str]:
    """The target with its input open, as Meltano holds it."""
    config = migration.folder / "config.json"
    config.write_text(json.dumps(migration.config(**settings)), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "target_splynx", "--config", str(config)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def send(process: subprocess.Popen[str], signals: list[signal.Signals]) -> None:
    for number in signals:
        process.send_signal(number)
        time.sleep(0.05)


def ended(process: subprocess.Popen[str], seconds: float = 20) -> str:
    """Its last line, after a wait that is not for ever."""
    process.wait(timeout=seconds)
    assert process.stdout is not None
    assert process.stderr is not None
    output, log = process.stdout.read(), process.stderr.read()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    assert process.returncode == 1, log
    assert output == "", "no state"
    assert "Traceback" not in log
    return log.splitlines()[-1]


STOPS = pytest.mark.parametrize("signals", [[TERM], [INT], [TERM, TERM], [INT, TERM]], ids=["TERM", "INT", "TERM twice", "INT and TERM"])


@STOPS
def test_a_signal_while_reading(signals: list[signal.Signals], migration: Migration, provider: Provider) -> None:
    process = piped(migration)
    assert process.stdin is not None
    process.stdin.write(Feed().stream("people", PERSON_COLUMNS, provider.people).text)
    process.stdin.flush()
    wait_until((migration.workspace / "staging.duckdb").exists, process)
    time.sleep(0.3)
    send(process, signals)
    assert "Stopped by a signal while reading: nothing was written" in ended(process)
    assert migration.splynx.writes() == {}


@STOPS
def test_a_signal_while_planning(signals: list[signal.Signals], migration: Migration, provider: Provider) -> None:
    """A list that Splynx is slow to give keeps the plan waiting."""
    migration.splynx.call(
        "POST", "admin/customers/customer", {"name": "x", "login": "x", "status": "active", "partner_id": 1, "location_id": 1, "category": "person"}
    )
    migration.splynx.reset_stats()
    migration.splynx.faults({"match": {"method": "GET", "path_regex": "/customers/customer$"}, "kind": "delay", "seconds": 2})
    process = migration.start(provider)
    wait_until(lambda: migration.splynx.stats()["faults_by_kind"].get("delay", 0) > 0, process)
    send(process, signals)
    assert "Stopped by a signal while planning: nothing was written" in ended(process)
    assert migration.splynx.writes() == {}


@STOPS
def test_a_signal_while_loading(signals: list[signal.Signals], migration: Migration, undisturbed: dict[str, list[str]]) -> None:
    migration.splynx.server.application.traffic.latency_ms = 30
    process = migration.start(Provider.of(30), batch_size=7)
    wait_until(lambda: sum(migration.splynx.writes().values()) >= 20, process)
    send(process, signals)
    assert "Stopped by a signal: what had begun is finished" in ended(process)
    with migration.ledger() as ledger:
        assert ledger.in_doubt() == []
        assert (ledger.last_run() or {})["state"] == "stopped"
    migration.splynx.server.application.traffic.latency_ms = 0
    assert run_until_done(migration, Provider.of(30)) == 1
    assert migration.splynx.picture() == undisturbed


def test_a_signal_while_splynx_asks_for_patience(migration: Migration, undisturbed: dict[str, list[str]]) -> None:
    migration.splynx.faults(
        {"match": {"method": "POST", "path_regex": "/customers/customer$"}, "kind": "status", "status": 429,
         "headers": {"Retry-After": "60"}, "skip": 10},
    )  # fmt: skip
    process = migration.start(Provider.of(30))
    wait_until(lambda: migration.splynx.stats()["by_status"].get("429", 0) > 0, process)
    time.sleep(0.2)
    send(process, [TERM])
    assert "Stopped by a signal" in ended(process, seconds=10)
    migration.splynx.faults()
    assert run_until_done(migration, Provider.of(30)) == 1
    assert migration.splynx.picture() == undisturbed


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [({"api_secret": "wrong"}, "refuses the credentials (401)"), ({"api_url": "http://127.0.0.1:9"}, "does not answer")],
    ids=["key", "address"],
)
def test_a_wrong_setting_is_told_within_seconds_while_the_tap_still_writes(settings: dict[str, str], sentence: str, migration: Migration) -> None:
    process = piped(migration, **settings)
    assert process.stdin is not None
    began = time.monotonic()
    process.stdin.write(Feed().schema("people", PERSON_COLUMNS).text)
    line = Feed().record("people", id=1, name="x" * 200).text
    sent = 0
    while process.poll() is None and time.monotonic() - began < 30:
        process.stdin.write(line)
        sent += 1
    assert time.monotonic() - began < 20
    for _ in range(20_000):  # somebody reads on: the tap's pipe does not break
        process.stdin.write(line)
    process.stdin.flush()
    assert sentence in ended(process)


BOOKMARK = {"bookmarks": {"people": {"replication_key": "seen", "replication_key_value": "2026-11-01T00:00:00Z"}}}


def test_a_tap_that_goes_on_from_its_state_is_refused_by_an_empty_workspace(migration: Migration, provider: Provider) -> None:
    feed = Feed().schema("people", PERSON_COLUMNS).state(BOOKMARK)
    for row in provider.people:
        feed.record("people", **row)
    feed.stream("plans", PLAN_COLUMNS, provider.plans).state(BOOKMARK)
    add_model(migration.models, "customers/nothing", "-- resource: partners\nSELECT '1' AS source_key, 'New' AS name")
    process = migration.start(feed)
    line = ended(process)
    assert "goes on from an earlier state (people), but workspace" in line
    assert "--full-refresh" in line
    assert migration.splynx.writes() == {}


def test_a_tap_that_goes_on_from_its_state_is_welcome_in_the_workspace_of_its_earlier_runs(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    feed = Feed().schema("people", PERSON_COLUMNS).state(BOOKMARK).record("people", **{**provider.people[0], "city": "Oulu"}).state(BOOKMARK)
    assert len(migration.run(feed).states) == 1
    assert migration.splynx.customers()["1"]["city"] == "Oulu"


def test_the_refusal_stands_after_a_refusal(migration: Migration, provider: Provider) -> None:
    feed = Feed().schema("people", PERSON_COLUMNS).state(BOOKMARK).record("people", **provider.people[0]).state(BOOKMARK)
    for _ in range(2):
        with pytest.raises(StageError, match="is empty"):
            migration.run(feed)


def test_what_the_tap_writes_to_a_file_needs_no_reader(migration: Migration, provider: Provider, tmp_path: Path) -> None:
    process = migration.start(provider, api_secret="wrong")
    assert "refuses the credentials" in ended(process)


@pytest.mark.parametrize(
    ("fault", "settings", "said"),
    [
        ({"kind": "status", "status": 503}, {}, r"does not answer as it should.*\(HTTP 503.*run again when it is up"),
        ({"kind": "expired_token"}, {"auth_method": "token"}, r"no longer accepts the credentials \(401\)"),
    ],
    ids=["down", "token"],
)
def test_a_splynx_that_fails_while_planning(fault: dict[str, Any], settings: dict[str, Any], said: str, migration: Migration, provider: Provider) -> None:
    migration.splynx.faults({"match": {"method": "GET|OPTIONS", "path_regex": "/admin/(customers|tariffs)"}, **fault})
    process = migration.start(provider, retry_attempts=1, **settings)
    assert re.search(said, ended(process))
    assert migration.splynx.writes().keys() <= {"POST /admin/auth/tokens"}
    migration.splynx.faults()
    assert run_until_done(migration, provider) == 1
