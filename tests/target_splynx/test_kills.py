"""Random kills over a load of 100 customers, with everything else that can go wrong: the same Splynx in the end.

The long form, with the shipped models and a hundred kills, is `bench/kills.py`.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from conftest import NOW
from sandbox.splynx.server import SplynxServer
from splynx_runs import Migration, Provider, Splynx, write_models
from test_crash_safety import run_until_done

MOST = {"path_regex": "/admin/(customers|tariffs)"}


@pytest.mark.parametrize("seed", [1, 2])
def test_random_kills_faults_and_a_lost_ledger_leave_nothing_twice_and_nothing_out(seed: int, migration: Migration, tmp_path: Path) -> None:
    provider = Provider.of(100)
    with SplynxServer(now=NOW) as server:
        calm = Migration(tmp_path / "calm", Splynx(server), write_models(tmp_path / "calm" / "models"))
        calm.run(provider)
        expected = calm.splynx.picture()
    chance = random.Random(seed)
    migration.settings.update(auth_method="token", retry_attempts=4, parallel_workers=8)
    migration.splynx.server.application.traffic.latency_ms = 10
    migration.splynx.faults(
        {"match": {**MOST, "method": "POST"}, "kind": "cut_after", "probability": 0.02, "seed": seed},
        {"match": MOST, "kind": "status", "status": 502, "probability": 0.025, "seed": seed},
        {"match": MOST, "kind": "status", "status": 500, "probability": 0.025, "after": True, "seed": seed},
        {"match": MOST, "kind": "expired_token", "probability": 0.01, "seed": seed},
    )
    kills = 0
    for lost in (False, True, False):
        process = migration.start(provider, batch_size=20)
        before, enough = sum(migration.splynx.writes().values()), chance.randrange(5, 70)
        while process.poll() is None and sum(migration.splynx.writes().values()) - before < enough:
            time.sleep(0.01)
        kills += process.poll() is None
        process.kill()
        output, _ = process.communicate()
        assert output == "", "no state before everything is written"
        if lost:
            for path in migration.workspace.glob("ledger.sqlite*"):
                path.unlink()
    assert kills == 3
    run_until_done(migration, provider)
    assert migration.splynx.picture() == expected
    migration.splynx.faults()
    migration.run(provider)
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.writes() == {}
