"""The server around it: faults, statistics, keep-alive, snapshots, equal dumps, the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.faults import FaultRule, FaultRuleError, Traffic
from sandbox.splynx.server import SplynxServer

AUTH = ("sandbox-key", "sandbox-secret")
PATH = "admin/customers/customer"


def faults(server: SplynxServer, *rules: dict[str, Any]) -> None:
    answer = requests.put(server.url + "/_sandbox/faults", json=list(rules), timeout=5)
    assert answer.status_code == 200, answer.text


def count(server: SplynxServer) -> int:
    return len(server.splynx.table("customers/customer"))


def post(server: SplynxServer) -> requests.Response:
    return requests.post(server.api + PATH, json={"name": "Ada"}, auth=AUTH, timeout=2)


def test_cut_before_does_nothing_and_cut_after_has_done_it(api: Any) -> None:
    server = api.server
    for kind, made in (("cut_before", 0), ("cut_after", 1)):
        faults(server, {"kind": kind, "match": {"method": "POST", "path_regex": "customers/customer$"}, "times": 1})
        with pytest.raises(requests.ConnectionError):
            post(server)
        assert count(server) == made
    assert post(server).status_code == 201


@pytest.mark.parametrize(("rule", "status", "kind"), [
    ({"kind": "status", "status": 503, "headers": {"Retry-After": "1"}}, 503, "application/json"),
    ({"kind": "html"}, 502, "text/html"), ({"kind": "expired_token"}, 401, "application/json"),
    ({"kind": "empty"}, 200, ""), ({"kind": "invalid_json"}, 200, "application/json"),
])  # fmt: skip
def test_wrong_answers(api: Any, rule: dict[str, Any], status: int, kind: str) -> None:
    faults(api.server, {**rule, "times": 1, "match": {"operation_regex": "^POST /admin/customers/customer$"}})
    answer = post(api.server)
    assert (answer.status_code, answer.headers.get("Content-Type", "").split(";")[0]) == (status, kind)
    assert count(api.server) == 0
    assert answer.headers.get("Retry-After") == rule.get("headers", {}).get("Retry-After")
    faults(api.server, {**rule, "times": 1, "after": True})
    assert post(api.server).status_code == status
    assert count(api.server) == 1


def test_slow_answers_skips_and_probabilities(api: Any) -> None:
    faults(api.server, {"kind": "delay", "seconds": 0.3, "skip": 1, "times": 1})
    assert post(api.server).elapsed.total_seconds() < 0.25
    assert post(api.server).elapsed.total_seconds() > 0.25
    faults(api.server, {"kind": "status", "probability": 0.5, "seed": 3})
    statuses = [post(api.server).status_code for _ in range(30)]
    assert 5 < statuses.count(500) < 25
    shown = requests.get(api.server.url + "/_sandbox/faults", timeout=5).json()
    assert (shown[0]["matched"], shown[0]["fired"]) == (30, statuses.count(500))


def test_rules_that_are_not_understood_are_refused_and_the_old_ones_stay(api: Any) -> None:
    faults(api.server, {"kind": "status", "match": {"path_regex": "never"}})
    for rules in ([{"kind": "explode"}], [{"kind": "status", "colour": 1}], [{"kind": "html", "match": {"path_regex": "("}}], {}):
        answer = requests.put(api.server.url + "/_sandbox/faults", json=rules, timeout=5)
        assert answer.status_code == 422
    assert len(requests.get(api.server.url + "/_sandbox/faults", timeout=5).json()) == 1
    with pytest.raises(FaultRuleError, match="unknown kind"):
        FaultRule.from_json({"kind": "x"})
    assert Traffic(rules=[{"kind": "html"}]).rules[0].kind == "html"


def test_statistics_show_operations_statuses_and_keep_alive(api: Any) -> None:
    for _ in range(5):
        api.customer()
    api.get(f"{PATH}/1")
    stats = api.stats()
    assert stats["by_operation"] == {"GET /admin/customers/customer/{id}": 1, "POST /admin/customers/customer": 5}
    assert (stats["requests"], stats["by_status"], stats["connections_used"]) == (6, {"200": 1, "201": 5}, 1)
    assert (stats["requests_per_connection"], stats["in_flight"]) == (6.0, 0)
    requests.post(api.server.url + "/_sandbox/reset-stats", timeout=5)
    assert api.stats()["requests"] == 0


def test_a_snapshot_survives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with SplynxServer(snapshot_file=file) as server:
        body = {"name": "Ada", "additional_attributes": {}}
        requests.post(server.api + PATH, json=body, auth=AUTH, timeout=5)
        before = requests.get(server.url + "/_sandbox/dump", timeout=5).json()
    with SplynxServer(snapshot_file=file) as server:
        assert requests.get(server.url + "/_sandbox/dump", timeout=5).json() == before
        assert post(server).json() == {"id": 2}


def test_two_servers_that_were_told_the_same_dump_the_same() -> None:
    dumps = []
    for _ in range(2):
        with SplynxServer() as server:
            post(server)
            dumps.append(requests.get(server.url + "/_sandbox/dump?volatile=0", timeout=5).text)
    assert dumps[0] == dumps[1]


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_the_command_prints_its_url_and_stops_on_sigterm(tmp_path: Path) -> None:
    taxes = tmp_path / "taxes.json"
    taxes.write_text('[{"id": 3, "name": "County", "rate": 5.5}]')
    snapshot = tmp_path / "state.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.splynx.command", "--key", "k", "--secret", "s", "--taxes", str(taxes),
         "--snapshot", str(snapshot), "--now", "2026-11-15"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        assert first.startswith("Splynx sandbox: http://127.0.0.1:")
        url = first.split()[-1] + "/api/2.0/admin/config/taxes"
        assert requests.get(url, auth=("k", "s"), timeout=5).json()[0]["name"] == "County"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        process.stdout.close()
    assert snapshot.exists()


def test_requests_that_come_together_count_as_concurrent(api: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    api.server.application.traffic.latency_ms = 30
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: post(api.server), range(12)))
    stats = api.stats()
    assert 2 <= stats["max_concurrency"] <= 4
    assert len({row.values["login"] for row in api.server.splynx.table("customers/customer")}) == 12
