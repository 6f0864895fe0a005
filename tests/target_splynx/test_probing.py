"""Records that Splynx lists nowhere (worklogs and comments of tasks) are found again among the ids that were given since."""

from __future__ import annotations

from typing import Any

import pytest

from splynx_runs import KEY, SECRET, Splynx
from target_splynx.contract.resource import resources
from target_splynx.ledger.entries import Operation
from target_splynx.loading.execute import Executor
from target_splynx.loading.probing import GAP, can_be_probed
from target_splynx.modelling.library import shipped_folder
from target_splynx.modelling.model import read_model
from target_splynx.splynx.auth import authentication
from target_splynx.splynx.client import Client

WORKLOGS = read_model(shipped_folder("sonar") / "scheduling" / "worklogs.sql")


@pytest.fixture
def client(splynx: Splynx) -> Client:
    return Client(splynx.url, authentication("basic", api_key=KEY, api_secret=SECRET))


@pytest.fixture
def task(splynx: Splynx) -> int:
    return int(splynx.call("POST", "admin/scheduling/tasks", {
        "title": "Install", "address": "", "partner_id": 1, "project_id": 1, "priority": "priority_medium", "is_scheduled": 0, "workflow_status_id": 1,
    })["id"])  # fmt: skip


def worked(task: int, hour: int) -> dict[str, Any]:
    day = "2026-11-02"
    return {"task_id": task, "user_id": 1, "started_at": f"{day} {hour:02}:00:00", "stopped_at": f"{day} {hour:02}:30:00", "time_spent": 1800}


def doubt(payload: dict[str, Any]) -> Operation:
    return Operation(model=WORKLOGS.name, resource="tasks_worklogs", source_key="7", action="create", payload=payload, id=1)


def add(splynx: Splynx, payload: dict[str, Any]) -> str:
    return str(splynx.call("POST", "admin/scheduling/tasks-worklogs", payload)["id"])


def executor(client: Client, newest: int = 0) -> Executor:
    made = Executor(client, retry_attempts=1, wait_seconds=0.01)
    made.know("tasks_worklogs", str(newest))
    return made


def test_which_resources_are_read_by_id_only() -> None:
    assert {"tasks_worklogs", "tasks_comments", "tasks_attachments"} == {name for name, each in resources().items() if can_be_probed(each)}


def test_what_was_made_before_a_kill_is_found(client: Client, splynx: Splynx, task: int) -> None:
    for hour in range(3):
        add(splynx, worked(task, hour))
    made = add(splynx, worked(task, 9))
    outcome = executor(client, newest=2).resolve(WORKLOGS, doubt(worked(task, 9)))
    assert outcome is not None and outcome.splynx_id == made
    assert executor(client).resolve(WORKLOGS, doubt(worked(task, 9))) is not None, "also when the ledger knows none"


def test_what_was_not_made_is_made_anew(client: Client, splynx: Splynx, task: int) -> None:
    add(splynx, worked(task, 1))
    assert executor(client, newest=1).resolve(WORKLOGS, doubt(worked(task, 9))) is None


def test_ids_that_are_gone_do_not_hide_it(client: Client, splynx: Splynx, task: int) -> None:
    gone = [add(splynx, worked(task, 1)) for _ in range(GAP - 1)]
    made = add(splynx, worked(task, 9))
    for each in gone:
        splynx.call("DELETE", f"admin/scheduling/tasks-worklogs/{each}")
    outcome = executor(client).resolve(WORKLOGS, doubt(worked(task, 9)))
    assert outcome is not None and outcome.splynx_id == made


def test_a_lost_answer_is_looked_up_above_what_was_known(client: Client, splynx: Splynx, task: int) -> None:
    """The same work, entered by hand long ago, is not taken for it."""
    by_hand = int(add(splynx, worked(task, 9)))
    splynx.faults({"match": {"method": "POST"}, "kind": "cut_after", "times": 1})
    outcome = executor(client, newest=by_hand).carry_out(WORKLOGS, doubt(worked(task, 9)), {})
    assert outcome.state == "done" and outcome.splynx_id == str(by_hand + 1)
    assert len(splynx.rows("scheduling/tasks-worklogs")) == 2
