"""Scheduling: single records from Sonar's field to Splynx's, and what becomes of dirt (research/mapping.md §11)."""

from __future__ import annotations

import json
from typing import Any

import pytest

JOBS, TODOS, EVENTS = "scheduling/jobs", "scheduling/todos", "scheduling/event_tasks"
CHECKLISTS, DONE = "scheduling/checklists", "scheduling/checklists_done"
ALL = (
    JOBS, TODOS, EVENTS, CHECKLISTS, DONE, "scheduling/worklogs", "scheduling/comments", "scheduling/attachments",
    "scheduling/task_templates",
)  # fmt: skip


@pytest.fixture
def office(bench: Any, provider: Any) -> Any:
    """Two technicians, one who left, and a job type with a template."""
    for number, (login, name, enabled) in enumerate((("dana", "Dana Diaz", True), ("ed", "Ed Ek", True), ("gary", "Gone Gary", False)), start=1):
        bench.add("users", id=number, username=login, name=name, email_address=f"{login}@example.com", enabled=enabled, is_sonar_staff=False, super_admin=False)
    bench.add("task_templates", id=1, name="Installation checklist")
    for order, task in ((2, "Photo of the mount"), (1, "Align the radio")):
        bench.add("task_template_items", task_template_id=1, task=task, list_order=order, completion_type="BOOLEAN")
    bench.add("job_types", id=1, name="Installation", default_length_in_minutes=180, all_companies=True, company_ids=[], enabled=True, task_template_id=1)
    return bench


def job(bench: Any, account: int | None, **values: Any) -> int:
    """An open job of the first day of December, nine o'clock in Chicago."""
    return int(bench.add(
        "jobs",
        **{
            "job_type_id": 1, "jobbable_type": "Account", "jobbable_id": account, "length_in_minutes": 90, "complete": False,
            "scheduled_datetime": "2026-12-01T15:00:00+00:00", "user_ids": [1], "created_by_user_id": 2,
        } | values,
    ))  # fmt: skip


def home(bench: Any, account: int) -> None:
    bench.add(
        "addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL", serviceable=True, line1="2 Oak St", line2="Unit B",
        city="Baraboo", subdivision="US_WI", zip="53913", latitude="43.471", longitude="-89.744",
    )  # fmt: skip


def test_an_open_job_is_exactly_the_same(office: Any, provider: Any) -> None:
    account = provider.account("Jane Roe", company_id=2)
    home(office, account)
    office.add("services", id=50, name="Standard install", type="ONETIME", application="DEBIT", amount=9900)
    office.add("custom_fields", id=1, name="Gate code", entity_type="Job", type="TEXT")
    number = job(office, account, user_ids=[1, 2], ticket_id=None)
    office.add("job_services", job_id=number, service_id=50, quantity=1)
    office.add("custom_field_data", custom_field_id=1, customfielddataable_type="Job", customfielddataable_id=number, value="4711")
    row = office.run(*ALL).row(JOBS, f"job:{number}")
    assert row.fine, row.values["_reject"]
    assert row.title == "Installation - Jane Roe"
    assert (row.address, row.gps) == ("2 Oak St, Unit B, Baraboo, WI, 53913", "43.471,-89.744")
    assert row.related_customer_id == office.made("customers", account)
    assert row.partner_id == office.made("partners", 2)
    assert row.location_id == 1
    assert row.project_id == office.made("scheduling_projects", "job_type:1")
    assert (row.priority, row.workflow_status_id) == ("priority_medium", 11)
    assert (row.assigned_to, row.assignee) == ("assigned_to_administrator", office.made("administrators", 1))
    assert row.watchers == [office.made("administrators", 2)]
    assert (row.is_scheduled, row.scheduled_from, row.formatted_duration) == (True, "2026-12-01 09:00:00", "1h 30m")
    assert (row.created_at, row.resolved_at, row.closed) == ("2025-03-01 12:00:00", None, False)
    assert row.reporter_id == office.made("administrators", 2)
    assert row.description == "Crew: Dana Diaz, Ed Ek<br>Sold with it: 1 × Standard install"
    assert row.additional_attributes == {"gate_code": "4711"}
    assert row.values["_account"] == str(account)


def test_nobody_is_notified(office: Any, provider: Any) -> None:
    job(office, provider.account())
    office.add("tasks", taskable_type="Account", taskable_id=1, task="Call back", complete=False)
    office.add("scheduled_events", account_id=1, event="ADD_PRICE_OVERRIDE", complete=False, datetime="2026-12-05T18:00:00+00:00")
    office.run(*ALL)
    for model in (JOBS, TODOS, EVENTS):
        assert [row.notification_enabled for row in office.results[model]] == ["0"], model


def test_summer_time_is_respected(office: Any, provider: Any) -> None:
    number = job(office, provider.account(), scheduled_datetime="2027-07-01T14:00:00+00:00")
    assert office.run(*ALL).row(JOBS, f"job:{number}").scheduled_from == "2027-07-01 09:00:00"


@pytest.mark.parametrize(("minutes", "told"), [(45, "45m"), (120, "2h"), (95, "1h 35m"), (0, "3h"), (None, "3h")])
def test_duration(office: Any, provider: Any, minutes: int | None, told: str) -> None:
    number = job(office, provider.account(), length_in_minutes=minutes)
    assert office.run(*ALL).row(JOBS, f"job:{number}").formatted_duration == told


def test_a_completed_job(office: Any, provider: Any) -> None:
    number = job(
        office, provider.account(), complete=True, completed_successfully=False, completion_datetime="2026-11-02T20:30:00+00:00",
        completed_by_user_id=2, completion_notes="Mast < 3 m\nno line of sight", user_ids=[1, 2],
    )  # fmt: skip
    row = office.run(*ALL).row(JOBS, f"job:{number}")
    assert (row.workflow_status_id, row.closed, row.resolved_at) == (13, True, "2026-11-02 14:30:00")
    assert row.watchers is None, "nobody is told of comments on finished work"
    assert row.description.split("<br>") == [
        "Crew: Dana Diaz, Ed Ek", "Completed without success 2026-11-02 14:30 by Ed Ek", "Mast &lt; 3 m", "no line of sight",
    ]  # fmt: skip


def test_a_job_somebody_has_checked_in_to_is_in_progress(office: Any, provider: Any) -> None:
    number = job(office, provider.account())
    office.add("job_check_ins", job_id=number, user_id=1, check_in_datetime="2026-12-01T15:00:00+00:00")
    office.run(*ALL)
    assert office.row(JOBS, f"job:{number}").workflow_status_id == 12
    assert office.row("scheduling/worklogs", 1).values["_skip"] == "check-in that is still open"


def test_a_job_of_people_who_left_is_anyones(office: Any, provider: Any) -> None:
    number = job(office, provider.account(), user_ids=[3])
    row = office.run(*ALL).row(JOBS, f"job:{number}")
    assert (row.assigned_to, row.assignee, row.watchers) == ("assigned_to_anyone", None, None)
    assert row.description == "Crew: Gone Gary"


def test_who_left_does_not_keep_others_from_leading(office: Any, provider: Any) -> None:
    number = job(office, provider.account(), user_ids=[3, 1])
    row = office.run(*ALL).row(JOBS, f"job:{number}")
    assert row.assignee == office.made("administrators", 1)
    assert row.description == "Crew: Dana Diaz, Gone Gary"


def test_a_job_without_a_time(office: Any, provider: Any) -> None:
    number = job(office, provider.account(), scheduled_datetime=None, user_ids=[])
    row = office.run(*ALL).row(JOBS, f"job:{number}")
    assert (row.is_scheduled, row.scheduled_from, row.assigned_to) == (False, None, "assigned_to_anyone")


def test_a_job_at_a_site(office: Any) -> None:
    office.add("network_sites", id=7, name="Ridge Tower", company_id=1, geopoint="43.1,-89.2")
    office.add("addresses", addressable_type="NetworkSite", addressable_id=7, line1="Tower Rd", city="Viroqua")
    number = job(office, 7, jobbable_type="NetworkSite")
    row = office.run(*ALL).row(JOBS, f"job:{number}")
    assert (row.title, row.address, row.gps, row.related_customer_id) == ("Installation - Ridge Tower", "Tower Rd, Viroqua", "43.1,-89.2", None)
    assert row.values["_account"] is None


def test_jobs_of_accounts_that_are_left_out_are_left_out_by_the_same_rule(office: Any, provider: Any) -> None:
    number = job(office, provider.account(archived_at="2025-01-01T00:00:00+00:00"))
    assert office.run(*ALL).row(JOBS, f"job:{number}").values["_skip"] == "account left out (archived account)"


def test_old_jobs_can_be_left_out(office: Any, provider: Any) -> None:
    account = provider.account()
    old = job(office, account, complete=True, completion_datetime="2024-05-01T20:00:00+00:00")
    still_open = job(office, account, scheduled_datetime="2024-05-01T20:00:00+00:00")
    office.add("notes", noteable_type="Job", noteable_id=old, message="Done", user_id=1)
    office.set(jobs_from="2025-01-01")
    office.run(*ALL)
    assert office.row(JOBS, f"job:{old}").values["_skip"] == "completed before jobs_from"
    assert office.row("scheduling/comments", "note:1").values["_skip"] == "completed before jobs_from"
    assert office.row(JOBS, f"job:{still_open}").fine


@pytest.mark.parametrize(
    ("values", "code"), [({"jobbable_id": 999}, "job_owner_missing"), ({"jobbable_id": None}, "job_owner_missing"), ({"job_type_id": 99}, "job_type_missing")]
)
def test_dirty_jobs(office: Any, provider: Any, values: dict[str, Any], code: str) -> None:
    number = job(office, provider.account(), **values)
    assert office.run(*ALL).row(JOBS, f"job:{number}").reject_code == code


def test_job_types_become_projects(office: Any) -> None:
    office.add("job_types", id=2, name="installation", default_length_in_minutes=60, all_companies=False, company_ids=[2], enabled=False)
    office.add("job_types", id=3, name="IT", default_length_in_minutes=60, all_companies=True, company_ids=[], enabled=True)
    office.run(*ALL)
    first, second, third = (office.row("scheduling/projects", f"job_type:{number}") for number in (1, 2, 3))
    assert (first.title, second.title, third.title) == ("Installation", "installation (#2)", "IT (#3)")
    assert first.workflow_id == 4
    assert first.type_id == office.made("scheduling_project_types", "sonar")
    assert first.category_id == office.made("scheduling_project_categories", "sonar")
    assert first.partner_ids == [1, office.made("partners", 2)]
    assert second.partner_ids == [office.made("partners", 2)]
    assert office.row("scheduling/task_templates", "job_type:1").task_checklist_template_id == office.made("scheduling_checklist_templates", 1)
    assert office.row("scheduling/task_templates", "job_type:2").values["_skip"] == "disabled job type"


def test_one_project_for_all_jobs(office: Any, provider: Any) -> None:
    office.set(task_projects_by="single")
    number = job(office, provider.account())
    office.run(*ALL)
    assert [row.title for row in office.results["scheduling/projects"]] == ["Jobs"]
    assert office.row(JOBS, f"job:{number}").project_id == office.made("scheduling_projects", "jobs")


def test_task_templates_become_checklist_templates(office: Any) -> None:
    office.add("task_templates", id=2, name="Empty")
    office.run("scheduling/checklist_templates")
    row = office.row("scheduling/checklist_templates", 1)
    assert (row.title, row.items) == ("Installation checklist", [{"name": "Align the radio"}, {"name": "Photo of the mount"}])
    assert office.row("scheduling/checklist_templates", 2).values["_skip"] == "task template without tasks"


STAGED_BY_NUMBER = [{"id": 21, "title": "Neu", "stage": 1, "position": 1}, {"id": 22, "title": "Fertig", "stage": 3, "position": 2}]
WITHOUT_STAGES = [{"id": 33, "title": "Z", "position": 3}, {"id": 31, "title": "X", "position": 1}, {"id": 32, "title": "Y", "position": 2}]
WITHOUT_IDS = [{"title": "New", "stage": "new"}, {"title": "Done", "stage": "done"}]


@pytest.mark.parametrize(
    ("items", "chosen", "expected"),
    [
        (STAGED_BY_NUMBER, {}, [21, 21, 22]),
        (WITHOUT_STAGES, {}, [31, 32, 33]),
        (WITHOUT_IDS, {}, [1, 2, 3]),
        (WITHOUT_IDS, {"new": "41", "in_progress": "42", "done": "43"}, [41, 42, 43]),
    ],
)
def test_the_statuses_of_the_workflow_in_every_form(
    office: Any, provider: Any, items: list[dict[str, Any]], chosen: dict[str, str], expected: list[int]
) -> None:
    """What a workflow's items look like is not documented: each form leads to the same states."""
    office.connection.execute("UPDATE splynx.scheduling_workflow SET items = ?", [json.dumps(items)]).fetchall()
    office.set(task_status_map=chosen)
    account = provider.account()
    new, busy, done = job(office, account), job(office, account), job(office, account, complete=True)
    office.add("job_check_ins", job_id=busy, user_id=1, check_in_datetime="2026-12-01T15:00:00+00:00")
    office.run(*ALL)
    assert [office.row(JOBS, f"job:{number}").workflow_status_id for number in (new, busy, done)] == expected


def test_the_workflow_can_be_named(office: Any) -> None:
    office.connection.execute("INSERT INTO splynx.scheduling_workflow VALUES (NULL, 5, 'Field work', '[]')").fetchall()
    office.set(task_workflow="field work")
    assert office.run(*ALL).row("scheduling/projects", "job_type:1").workflow_id == 5


def test_without_a_workflow_the_projects_say_what_to_do(office: Any) -> None:
    office.set(task_workflow="nowhere")
    assert office.run(*ALL).row("scheduling/projects", "job_type:1").reject_code == "workflow_missing"


def test_check_ins_become_worklogs(office: Any, provider: Any) -> None:
    number = job(office, provider.account())
    for user, start, end in (
        (1, "2026-11-01T06:30:00+00:00", "2026-11-01T07:30:00+00:00"),
        (3, "2026-11-02T15:00:00+00:00", "2026-11-02T15:01:00+00:00"),
        (1, "2026-11-02T15:00:00+00:00", "2026-11-02T15:00:59+00:00"),
        (1, "2026-11-02T15:00:00+00:00", "2026-11-02T14:00:00+00:00"),
    ):
        office.add("job_check_ins", job_id=number, user_id=user, check_in_datetime=start, check_out_datetime=end)
    office.add("job_check_ins", job_id=999, user_id=1, check_in_datetime="2026-11-02T15:00:00+00:00", check_out_datetime="2026-11-02T16:00:00+00:00")
    office.run(*ALL)
    rows = [office.row("scheduling/worklogs", key) for key in range(1, 6)]
    assert rows[0].task_id == office.made("scheduling_tasks", f"job:{number}")
    assert (rows[0].user_id, rows[0].time_spent, rows[0].description) == (office.made("administrators", 1), 3600, None)
    # The night on which the clock goes back: an hour was worked, the clock shows none.
    assert (rows[0].started_at, rows[0].stopped_at) == ("2026-11-01 01:30:00", "2026-11-01 01:30:00")
    assert (rows[1].user_id, rows[1].time_spent, rows[1].description) == (office.made("administrators", "technical"), 60, "Work of Gone Gary")
    assert rows[2].values["_skip"] == "shorter than a minute"
    assert [rows[3].reject_code, rows[4].reject_code] == ["check_out_before_check_in", "job_missing"]


def test_notes_on_jobs_become_comments(office: Any, provider: Any) -> None:
    number = job(office, provider.account())
    office.add(
        "notes", noteable_type="Job", noteable_id=number, message="<b>Dog</b> in yard", user_id=1, priority="STICKY", created_at="2026-07-01T12:00:00+00:00"
    )
    office.add("notes", noteable_type="Job", noteable_id=number, message="a & b", user_id=3, priority="NORMAL")
    office.add("notes", noteable_type="Account", noteable_id=1, message="not here", user_id=1)
    office.run(*ALL)
    first, second = office.results["scheduling/comments"]
    assert (first.source_key, first.task_id) == ("note:1", office.made("scheduling_tasks", f"job:{number}"))
    assert (first.user_id, first.comment, first.is_pinned, first.created_at) == (
        office.made("administrators", 1),
        "<b>Dog</b> in yard",
        True,
        "2026-07-01 07:00:00",
    )
    assert (second.user_id, second.comment, second.is_pinned) == (office.made("administrators", "technical"), "Gone Gary: a &amp; b", False)


def test_todos_of_a_job_become_its_checklist(office: Any, provider: Any) -> None:
    number = job(office, provider.account())
    office.add("tasks", taskable_type="Job", taskable_id=number, task="Speed test", list_order=2, complete=False, due="2026-12-01")
    office.add(
        "tasks", taskable_type="Job", taskable_id=number, task="Align the radio", list_order=1, complete=True,
        completed_at="2026-11-30T20:00:00+00:00", completed_by_user_id=1,
    )  # fmt: skip
    office.run(*ALL)
    assert [(row.source_key, row.name) for row in office.results[CHECKLISTS]] == [
        ("2", "Align the radio, done 2026-11-30 14:00, Dana Diaz"), ("1", "Speed test, due 2026-12-01"),
    ]  # fmt: skip
    assert {row.task_id for row in office.results[CHECKLISTS]} == {office.made("scheduling_tasks", f"job:{number}")}
    (done,) = office.results[DONE]
    assert (done.id, done.checked) == (office.made("tasks_checklist", 2), True)


def test_other_todos_become_tasks(office: Any, provider: Any) -> None:
    account = provider.account("Jane Roe")
    ticket = office.add("tickets", subject="No signal", ticketable_type="Account", ticketable_id=account)
    home(office, account)
    office.add("tasks", taskable_type="Account", taskable_id=account, task="Call back", complete=False, due="2026-12-04", user_id=1)
    office.add(
        "tasks", taskable_type="Ticket", taskable_id=ticket, task="Order a part, and then call the customer about the appointment of next week", complete=True,
        completed_at="2026-11-10T18:00:00+00:00", completed_by_user_id=3, user_id=3,
    )  # fmt: skip
    office.run(*ALL)
    first, second = office.row(TODOS, "task:1"), office.row(TODOS, "task:2")
    assert (first.title, first.related_customer_id, first.assignee) == ("Call back", office.made("customers", account), office.made("administrators", 1))
    assert (first.description, first.is_scheduled, first.closed, first.workflow_status_id) == ("Due: 2026-12-04", False, False, 11)
    assert first.project_id == office.made("scheduling_projects", "todos")
    assert first.address.startswith("2 Oak St")
    assert second.title == "Order a part, and then call the customer about the appointment…"
    assert (second.closed, second.workflow_status_id, second.resolved_at, second.assigned_to) == (True, 13, "2026-11-10 12:00:00", "assigned_to_anyone")
    assert second.description.split("<br>") == [
        "Order a part, and then call the customer about the appointment of next week", f"Ticket in Sonar: #{ticket} No signal",
        "For: Gone Gary", "Completed 2026-11-10 12:00 by Gone Gary",
    ]  # fmt: skip
    assert second.related_customer_id == office.made("customers", account)


def test_todos_of_devices_and_sites(office: Any, provider: Any) -> None:
    account = provider.account()
    home(office, account)
    office.add("network_sites", id=7, name="Ridge Tower", company_id=1)
    office.add("inventory_models", id=5, name="LiteBeam")
    device = office.add("inventory_items", inventory_model_id=5, inventoryitemable_type="Address", inventoryitemable_id=1, status="FUNCTIONAL")
    office.add("tasks", taskable_type="InventoryItem", taskable_id=device, task="Swap", complete=False)
    office.add("tasks", taskable_type="NetworkSite", taskable_id=7, task="Mow", complete=False)
    office.run(*ALL)
    assert office.row(TODOS, "task:1").related_customer_id == office.made("customers", account)
    assert office.row(TODOS, "task:1").description == f"Item {device} LiteBeam"
    assert (office.row(TODOS, "task:2").title, office.row(TODOS, "task:2").related_customer_id) == ("Mow", None)


@pytest.mark.parametrize("kind", ["Account", "Ticket", "Job", "InventoryItem", "NetworkSite"])
def test_todos_of_nothing_are_rejected(office: Any, kind: str) -> None:
    office.add("tasks", taskable_type=kind, taskable_id=99, task="Lost", complete=False)
    office.run(*ALL)
    row = office.row(CHECKLISTS, 1) if kind == "Job" else office.row(TODOS, "task:1")
    assert row.reject_code == "todo_owner_missing"


def test_a_todo_without_text_is_left_out(office: Any, provider: Any) -> None:
    office.add("tasks", taskable_type="Account", taskable_id=provider.account(), task="<p> </p>", complete=False)
    assert office.run(*ALL).row(TODOS, "task:1").values["_skip"] == "to-do without text"


def test_planned_changes_become_tasks(office: Any, provider: Any) -> None:
    account = provider.account("Jane Roe")
    event = office.add(
        "scheduled_events", account_id=account, event="ADD_PRICE_OVERRIDE", complete=False, datetime="2026-12-06T03:00:00+00:00", description="Loyalty < 10 %",
    )  # fmt: skip
    row = office.run(*ALL).row(EVENTS, f"event:{event}")
    assert row.related_customer_id == office.made("customers", account)
    assert (row.is_scheduled, row.scheduled_from, row.priority) == (True, "2026-12-05 09:00:00", "priority_high")
    assert "Loyalty &lt; 10 %" in row.description and "Jane Roe" in row.title


def test_a_job_for_a_move_is_at_the_new_address(office: Any, provider: Any) -> None:
    account = provider.account()
    home(office, account)
    new = office.add("addresses", type="PHYSICAL", line1="7 Elm St", city="Viroqua", subdivision="US_WI", zip="54665", latitude="43.55", longitude="-90.88")
    move = office.add("serviceable_address_account_assignment_futures", account_id=account, address_id=new, target_date="2026-12-03", note="Keys at <b>4</b>")
    number = job(office, account, serviceable_address_account_assignment_future_id=move, user_ids=[])
    office.run(*ALL)
    row = office.row(JOBS, f"job:{number}")
    assert (row.address, row.gps) == ("7 Elm St, Viroqua, WI, 54665", "43.55,-90.88")
    assert row.description == "Moves in on 2026-12-03: Keys at 4"
    assert office.results[EVENTS] == [], "the job tells of the move"


def test_a_move_without_a_job_becomes_a_task(office: Any, provider: Any) -> None:
    account, other = provider.account("Jane Roe"), provider.account("Sam Poe")
    new = office.add("addresses", type="PHYSICAL", line1="7 Elm St", city="Viroqua")
    for owner in (account, other, 999):
        office.add("serviceable_address_account_assignment_futures", account_id=owner, address_id=new, target_date="2026-12-03")
    office.add("scheduled_events", account_id=other, event="ASSIGN_SERVICEABLE_ADDRESS", complete=False, datetime="2026-12-03T18:00:00+00:00")
    office.run(*ALL)
    row = office.row(EVENTS, "move:1")
    assert (row.title, row.address, row.scheduled_from) == ("Move to another address - Jane Roe", "7 Elm St, Viroqua", "2026-12-03 09:00:00")
    assert row.related_customer_id == office.made("customers", account) and "7 Elm St" in row.description
    assert office.row(EVENTS, "move:2").values["_skip"] == "planned move: told by the planned change of that day"
    assert office.row(EVENTS, "move:3").reject_code == "account_missing"


@pytest.mark.parametrize("items", ["", "null", '{"1": {"id": 9}}'])
def test_a_workflow_that_does_not_tell_its_items(office: Any, provider: Any, items: str) -> None:
    office.connection.execute("UPDATE splynx.scheduling_workflow SET items = ?", [items]).fetchall()
    number = job(office, provider.account())
    assert office.run(*ALL).row(JOBS, f"job:{number}").workflow_status_id == 1


def test_files_of_jobs_become_attachments(office: Any, provider: Any) -> None:
    number = job(office, provider.account())
    office.add("files", fileable_type="Job", fileable_id=number, filename="mast.jpg", mime_type="image/jpeg", user_id=1, content_path="/files/1.jpg")
    office.add("files", fileable_type="Job", fileable_id=number, filename="roof.jpg", mime_type="image/jpeg", user_id=3)
    office.run(*ALL)
    first, second = office.results["scheduling/attachments"]
    assert (first.task_id, first.user_id) == (office.made("scheduling_tasks", f"job:{number}"), office.made("administrators", 1))
    assert (first.values["_file_path"], first.values["_file_name"], first.fine) == ("/files/1.jpg", "mast.jpg", True)
    assert second.reject_code == "file_not_read", "the others of this run came with their bytes"
