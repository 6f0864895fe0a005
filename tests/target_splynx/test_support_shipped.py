"""A provider's tickets, papers and notes in a Splynx whose ticket notifications are on: all there, in order, and nobody was mailed."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import answer
from conftest import NOW
from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import Settings
from shipped_load import singer_lines
from singer_feed import Feed
from splynx_runs import Migration, Splynx

SETTINGS = {"mapping": "sonar", "timezone": "America/Chicago", "sections": ["foundation", "network", "customers", "support", "documents"]}


@pytest.fixture(scope="module")
def sonar(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return singer_lines(tmp_path_factory.mktemp("sonar"), accounts=30, file_contents=True)


@pytest.fixture
def noisy() -> Iterator[Splynx]:
    """A server that would mail customers and agents, and opens closed tickets when something is said in them."""
    with SplynxServer(settings=Settings(now=NOW, ticket_notifications=True, messages_reopen_tickets=True)) as server:
        yield Splynx(server)


def test_tickets_arrive_whole_in_order_and_silently(tmp_path: Path, noisy: Splynx, sonar: Feed) -> None:
    migration = Migration(tmp_path, noisy, Path("unused"), {})
    settings = SETTINGS | {"closed_tickets": "last"}
    migration.run(sonar, **settings)
    stats = noisy.stats()
    assert stats["messages_that_would_have_gone_out"] == {}
    ours = [row for row in migration.rejects() if row.model.startswith(("support/", "documents/"))]
    assert {row.reason for row in ours} <= {"ticket_missing", "file_too_large", "file_type_not_allowed"}, [(r.label, r.message) for r in ours]

    tickets = {row["id"]: row for row in noisy.rows("support/tickets")}
    assert len(tickets) > 10
    assert {row["closed"] for row in tickets.values() if row["status_id"] == 3} == {"1"}, "closed again after what was said in them"
    said = defaultdict(list)
    for row in sorted(noisy.rows("support/ticket-messages"), key=lambda row: row["id"]):
        said[row["ticket_id"]].append(row)
    assert set(said) == set(tickets)
    for number, messages in said.items():
        moments = [(row["date"], row["time"]) for row in messages]
        assert moments == sorted(moments), (tickets[number]["subject"], moments)
        assert messages[0]["hide_for_customer"] == "1", "the description is a note"
    shown = [row for rows in said.values() for row in rows if row["hide_for_customer"] == "0"]
    assert shown, "replies of public tickets"
    assert {row["hidden"] for row in tickets.values()} == {"0", "1"}
    assert all(tickets[row["ticket_id"]]["hidden"] == "0" for row in shown)
    assert {row["author_type"] for row in shown} == {"admin", "customer"}

    files = noisy.rows("support/ticket-attachments")
    assert files
    for row in files:
        content = noisy.call("GET", f"admin/support/ticket-attachments/{row['id']}?with_content=1")["content"]
        assert base64.b64decode(content)

    verified = answer(migration, "verify", **settings)
    assert verified["differences"] == []
    noisy.reset_stats()
    migration.run(sonar, **settings)
    assert noisy.writes() == {}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, sonar: Feed) -> Iterator[Migration]:
    """The provider in a quiet Splynx, with the settings as they come."""
    with SplynxServer(now=NOW) as server:
        migration = Migration(tmp_path_factory.mktemp("loaded"), Splynx(server), Path("unused"), {})
        migration.run(sonar, **SETTINGS)
        yield migration


def test_papers_and_notes_arrive_with_their_contents(loaded: Migration) -> None:
    splynx = loaded.splynx
    papers = splynx.rows("customers/customer-documents")
    assert {row["additional_attributes"]["sonar_id"].split(":")[0] for row in papers} == {"contract", "file"}
    assert all(row["filename_original"] for row in papers), "each has its file"
    signed = next(row for row in papers if row["description"].startswith("Signed by"))
    content = splynx.call("GET", f"admin/config/download/customer_documents--{signed['id']}")
    assert "Service agreement" in base64.b64decode(content["content"]).decode("utf-8")
    notes = splynx.rows("customers/customer-notes")
    names = [row["name"] for row in notes if row["name"].startswith(("sonar:note:", "sonar:call:"))]
    assert len(names) == len(set(names)) > 20
    assert {row["type"] for row in notes} == {"comment", "call"}
    assert {row["is_pinned"] for row in notes} == {"0", "1"}
    assert splynx.stats()["messages_that_would_have_gone_out"] == {}


def test_tickets_are_made_with_their_status(loaded: Migration) -> None:
    rows = loaded.splynx.rows("support/tickets")
    assert {row["closed"] for row in rows if row["status_id"] == 3} == {"1"}
    assert not any(row["assign_to"] or row["group_id"] for row in rows), "nobody is to be mailed"
    assert any(row["additional_attributes"]["sonar_assigned_to"] for row in rows)
    assert all(row["created_at"] < "2026-11-15" and row["additional_attributes"]["sonar_created_at"] == row["created_at"] for row in rows)


def test_a_note_that_changed_is_told_once(loaded: Migration, sonar: Feed) -> None:
    before = loaded.splynx.rows("customers/customer-notes")
    number, changed = _with_another_text(sonar, "notes", "message", "Moved the dog.")
    told = []
    for _ in range(2):
        loaded.run(changed, **SETTINGS)
        told.append([row.source_key for row in loaded.rejects() if row.reason == "cannot_change"])
    assert told == [[f"note:{number}"], []]
    skipped = loaded.summary()["documents/customer_notes"]
    assert "changed at the source, and Splynx cannot follow (told before)" in str(skipped)
    assert loaded.splynx.rows("customers/customer-notes") == before
    number, changed = _with_another_text(changed, "notes", "message", "Sold the dog.")
    loaded.run(changed, **SETTINGS)
    assert [row.source_key for row in loaded.rejects() if row.reason == "cannot_change"] == [f"note:{number}"], "another change"


def test_without_the_ledger_papers_and_notes_are_recognised(loaded: Migration, sonar: Feed, tmp_path: Path) -> None:
    splynx = loaded.splynx
    names = ("customers/customer-documents", "customers/customer-notes", "support/tickets", "support/ticket-messages", "support/ticket-attachments")
    before = {name: len(splynx.rows(name)) for name in names}
    assert all(before.values())
    Migration(tmp_path, splynx, Path("unused"), {}).run(sonar, **SETTINGS)
    assert {name: len(splynx.rows(name)) for name in names} == before


def _with_another_text(feed: Feed, stream: str, field: str, text: str) -> tuple[int, Feed]:
    """The same data with one note of an account changed: its id, the data."""
    changed, number = Feed(), 0
    for line in feed.lines:
        message = json.loads(line)
        if not number and message.get("stream") == stream and message["type"] == "RECORD" and message["record"]["noteable_type"] == "Account":
            number = message["record"]["id"]
            message["record"][field] = text
            line = json.dumps(message)
        changed.lines.append(line)
    return number, changed
