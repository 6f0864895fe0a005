"""Tickets followed field by field: whose, which type and group, what was said, in which order, and who sees it (research/mapping.md §10)."""

from __future__ import annotations

from typing import Any

import pytest

SUPPORT = (
    "support/tickets", "support/ticket_messages", "support/ticket_attachments", "support/ticket_messages_shown", "support/tickets_closed",
    "support/tickets_shown",
)  # fmt: skip
TICKET = {"subject": "No internet", "description": "<p>It is down</p>", "status": "OPEN", "priority": "MEDIUM", "ticket_category_ids": []}


@pytest.fixture
def people(bench: Any, provider: Any) -> Any:
    """An account, a user who works there, and one who left."""
    bench.add("users", id=1, username="ann", name="Ann Agent", email_address="ann@example.com", enabled=True)
    bench.add("users", id=2, username="bob", name="Bob <Gone>", email_address="bob@example.com", enabled=False)
    return provider


def ticket(bench: Any, account: int | None, **values: Any) -> int:
    owner = {} if account is None else {"ticketable_type": "Account", "ticketable_id": account}
    return int(bench.add("tickets", **TICKET | owner | values))


def test_a_public_ticket_with_all_that_belongs_to_it(bench: Any, people: Any) -> None:
    account = people.account()
    bench.add("ticket_groups", id=3, name="Billing", enabled=True)
    bench.add("ticket_categories", id=1, name="Outage", enabled=True)
    bench.add("ticket_categories", id=2, name="incident", enabled=True)
    bench.add("custom_fields", id=9, entity_type="Ticket", name="Tower", type="TEXT")
    number = ticket(
        bench, account, inbound_mailbox_id=1, ticket_category_ids=[2, 1], ticket_group_id=3, user_id=1, priority="CRITICAL", status="CLOSED",
        created_at="2026-07-01T12:00:00+00:00", closed_at="2026-07-03T12:00:00+00:00", global_updated_at="2026-07-03T13:00:00+00:00",
        closed_by_user_id=2, due_date="2026-07-04",
    )  # fmt: skip
    bench.add("ticket_recipients", ticket_id=number, email_address="jane@example.com", name="Jane")
    bench.add("custom_field_data", custom_field_id=9, customfielddataable_type="Ticket", customfielddataable_id=number, value="North")
    bench.set(ticket_group_map={"Billing": "Finance"}, ticket_assignees="all")
    bench.run(*SUPPORT)
    row = bench.row("support/tickets", number)
    assert row.fine
    assert (row.customer_id, row.lead_id) == (bench.made("customers", account), None)
    assert (row.subject, row.priority, row.reporter_type) == ("No internet", "urgent", "api")
    assert row.type_id == 2, "the type Incident, whatever the case"
    assert row.moduleLabels == [bench.made("labels", "ticket_category:1")], "the other category"
    assert (row.group_id, row.status_id, row.closed) == (2, 3, True)
    assert row.assign_to == bench.made("administrators", 1)
    assert row.created_at == "2026-07-01 07:00:00", "local time"
    assert row.hidden is True and row.updated_at is None, "until all of its messages are there"
    assert row.note == "Recipients: Jane <jane@example.com>\nClosed by: Bob <Gone>"
    assert {name: value for name, value in row.additional_attributes.items() if value is not None} == {
        "sonar_created_at": "2026-07-01 07:00:00", "sonar_closed_at": "2026-07-03 07:00:00", "sonar_due_date": "2026-07-04",
        "sonar_group": "Billing", "sonar_assigned_to": "Ann Agent", "tower": "North",
    }  # fmt: skip
    assert row.values["_account"] == str(account)
    shown = bench.row("support/tickets_shown", number)
    assert (shown.id, shown.hidden) == (bench.made("tickets", number), False)
    assert shown.updated_at == "2026-07-03 08:00:00"


def test_messages_follow_each_other_by_time_with_their_authors(bench: Any, people: Any) -> None:
    account = people.account()
    number = ticket(bench, account, inbound_mailbox_id=1, created_at="2026-07-01T12:00:00+00:00")
    bench.add("ticket_recipients", ticket_id=number, email_address="jane@example.com", name="Jane")
    at = "2026-07-01T1{}:00:00+00:00".format
    late = bench.add("ticket_replies", ticket_id=number, body="Thanks", incoming=True, author="Jane", author_email="jane@example.com", created_at=at(6))
    inside = bench.add("ticket_comments", ticket_id=number, body="Reset port 5 < 6\nagain", user_id=2, created_at=at(4))
    early = bench.add("ticket_replies", ticket_id=number, body="<p>We look</p>", incoming=False, user_id=1, created_at=at(3))
    before = bench.add("ticket_replies", ticket_id=number, body="clock was wrong", incoming=False, user_id=99, created_at=at(1))
    bench.run(*SUPPORT)
    rows = sorted((row for row in bench.results["support/ticket_messages"]), key=lambda row: row.values["_position"])
    keys = [f"ticket:{number}", f"reply:{before}", f"reply:{early}", f"comment:{inside}", f"reply:{late}"]
    assert [row.source_key for row in rows] == keys, "the description first, then by time"
    assert all(row.fine and row.ticket_id == bench.made("tickets", number) and row.mail_to == "" for row in rows)
    first, unknown, ours, comment, theirs = rows
    technical, ann = bench.made("administrators", "technical"), bench.made("administrators", 1)
    assert first.message == "<p><i>From Jane &lt;jane@example.com&gt;</i></p><p>It is down</p>"
    assert (str(first.date), first.time) == ("2026-07-01", "07:00:00")
    assert (first.author_type, first.admin_id, first.hide_for_customer) == ("admin", technical, True)
    assert unknown.message == "<p><i>Written by user 99</i></p>clock was wrong"
    assert (ours.message, ours.author_type, ours.admin_id, ours.customer_id) == ("<p>We look</p>", "admin", ann, None)
    assert comment.message == "<p><i>Written by Bob &lt;Gone&gt;</i></p>Reset port 5 &lt; 6<br>again"
    assert (comment.author_type, comment.admin_id, comment.hide_for_customer) == ("admin", technical, True)
    assert (theirs.author_type, theirs.admin_id, theirs.customer_id) == ("customer", None, bench.made("customers", account))
    assert all(row.hide_for_customer for row in rows), "nobody is told while loading"
    shown = {row.source_key: row.hide_for_customer for row in bench.results["support/ticket_messages_shown"]}
    assert shown == dict.fromkeys([f"reply:{before}", f"reply:{early}", f"reply:{late}"], False), "replies only"


@pytest.mark.parametrize(
    ("visibility", "public", "hidden", "reply_hidden", "shown"),
    [("last", True, True, True, True), ("at_once", True, False, False, False), ("hidden", True, True, True, False), ("at_once", False, True, True, False)],
)
def test_who_sees_a_ticket(bench: Any, people: Any, visibility: str, public: bool, hidden: bool, reply_hidden: bool, shown: bool) -> None:
    number = ticket(bench, people.account(), inbound_mailbox_id=1 if public else None)
    reply = bench.add("ticket_replies", ticket_id=number, body="Hi", incoming=False, user_id=1)
    bench.set(ticket_visibility=visibility)
    bench.run(*SUPPORT)
    row = bench.row("support/tickets", number)
    assert row.hidden is hidden
    assert (row.updated_at is None) is shown, "sent once"
    assert bench.row("support/ticket_messages", f"reply:{reply}").hide_for_customer is reply_hidden
    assert bool(bench.results["support/tickets_shown"]) is shown
    assert bool(bench.results["support/ticket_messages_shown"]) is shown


def test_closed_tickets_may_be_closed_at_the_end(bench: Any, people: Any) -> None:
    account = people.account()
    closed, still_open = ticket(bench, account, status="CLOSED"), ticket(bench, account)
    bench.set(closed_tickets="last")
    bench.run(*SUPPORT)
    for number in (closed, still_open):
        row = bench.row("support/tickets", number)
        assert (row.status_id, row.closed) == (1, False)
    assert [(row.source_key, row.status_id, row.closed) for row in bench.results["support/tickets_closed"]] == [(str(closed), 3, True)]
    bench.set(closed_tickets="at_once")
    bench.run(*SUPPORT)
    assert bench.row("support/tickets", closed).closed is True and not bench.results["support/tickets_closed"]


@pytest.mark.parametrize(("status", "number"), [("OPEN", 1), ("CLOSED", 3), ("PENDING_EXTERNAL", 4), ("PENDING_INTERNAL", 5)])
def test_statuses_of_a_fresh_server(bench: Any, people: Any, status: str, number: int) -> None:
    key = ticket(bench, people.account(), status=status)
    bench.run(*SUPPORT)
    assert (bench.row("support/tickets", key).status_id, bench.row("support/tickets", key).closed) == (number, status == "CLOSED")


def test_statuses_of_another_server_by_title_and_mark(bench: Any, people: Any) -> None:
    bench.connection.execute("DELETE FROM splynx.tickets_statuses").fetchall()
    bench.connection.execute("""INSERT INTO splynx.tickets_statuses VALUES (NULL, 1, 'Done', '["closed"]'), (NULL, 7, 'Open', '["open"]'),
        (NULL, 8, 'With the customer', '["open"]')""").fetchall()
    account = people.account()
    keys = [ticket(bench, account, status=status) for status in ("OPEN", "CLOSED", "PENDING_EXTERNAL", "PENDING_INTERNAL")]
    bench.run(*SUPPORT)
    assert [bench.row("support/tickets", key).status_id for key in keys] == [7, 1, 8, 7]


def test_a_status_map_wins_and_must_name_what_is_there(bench: Any, people: Any) -> None:
    account = people.account()
    keys = [ticket(bench, account, status=status) for status in ("OPEN", "PENDING_INTERNAL", "CLOSED")]
    bench.set(ticket_status_map={"OPEN": "work in PROGRESS", "PENDING_INTERNAL": "4", "CLOSED": "Archived"})
    bench.run(*SUPPORT)
    assert [bench.row("support/tickets", key).status_id for key in keys[:2]] == [2, 4]
    assert bench.row("support/tickets", keys[2]).reject_code == "ticket_status_unknown"


def test_types_by_map_title_and_default(bench: Any, people: Any) -> None:
    account = people.account()
    for number, name in enumerate(("Outage", "Move", "Problem"), start=1):
        bench.add("ticket_categories", id=number, name=name, enabled=True)
    keys = [ticket(bench, account, ticket_category_ids=ids) for ids in ([1], [2], [2, 3], [])]
    bench.set(ticket_type_map={"Outage": "2"}, ticket_type_default="Problem")
    bench.run(*SUPPORT)
    assert [bench.row("support/tickets", key).type_id for key in keys] == [2, 3, 3, 3]
    assert bench.row("support/tickets", keys[0]).moduleLabels is None
    assert bench.row("support/tickets", keys[1]).moduleLabels == [bench.made("labels", "ticket_category:2")], "nothing of the default is lost"


def test_whose_tickets_move(bench: Any, people: Any) -> None:
    gone = people.account(archived_at="2025-01-01T00:00:00+00:00")
    bench.add("network_sites", id=4, name="Hill Tower")
    of_nobody = ticket(bench, None, inbound_mailbox_id=1)
    of_site = ticket(bench, None, ticketable_type="NetworkSite", ticketable_id=4, user_id=2)
    spam = ticket(bench, None, is_spam=True)
    of_gone = ticket(bench, gone)
    orphan = ticket(bench, 4711)
    reply = bench.add("ticket_replies", ticket_id=9_000_000, body="Hello?", incoming=True)
    bench.run(*SUPPORT)
    assert bench.row("support/tickets", of_nobody).fine and bench.row("support/tickets", of_nobody).customer_id is None
    assert bench.row("support/tickets", of_nobody).hidden is True, "there is nobody to see it"
    site = bench.row("support/tickets", of_site)
    assert (site.note, site.assign_to, site.values["_account"]) == ("Network site: Hill Tower", None, None)
    assert site.additional_attributes["sonar_assigned_to"] == "Bob <Gone>"
    assert bench.row("support/tickets", spam).values["_skip"] == "spam"
    assert bench.row("support/tickets", of_gone).values["_skip"] == "account left out (archived account)"
    assert bench.row("support/tickets", orphan).reject_code == "account_missing"
    for number, skip in ((spam, "spam"), (of_gone, "account left out (archived account)")):
        assert bench.row("support/ticket_messages", f"ticket:{number}").values["_skip"] == skip, "what was said goes the way of its ticket"
    assert bench.row("support/ticket_messages", f"reply:{reply}").reject_code == "ticket_missing"
    assert bench.row("support/ticket_messages", f"ticket:{of_nobody}").author_type == "admin"


def test_the_ticket_of_a_lead_is_the_leads(bench: Any, people: Any) -> None:
    account = people.account(account_status_id=3, activation_date=None)
    number = ticket(bench, account, inbound_mailbox_id=1)
    if not any(model.resource == "leads" for model in bench.models):
        bench.connection.execute("INSERT INTO splynx.leads (source_key, id) VALUES (?, 77)", [str(account)]).fetchall()
    bench.run(*SUPPORT)
    row = bench.row("support/tickets", number)
    assert row.fine and row.customer_id is None
    assert row.lead_id == bench.made("leads", account)


@pytest.mark.parametrize(("rule", "assigned"), [("all", [True, True]), ("open", [True, False]), ("none", [False, False])])
def test_who_works_on_tickets(bench: Any, people: Any, rule: str, assigned: list[bool]) -> None:
    account = people.account()
    bench.add("ticket_groups", id=3, name="Finance", enabled=True)
    keys = [ticket(bench, account, user_id=1, ticket_group_id=3), ticket(bench, account, user_id=1, ticket_group_id=3, status="CLOSED")]
    bench.set(ticket_assignees=rule)
    bench.run(*SUPPORT)
    rows = [bench.row("support/tickets", key) for key in keys]
    assert [row.assign_to is not None for row in rows] == assigned
    assert [row.group_id is not None for row in rows] == assigned, "the people of a group are mailed, too"
    assert {row.additional_attributes["sonar_assigned_to"] for row in rows} == {"Ann Agent"}, "never lost"
    assert {row.additional_attributes["sonar_group"] for row in rows} == {"Finance"}


def test_long_and_missing_subjects_and_texts(bench: Any, people: Any) -> None:
    account = people.account()
    long, empty = ticket(bench, account, subject="x" * 300), ticket(bench, account, subject=" ", description=" ", status="OPEN")
    bench.run(*SUPPORT)
    assert len(bench.row("support/tickets", long).subject) == 256
    assert bench.row("support/tickets", empty).subject == f"Ticket #{empty}"
    assert bench.row("support/ticket_messages", f"ticket:{empty}").message == "<p>(no text)</p>"


def test_files_go_to_the_message_that_they_came_with(bench: Any, people: Any) -> None:
    number = ticket(bench, people.account())
    reply = bench.add("ticket_replies", ticket_id=number, body="See", incoming=False, user_id=1)
    comment = bench.add("ticket_comments", ticket_id=number, body="See", user_id=1)
    spam = ticket(bench, None, is_spam=True)
    common = {"mime_type": "image/png", "file_size_in_bytes": 3, "content_base64": "YWJj"}
    files = [
        bench.add("files", fileable_type=kind, fileable_id=owner, filename=name, **common)
        for kind, owner, name in (
            ("Ticket", number, "a.png"), ("TicketReply", reply, "../b.png"), ("TicketComment", comment, "scan"), ("Ticket", spam, "d.png"),
            ("TicketReply", 4711, "e.png"),
        )
    ]  # fmt: skip
    bench.run(*SUPPORT)
    found = [bench.row("support/ticket_attachments", file) for file in files]
    keys = (f"ticket:{number}", f"reply:{reply}", f"comment:{comment}")
    assert [row.message_id for row in found[:3]] == [bench.made("ticket_messages", key) for key in keys]
    assert [row.values["_file_name"] for row in found[:3]] == ["a.png", "b.png", "scan.png"]
    assert all(row.values["_file_content_base64"] == "YWJj" for row in found[:3])
    assert found[3].values["_skip"] == "spam"
    assert found[4].reject_code == "ticket_missing"


def test_what_must_be_made_by_hand(bench: Any, people: Any) -> None:
    bench.add("ticket_groups", id=1, name="Sales", enabled=True)
    bench.add("ticket_groups", id=2, name="Field", enabled=True)
    bench.add("ticket_groups", id=3, name="Old", enabled=False)
    bench.add("ticket_categories", id=1, name="Outage", enabled=True)
    bench.add("canned_reply_categories", id=1, name="Outages")
    bench.add("canned_replies", canned_reply_category_id=1, name="Known outage", body="<p>Hello</p>")
    ticket(bench, people.account(), ticket_group_id=2, ticket_category_ids=[1])
    bench.set(ticket_type_map={"Outage": "Incident"})
    bench.run(*SUPPORT)
    part = next(part for part in bench.parts if part.name == "ticket_lists_needed")
    found = {(row["kind"], row["name"]): (row["exists"], row["used"], row["details"]) for row in bench.fetch(part.sql)}
    assert found == {
        ("ticket group", "Sales"): (True, 0, None),
        ("ticket group", "Field"): (False, 1, None),
        ("ticket type", "Incident"): (True, 1, "for the category Outage of Sonar"),
        ("canned reply", "Known outage"): (None, 0, "Category: Outages\n<p>Hello</p>"),
    }
