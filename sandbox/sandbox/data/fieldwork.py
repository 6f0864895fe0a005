"""Work outside: job types, jobs with check-ins and sold services, to-dos.

Out: rows of JobType, Job, JobCheckIn, JobService, Task, TaskTemplate, TaskTemplateItem, ScheduleAvailability, Geofence.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sandbox.data.clock import stamp
from sandbox.data.context import Context
from sandbox.data.words import NOTE_TEXTS

JOB_TYPES = (
    ("Installation", 180),
    ("Service call", 60),
    ("Disconnect", 45),
    ("Tower maintenance", 240),
    ("Site survey", 30),
)


def make_job_types(context: Context) -> None:
    """Kinds of work, with the template of their to-dos."""
    writer = context.writer
    template_id = writer["TaskTemplate"].add(name="Installation checklist")
    for order, task in enumerate(("Align the radio", "Photo of the mount", "Speed test with customer"), start=1):
        writer["TaskTemplateItem"].add(
            task_template_id=template_id, task=task, list_order=order, completion_type="BOOLEAN"
        )
    for name, minutes in JOB_TYPES:
        job_type_id = writer["JobType"].add(
            name=name, default_length_in_minutes=minutes, all_companies=name != "Tower maintenance", enabled=True,
            color="#16A085", icon="WRENCH759609", action_on_completion="NONE",
            action_on_failure="UPDATE_TICKET_OR_ADD", disconnects_account=name == "Disconnect",
            ticket_status_on_completion="CLOSED", ticket_status_on_failure="OPEN",
            task_template_id=template_id if name == "Installation" else None,
            ticket_group_id_failure=context.named["ticket_group:Field Operations"],
            account_status_id_completion=context.named["status:Active"] if name == "Installation" else None,
        )  # fmt: skip
        context.named[f"job_type:{name}"] = job_type_id
        for company_id in context.company_ids if name != "Tower maintenance" else context.company_ids[:1]:
            writer.relate(("JobType", job_type_id, "companies"), ("Company", company_id, "job_types"))
    fence = writer["Geofence"].add(name="Sauk County")
    writer["ScheduleAvailability"].add(
        name="Weekdays",
        available=True,
        infinite_repetitions=True,
        start_date="2020-01-06",
        weeks_between_repetitions=1,
        geofence_id=fence,
    )


def make_jobs(context: Context) -> None:
    """Past work, a few dozen jobs to come."""
    random = context.random("jobs")
    customers = [account for account in context.accounts if account.kind != "lead"]
    by_account: dict[int, list[int]] = {}
    for ticket_id, account_id in context.ticket_ids:
        if account_id is not None:
            by_account.setdefault(account_id, []).append(ticket_id)
    for index in range(context.volumes.of("Job", at_least=20)):
        if index % 20 == 19:
            add_job(context, random, ("NetworkSite", random.choice(context.site_ids)), "Tower maintenance", None)
            continue
        account = random.choice(customers)
        kind = (
            random.choice(("Installation", "Service call", "Service call", "Site survey"))
            if account.kind != "disconnected"
            else "Disconnect"
        )
        tickets = by_account.get(account.id)
        add_job(
            context,
            random,
            ("Account", account.id),
            kind,
            random.choice(tickets) if tickets and random.random() < 0.4 else None,
        )


def add_job(context: Context, random: Random, owner: tuple[str, int], kind: str, ticket_id: int | None) -> int:
    """One job. One in twenty lies ahead."""
    writer = context.writer
    ahead = random.random() < 0.05
    start = (
        context.now + timedelta(hours=random.randint(20, 500))
        if ahead
        else context.now - timedelta(hours=random.randint(6, 26_000))
    )
    start = start.replace(minute=random.choice((0, 15, 30, 45)), second=0)
    minutes = dict(JOB_TYPES)[kind]
    done = start + timedelta(minutes=minutes + random.randint(-15, 60))
    unscheduled = ahead and random.random() < 0.2
    technician = random.choice(context.technician_ids or context.user_ids)
    finished = not ahead and done < context.now
    made = min(start - timedelta(days=random.randint(1, 12)), context.now - timedelta(hours=1))
    job_id = writer["Job"].add(
        created=stamp(made), updated=stamp(done) if finished else None,
        job_type_id=context.named[f"job_type:{kind}"], jobbable_type=owner[0], jobbable_id=owner[1],
        length_in_minutes=minutes, scheduled_datetime=None if unscheduled else stamp(start), complete=finished,
        completed_successfully=random.random() < 0.93 if finished else None, ticket_id=ticket_id,
        completed_by_user_id=technician if finished else None,
        completion_datetime=stamp(done) if finished else None,
        completion_notes=random.choice(NOTE_TEXTS) if finished else None, created_by_user_id=context.user(random),
    )  # fmt: skip
    context.job_ids.append(job_id)
    crew = (
        {technician, random.choice(context.technician_ids or context.user_ids)}
        if random.random() < 0.25
        else {technician}
    )
    for user_id in sorted(crew):
        writer.relate(("Job", job_id, "users"), ("User", user_id, "jobs"))
    if finished:
        for user_id in sorted(crew):
            writer["JobCheckIn"].add(
                created=stamp(start), updated=stamp(done), job_id=job_id, user_id=user_id,
                check_in_datetime=stamp(start), checked_in_by_user_id=user_id, check_out_datetime=stamp(done),
                checked_out_by_user_id=user_id,
            )  # fmt: skip
    if kind == "Installation":
        writer["JobService"].add(created=stamp(made), job_id=job_id, service_id=context.items["install"].id, quantity=1)
    return job_id


def make_tasks(context: Context) -> None:
    """To-dos on accounts, tickets, jobs, devices and sites."""
    random = context.random("tasks")
    owners = {
        "Job": context.job_ids,
        "Ticket": [ticket_id for ticket_id, _ in context.ticket_ids],
        "Account": [account.id for account in context.accounts],
        "InventoryItem": context.item_ids,
        "NetworkSite": context.site_ids,
    }
    for index in range(context.volumes.of("Task", at_least=10)):
        kind = ("Job", "Job", "Job", "Ticket", "Account", "Account", "InventoryItem", "NetworkSite")[index % 8]
        moment = context.past(random)
        complete = random.random() < 0.8
        user_id = context.user(random)
        context.writer["Task"].add(
            created=moment, taskable_type=kind, taskable_id=random.choice(owners[kind]),
            task=random.choice(("Call back", "Photo of the mount", "Check levels", "Order part")),
            complete=complete, completed_at=moment if complete else None,
            completed_by_user_id=user_id if complete else None, completion_type="BOOLEAN", due=moment[:10],
            list_order=1, user_id=user_id,
        )  # fmt: skip
