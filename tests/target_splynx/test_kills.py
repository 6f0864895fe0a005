"""Random kills over a load of 100 customers, with each thing that can go wrong beside them: the same Splynx in the end.

The long form, with the shipped models and a hundred kills, is `bench/kills.py`.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from conftest import NOW
from sandbox.splynx.server import SplynxServer
from splynx_runs import Migration, Provider, Splynx, write_models
from test_crash_safety import run_until_done

MOST = {"path_regex": "/admin/(customers|tariffs)"}
FAULTS: dict[str, list[dict[str, Any]]] = {
    "kills only": [],
    "answers cut after the commit": [{"match": {**MOST, "method": "POST"}, "kind": "cut_after", "probability": 0.05}],
    "server errors": [
        {"match": MOST, "kind": "status", "status": 502, "probability": 0.025},
        {"match": MOST, "kind": "status", "status": 500, "probability": 0.025, "after": True},
    ],
    "expired tokens": [{"match": MOST, "kind": "expired_token", "probability": 0.02}],
    "a lost ledger": [],
}
FAULTS["everything"] = [rule for rules in FAULTS.values() for rule in rules]
LOST = {"a lost ledger", "everything"}


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What Splynx holds after a load that nothing disturbed."""
    folder = tmp_path_factory.mktemp("calm")
    with SplynxServer(now=NOW) as server:
        undisturbed = Migration(folder, Splynx(server), write_models(folder / "models"))
        undisturbed.run(Provider.of(100))
        return undisturbed.splynx.picture()


@pytest.mark.parametrize("fault", FAULTS)
def test_random_kills_leave_nothing_twice_and_nothing_out(fault: str, migration: Migration, calm: dict[str, list[str]]) -> None:
    provider = Provider.of(100)
    chance = random.Random(fault)
    migration.settings.update(auth_method="token", retry_attempts=4, parallel_workers=8)
    migration.splynx.server.application.traffic.latency_ms = 10
    migration.splynx.faults(*({**rule, "seed": chance.randrange(1000)} for rule in FAULTS[fault]))
    kills = 0
    for number in range(3):
        process = migration.start(provider, batch_size=20)
        before, enough = sum(migration.splynx.writes().values()), chance.randrange(5, 70)
        while process.poll() is None and sum(migration.splynx.writes().values()) - before < enough:
            time.sleep(0.01)
        kills += process.poll() is None
        process.kill()
        output, _ = process.communicate()
        assert output == "", "no state before everything is written"
        if number == 1 and fault in LOST:
            _lose_ledger(migration.workspace)
    assert kills == 3
    run_until_done(migration, provider)
    assert migration.splynx.picture() == calm
    migration.splynx.faults()
    migration.run(provider)
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.writes() == {}


def _lose_ledger(workspace: Path) -> None:
    for path in workspace.glob("ledger.sqlite*"):
        path.unlink()
