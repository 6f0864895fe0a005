"""Kill it anywhere, cut its lines, take its ledger: after running again Splynx is as if nothing had happened."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from singer_feed import Feed
from splynx_runs import PERSON_COLUMNS, Migration, Provider
from target_splynx.errors import MigrationError, WorkspaceBusy
from target_splynx.workspace import locked

Picture = dict[str, list[str]]

POSTS = {"method": "POST", "path_regex": "/admin/(customers|tariffs|config/additional-fields)"}


def run_until_done(migration: Migration, provider: Provider, *, runs: int = 8, **settings: Any) -> int:
    """Run again and again, as an operator would, until everything is written. Returns the number of runs."""
    for number in range(1, runs + 1):
        try:
            ran = migration.run(provider, **settings)
        except MigrationError:
            continue
        if ran.states and not migration.rejects():
            return number
    pytest.fail(f"not done after {runs} runs: {migration.rejects()[:3]}")


@pytest.mark.parametrize(
    "faults",
    [
        [{"kind": "cut_before", "probability": 0.25}],
        [{"kind": "cut_after", "probability": 0.2}, {"kind": "cut_middle", "probability": 0.2}],
        [{"kind": "status", "status": 503, "probability": 0.15}, {"kind": "status", "status": 500, "probability": 0.2, "after": True}],
        [
            {"kind": "html", "probability": 0.1, "after": True},
            {"kind": "html", "status": 200, "probability": 0.1, "after": True},
            {"kind": "empty", "status": 201, "probability": 0.1, "after": True},
            {"kind": "invalid_json", "status": 201, "probability": 0.1, "after": True},
        ],
    ],
    ids=["cut before the commit", "cut after the commit", "errors of the server", "answers that are none"],
)
def test_disturbed_posts_leave_no_duplicate_and_no_gap(faults: list[dict[str, Any]], migration: Migration, undisturbed: Picture) -> None:
    migration.splynx.faults(*({"match": POSTS, "seed": 7 + number, **fault} for number, fault in enumerate(faults)))
    run_until_done(migration, Provider.of(30))
    disturbed = migration.splynx.stats()["faults_by_kind"]
    assert set(disturbed) == {fault["kind"] for fault in faults}
    assert sum(disturbed.values()) > 10
    assert migration.splynx.picture() == undisturbed


def test_answers_that_come_after_the_timeout_leave_no_duplicate(migration: Migration, undisturbed: Picture) -> None:
    migration.splynx.faults({"match": POSTS, "kind": "delay", "seconds": 1.3, "times": 6, "skip": 3})
    run_until_done(migration, Provider.of(30), request_timeout=1)
    assert migration.splynx.picture() == undisturbed


def test_disturbed_puts_and_gets_are_simply_repeated(migration: Migration, undisturbed: Picture) -> None:
    rule = {"probability": 0.15, "seed": 3}
    migration.splynx.faults(
        {"match": {"method": "PUT"}, "kind": "cut_after", **rule}, {"match": {"method": "GET"}, "kind": "cut_before", **rule},
        {"match": {"method": "GET"}, "kind": "invalid_json", **rule}, {"match": {"method": "HEAD"}, "kind": "status", "status": 502, **rule},
    )  # fmt: skip
    run_until_done(migration, Provider.of(30), retry_attempts=4)
    assert migration.splynx.picture() == undisturbed


def test_expired_tokens_are_renewed_without_a_reject(migration: Migration, undisturbed: Picture) -> None:
    migration.splynx.faults(*({"match": POSTS, "kind": "expired_token", "times": 1, "skip": skip} for skip in (1, 9, 20, 41)))
    ran = migration.run(Provider.of(30), auth_method="token")
    assert len(ran.states) == 1
    assert migration.rejects() == []
    assert migration.splynx.picture() == undisturbed


def wait_until(true: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert process.poll() is None, f"the target ended by itself: {process.communicate()}"
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("number", "writes"),
    [
        (signal.SIGKILL, 2),
        (signal.SIGKILL, 12),
        (signal.SIGKILL, 36),
        (signal.SIGKILL, 52),
        (signal.SIGTERM, 12),
        (signal.SIGTERM, 52),
    ],
    ids=["KILL-fields", "KILL-customers", "KILL-patches", "KILL-services", "TERM-customers", "TERM-services"],
)
def test_a_killed_load_is_resumed_without_duplicate_or_loss(number: signal.Signals, writes: int, migration: Migration, undisturbed: Picture) -> None:
    migration.splynx.server.application.traffic.latency_ms = 20
    process = migration.start(Provider.of(30), batch_size=7)
    wait_until(lambda: sum(migration.splynx.writes().values()) >= writes, process)
    process.send_signal(number)
    output, log = process.communicate(timeout=30)
    assert process.returncode != 0
    assert output == "", "no state for rows that are not written"
    assert migration.splynx.picture() != undisturbed
    if number == signal.SIGTERM:
        assert "Stopped by a signal" in log.splitlines()[-1]
        with migration.ledger() as ledger:
            assert ledger.in_doubt() == [], "what was in flight is finished and journalled"
    migration.splynx.server.application.traffic.latency_ms = 0
    assert run_until_done(migration, Provider.of(30)) == 1
    assert migration.splynx.picture() == undisturbed


def test_a_signal_while_reading_ends_at_once_and_writes_nothing(migration: Migration, provider: Provider) -> None:
    config = migration.folder / "config.json"
    config.write_text(json.dumps(migration.config()), encoding="utf-8")
    command = [sys.executable, "-m", "target_splynx", "--config", str(config)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(Feed().stream("people", PERSON_COLUMNS, provider.people).text)
    process.stdin.flush()
    wait_until((migration.workspace / "staging.duckdb").exists, process)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) != 0, "the input is still open: the target must not wait for its end"
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read() == ""
    assert "nothing was written" in process.stderr.read().splitlines()[-1]
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()
    assert migration.splynx.writes() == {}


def forget_ledger(migration: Migration) -> None:
    for path in migration.workspace.glob("ledger.sqlite*"):
        path.unlink()


def test_a_lost_ledger_is_rebuilt_from_the_markers(migration: Migration, undisturbed: Picture) -> None:
    migration.run(Provider.of(30))
    forget_ledger(migration)
    migration.splynx.reset_stats()
    migration.run(Provider.of(30))
    assert {name for name in migration.splynx.writes() if name.startswith("POST")} == set()
    assert migration.splynx.picture() == undisturbed
    assert migration.summary()["customers/people"]["adopted"] == 30
    migration.splynx.reset_stats()
    migration.run(Provider.of(30))
    assert migration.splynx.writes() == {}


def test_a_ledger_that_is_lost_with_the_process_costs_nothing(migration: Migration, undisturbed: Picture) -> None:
    migration.splynx.server.application.traffic.latency_ms = 20
    process = migration.start(Provider.of(30))
    wait_until(lambda: sum(migration.splynx.writes().values()) >= 45, process)
    process.kill()
    process.communicate()
    forget_ledger(migration)
    migration.splynx.server.application.traffic.latency_ms = 0
    run_until_done(migration, Provider.of(30))
    assert migration.splynx.picture() == undisturbed


def test_a_second_run_in_the_same_workspace_is_refused(migration: Migration, provider: Provider) -> None:
    with locked(migration.workspace), pytest.raises(WorkspaceBusy, match=r"Another run works in .*: wait for it, or stop it"):
        migration.run(provider)
    assert migration.splynx.writes() == {}
    assert len(migration.run(provider).states) == 1
