"""What was said in a ticket gets its numbers in the order in which it was said, with several requests in flight."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from splynx_runs import Migration, Provider, Splynx, add_model
from target_splynx.planning.existing import Existing

TALKS = """
-- resource: tickets
SELECT id::VARCHAR AS source_key, 1 AS type_id, name AS subject, 'low' AS priority, true AS hidden FROM sonar.people"""
SAID = """
-- resource: ticket_messages
-- natural_key: [message, ticket_id]
-- sequence: ticket_id
SELECT
    -- Keys that sort against the order of time.
    p.id || ':' || (9 - said.number) AS source_key, t.id AS ticket_id, 'number ' || said.number AS message, true AS hide_for_customer,
    said.number AS _position
FROM sonar.people p JOIN splynx.tickets t ON t.source_key = p.id::VARCHAR, range({count}) AS said(number)"""
SLOW = {"kind": "delay", "seconds": 0.05, "probability": 0.3, "seed": 3, "match": {"method": "POST", "path_regex": "ticket-messages"}}


def talks(migration: Migration, count: int = 6) -> None:
    add_model(migration.models, "support/talks", TALKS)
    add_model(migration.models, "support/said", SAID.format(count=count))


def said(splynx: Splynx) -> dict[Any, list[str]]:
    found = defaultdict(list)
    for row in sorted(splynx.rows("support/ticket-messages"), key=lambda row: row["id"]):
        found[row["ticket_id"]].append(row["message"])
    return found


def test_messages_of_a_ticket_never_overtake_each_other(migration: Migration, provider: Provider) -> None:
    talks(migration)
    migration.splynx.faults(SLOW)
    migration.run(provider, parallel_workers=4)
    found = said(migration.splynx)
    assert len(found) == 5
    assert all(messages == [f"number {number}" for number in range(6)] for messages in found.values()), found


def test_other_tickets_go_on_meanwhile(migration: Migration, provider: Provider) -> None:
    """First messages of all tickets, then second ones: with one ticket's messages slow, the others' are there before."""
    talks(migration)
    migration.run(provider, parallel_workers=4)
    rows = sorted(migration.splynx.rows("support/ticket-messages"), key=lambda row: row["id"])
    numbers = [int(row["message"].split()[1]) for row in rows]
    assert max(abs(number - index // 5) for index, number in enumerate(numbers)) <= 1


def test_a_lost_answer_does_not_change_the_order(migration: Migration, provider: Provider) -> None:
    talks(migration)
    migration.splynx.faults({"kind": "cut_after", "times": 3, "skip": 4, "match": {"method": "POST", "path_regex": "ticket-messages"}})
    migration.run(provider, parallel_workers=4)
    found = said(migration.splynx)
    assert len(found) == 5
    assert all(messages == [f"number {number}" for number in range(6)] for messages in found.values()), found


def test_a_few_new_messages_are_looked_for_one_by_one(migration: Migration, provider: Provider, monkeypatch: Any) -> None:
    """Not by reading all that was ever said; those of a new ticket are not looked for at all."""
    monkeypatch.setitem(Existing.__init__.__kwdefaults__, "page_size", 10)
    talks(migration)
    migration.run(provider)
    migration.splynx.reset_stats()
    provider.people.append(provider.people[-1] | {"id": 77, "name": "New"})
    migration.run(provider)
    assert messages_read(migration.splynx) == 0, "of a new ticket"
    talks(migration, 7)
    migration.splynx.reset_stats()
    migration.run(provider)
    assert messages_read(migration.splynx) == 6, "one for each new message"
    assert all(len(messages) == 7 for messages in said(migration.splynx).values())


def messages_read(splynx: Splynx) -> int:
    asked = splynx.stats()["by_operation"]
    return sum(number for name, number in asked.items() if name.startswith("GET") and name.endswith("ticket-messages"))
