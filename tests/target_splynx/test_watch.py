"""`watch`: a run is seen from outside while it works, and its end is told."""

from __future__ import annotations

import itertools
import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from commands import answer, invoke
from splynx_runs import Migration, Provider
from target_splynx.ledger.entries import Outcome
from target_splynx.ledger.store import Ledger
from target_splynx.loading import progress as progress_of_log
from target_splynx.loading.progress import Progress
from target_splynx.splynx.client import Counters
from target_splynx.watching import pulse
from target_splynx.watching.pulse import Pulse, last_beat
from target_splynx.watching.snapshot import snapshot
from target_splynx.watching.view import Watched


@contextmanager
def watcher(migration: Migration, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`watch` as a process, as in a second terminal."""
    environment = {f"TARGET_SPLYNX_{name}".upper(): str(value) for name, value in migration.config().items()}
    with subprocess.Popen(
        [sys.executable, "-c", "from target_splynx.cli import main; main()", "watch", *options],
        env={"PATH": "/usr/bin:/bin", **environment}, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def slow_down(migration: Migration, seconds: float) -> None:
    migration.splynx.faults({"match": {"method": "POST|PUT"}, "kind": "delay", "seconds": seconds})


def test_a_run_is_followed_to_its_end(migration: Migration) -> None:
    provider = Provider.of(60)
    provider.people[0]["email"] = "nonsense"
    slow_down(migration, 0.1)
    with watcher(migration, "--json", "--every", "0.2") as watching:
        assert watching.stdout is not None
        assert json.loads(watching.stdout.readline())["run"] is None
        running = migration.start(provider, parallel_workers=4)
        seen = [json.loads(line) for line in watching.stdout]
        assert watching.wait(timeout=60) == 2, "rejects"
        assert running.wait(timeout=60) == 0
    working = [look for look in seen if look["state"] == "loading" and look["sections"]]
    assert len(working) > 3
    assert all(a["done"] <= b["done"] for a, b in itertools.pairwise(working))
    assert any(look["per_second"] > 0 and look["seconds_left"] for look in working)
    paces = [(look["requests_per_second"], look["milliseconds_per_request"]) for look in working if look["requests_per_second"]]
    assert paces and max(milliseconds for _, milliseconds in paces) > 50, [look["beat"] for look in working]
    last = seen[-1]
    assert (last["state"], last["over"], last["done"]) == ("done", True, last["total"])
    assert [reject["reason"] for reject in last["rejects"]] == ["invalid_email"]
    assert {section["name"] for section in last["sections"]} == {"foundation", "catalogue", "customers", "services"}


def test_without_a_terminal_it_prints_plain_lines(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    with watcher(migration, "--every", "0.2") as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline().startswith("Run 1 is done")
        assert watching.poll() is None, "it waits for the next run: the last one was over before it came"
        provider.people[0]["city"] = "Åbo"
        migration.run(provider)
        text, _ = watching.communicate(timeout=30)
        assert watching.returncode == 0
    assert "\x1b" not in text
    assert text.splitlines()[-1].startswith("Run 2 is done")


def test_once_shows_the_last_run(migration: Migration, provider: Provider) -> None:
    assert "No run yet" in invoke(migration, "watch", "--once").output
    assert answer(migration, "watch", "--once")["run"] is None
    provider.people[1]["email"] = "nonsense"
    migration.run(provider)
    text = invoke(migration, "watch", "--once").output
    assert "Run 1 is done" in text
    assert "customers" in text
    assert "✗ person 2: invalid_email" in text
    assert answer(migration, "watch", "--once")["rejected"] == 3, "the person, its parent link and its line wait for it"


def test_a_run_whose_process_is_gone_is_told_as_such(migration: Migration, provider: Provider) -> None:
    slow_down(migration, 0.2)
    running = migration.start(Provider.of(40))
    with_ledger = migration.workspace / "ledger.sqlite"
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if with_ledger.exists():
            with migration.ledger() as ledger:
                if (ledger.last_run() or {}).get("state") == "loading":
                    break
        time.sleep(0.1)
    running.kill()
    running.wait()
    look = answer(migration, "watch", "--once")
    assert (look["state"], look["over"], look["alive"]) == ("loading", True, False)
    assert "its process is gone: start it again" in " ".join(invoke(migration, "watch", "--once").output.split())


def test_the_pulse_is_private_small_and_not_too_frequent(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    migration.workspace.mkdir()
    counters = Counters(requests=10, retries=1, seconds=2.5)
    beating = Pulse(migration.workspace, counters)
    beating.beat()
    counters.requests = 20
    beating.beat()
    assert last_beat(migration.workspace).requests == 10, "at most once a second"
    monkeypatch.setattr(pulse, "EVERY_SECONDS", 0.0)
    beating.beat()
    assert last_beat(migration.workspace).requests == 20
    assert (migration.workspace / pulse.FILE).stat().st_mode & 0o777 == 0o600
    (migration.workspace / pulse.FILE).write_text("half a")
    assert last_beat(migration.workspace) is None


def test_the_log_tells_each_section_s_pace(migration: Migration, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    every, *others = Progress.__init__.__defaults__ or ()
    assert every == 5.0
    monkeypatch.setattr(Progress.__init__, "__defaults__", (0.2, *others))
    slow_down(migration, 0.03)
    caplog.set_level(logging.INFO, "target_splynx.loading.progress")
    migration.run(Provider.of(60))
    told = [record for record in caplog.records if record.getMessage().startswith("writing ")]
    assert {getattr(record, "section", None) for record in told} >= {"customers", "in all"}
    one = next(record for record in told if getattr(record, "section", None) == "customers")
    assert 0 < one.done < one.total  # type: ignore[attr-defined]
    assert "s left" in one.getMessage()


def test_the_log_s_rate_is_that_of_writing_lately(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(progress_of_log, "time", SimpleNamespace(monotonic=lambda: now))
    caplog.set_level(logging.INFO, "target_splynx.loading.progress")
    told = Progress(totals={})
    now += 60  # planning
    told.totals = {"customers/people": 10_000}
    told.begin()
    operation: Any = SimpleNamespace(model="customers/people", action="create")

    def write(number: int) -> dict[str, Any]:
        nonlocal now
        for _ in range(number):
            told.settled(Outcome(operation, "done"))
        now += 5
        told.tick()
        return vars(caplog.records[-1])

    first = write(500)
    assert (first["section"], first["done"], first["per_second"], first["seconds_left"]) == ("in all", 500, 100.0, 95)
    for _ in range(progress_of_log.WINDOW):
        write(100)
    assert write(100)["per_second"] == 20.0, "the fast beginning is over"


def test_rates_follow_the_present(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    ledger = Ledger(f"sqlite:///{migration.workspace / 'ledger.sqlite'}", splynx=migration.splynx.url)
    try:
        watched = Watched()
        watched.see(snapshot(ledger, migration.workspace))
    finally:
        ledger.close()
    assert watched.rate() == 0.0
    assert watched.left() == 0.0
    assert watched.requests() is None
    assert not watched.ended, "it was over before we came"
