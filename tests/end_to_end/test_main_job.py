"""The main job through `meltano run`, as its users run it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import datetime, timezone

import requests

from pipeline import Migrated, Pipeline
from portrait import differences, duplicates, portrait


def test_a_second_run_writes_nothing_and_a_changed_contact_is_one_put_with_the_changed_field(
    migrated: Migrated,
) -> None:
    pipeline = migrated.pipeline
    assert migrated.writes["POST /admin/customers/customer"] > 20
    assert pipeline.meltano("invoke", "target-splynx:verify").returncode == 0

    pipeline.forget()
    pipeline.run()
    assert pipeline.writes() == []

    account, customer = _a_migrated_account(pipeline)
    _change_email(pipeline, account, "brand.new@example.org")
    pipeline.forget()
    pipeline.run()
    assert pipeline.writes() == [("PUT /admin/customers/customer/{id}", 1)]
    (change,) = _last_changes(pipeline)
    assert change == {"email": "brand.new@example.org"}
    shown = requests.get(f"{pipeline.splynx.url}/api/2.0/admin/customers/customer/{customer}", auth=("key", "secret"), timeout=30).json()
    assert shown["email"] == "brand.new@example.org"


def test_a_target_killed_twice_and_a_last_run_leave_the_same_splynx(migrated: Migrated, pipeline: Pipeline) -> None:
    _slow_down(pipeline, 0.02)
    for writes in (60, 260):
        process = pipeline.start("run", "tap-sonar", "target-splynx")
        try:
            _wait_for_writes(pipeline, process, writes)
            _kill_target(process)
            assert process.wait(timeout=120) != 0, pipeline.output.read_text()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    _slow_down(pipeline, 0)

    pipeline.run()
    assert duplicates(pipeline.splynx.url) == []
    found = differences(portrait(pipeline.splynx.url), migrated.portrait)
    assert found == [], "\n".join(found)


def _a_migrated_account(pipeline: Pipeline) -> tuple[int, int]:
    """An account whose main contact's e-mail reached Splynx: (account, customer id)."""
    customers = requests.get(f"{pipeline.splynx.url}/api/2.0/admin/customers/customer", auth=("key", "secret"), timeout=30).json()
    with closing(sqlite3.connect(pipeline.sonar.database)) as sonar:
        for customer in customers:
            account = int((customer["additional_attributes"] or {}).get("sonar_id") or 0)
            rows = sonar.execute(
                "SELECT count(*), min(email_address) FROM \"Contact\" WHERE contactable_type = 'Account' AND contactable_id = ?",
                [account],
            ).fetchone()
            if rows[0] == 1 and rows[1] and rows[1] == customer["email"] and not customer["billing_email"]:
                return account, int(customer["id"])
    raise AssertionError("no account with a single plain contact")


def _change_email(pipeline: Pipeline, account: int, email: str) -> None:
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    with closing(sqlite3.connect(pipeline.sonar.database)) as sonar:
        changed = sonar.execute(
            "UPDATE \"Contact\" SET email_address = ?, updated_at = ? WHERE contactable_type = 'Account' AND contactable_id = ?",
            [email, now, account],
        )
        assert changed.rowcount == 1
        sonar.commit()


def _last_changes(pipeline: Pipeline) -> list[dict[str, object]]:
    import json

    with closing(sqlite3.connect(pipeline.folder / "workspace" / "ledger.sqlite")) as ledger:
        rows = ledger.execute("SELECT payload FROM operations WHERE run = (SELECT max(id) FROM runs) AND state = 'done'").fetchall()
    return [json.loads(text) for (text,) in rows]


def _slow_down(pipeline: Pipeline, seconds: float) -> None:
    rules = [{"match": {"method": "POST|PUT"}, "kind": "delay", "seconds": seconds}] if seconds else []
    answer = requests.put(f"{pipeline.splynx.url}/_sandbox/faults", json=rules, timeout=30)
    assert answer.ok, answer.text


def _wait_for_writes(pipeline: Pipeline, process: subprocess.Popen[bytes], number: int) -> None:
    until = time.monotonic() + 120
    while sum(n for _, n in pipeline.writes()) < number:
        assert process.poll() is None, pipeline.output.read_text()[-3000:]
        assert time.monotonic() < until, "the target wrote nothing"
        time.sleep(0.02)


def _kill_target(meltano: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the target's own process, which Meltano started."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines()[1:]:
        pid, parent, arguments = line.split(None, 2)
        if int(parent) == meltano.pid and "target-splynx" in arguments:
            os.kill(int(pid), signal.SIGKILL)
            return
    raise AssertionError("the target's process was not found")
