"""A delta: after changes at a few accounts the tap reads those rows only, and Splynx is asked to change those fields of those records only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from conftest import NOW
from sandbox.data.change import Wishes, change, update_row
from sandbox.data.generate import generate
from sandbox.sonar.store import open_database
from sandbox.splynx.server import SplynxServer
from shipped_load import lines_of
from singer_feed import Feed
from splynx_runs import Migration, Splynx

SETTINGS = {"mapping": "sonar", "timezone": "America/Chicago", "cutover_date": "2026-11-15"}
LATER = datetime(2026, 11, 15, 14, tzinfo=timezone.utc)
STAMP = "2026-11-15T14:30:00+00:00"

# Active accounts with a clean primary contact, an internet service and nothing else that is odd; those that were changed already are left out.
CHOICE = """SELECT a.id, c.id, {column} FROM "Account" a JOIN "AccountStatus" s ON s.id = a.account_status_id
JOIN "Contact" c ON c.contactable_type = 'Account' AND c.contactable_id = a.id AND c."primary" {join}
WHERE s.activates_account AND a.archived_at IS NULL AND a.parent_account_id IS NULL AND a.updated_at < '2026-11-15'
  AND a.id NOT IN (SELECT account_id FROM "_dirt" WHERE account_id IS NOT NULL) AND a.id NOT IN ({taken})
  AND EXISTS (SELECT 1 FROM "AccountService" x JOIN "Service" v ON v.id = x.service_id WHERE x.account_id = a.id AND v.type = 'DATA')
ORDER BY a.id"""
ADDRESS = """JOIN "Address" p ON p.addressable_type = 'Account' AND p.addressable_id = a.id AND p.type = '{kind}'"""


Dump = dict[str, dict[Any, dict[str, Any]]]


def dump(splynx: Splynx) -> Dump:
    """Resource → row's identity → row."""
    found = splynx.session.get(f"{splynx.url}/_sandbox/dump?volatile=0", timeout=30).json()
    return {name: {row.get("id", row.get("customer_id", json.dumps(row))): row for row in rows} for name, rows in found.items() if rows}


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """(Resource, Sonar's account number) → fields that changed, with the new value. Rows that came or went fail."""
    accounts = {row["id"]: row["additional_attributes"]["sonar_id"] for row in after["customers/customer"].values()}
    changed: dict[tuple[str, str], dict[str, Any]] = {}
    for resource, rows in after.items():
        if "/".join(resource.split("/")[:1]) in {"config", "internal"}:
            assert [*rows.values()] == [*before[resource].values()]
            continue
        assert rows.keys() == before[resource].keys(), resource
        for number, row in rows.items():
            old = before[resource][number]
            fields = {name: value for name, value in row.items() if old[name] != value}
            if fields:
                owner = row.get("customer_id") or row.get("related_customer_id") or row["id"]
                changed.setdefault((resource, accounts[owner]), {}).update(fields)
    return changed


def moved_by_hand(database: Path, taken: list[int]) -> dict[str, int]:
    """Another telephone number, another mailing and another physical address, each at an account of its own. Kind → account."""
    found = {}
    connection = open_database(database)
    wanted = (
        ("phone", "p.id", 'JOIN "PhoneNumber" p ON p.contact_id = c.id AND p.extension IS NULL', "PhoneNumber", {"number": "6085557777"}),
        ("mailing", "p.id", ADDRESS.format(kind="MAILING"), "Address", {"line1": "PO Box 4242"}),
        ("physical", "p.id", ADDRESS.format(kind="PHYSICAL"), "Address", {"line1": "1 Moved House Rd", "line2": None}),
    )
    for kind, column, join, table, values in wanted:
        query = CHOICE.format(column=column, join=join, taken=", ".join(map(str, [0, *taken, *found.values()])))
        account, _, row = connection.execute(query).fetchone()
        update_row(connection, table, row, STAMP, **values)
        found[kind] = int(account)
    connection.close()
    return found


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Migration]]:
    """A provider in Splynx: where Sonar keeps it, and the migration."""
    folder = tmp_path_factory.mktemp("delta")
    database = folder / "sonar.sqlite"
    generate(database, accounts=100, seed=7)
    with SplynxServer(now=NOW) as server:
        yield database, Migration(folder, Splynx(server), Path("unused"), SETTINGS)


def test_a_delta_touches_only_what_changed(loaded: tuple[Path, Migration]) -> None:
    database, migration = loaded
    splynx = migration.splynx
    state = migration.run(lines_of(database)).states[-1]
    before = dump(splynx)

    changes = change(database, Wishes(touch_contacts=2, touch_accounts=1, change_prices=1), LATER, 0).changed
    mailed = {row["account_id"]: row["email_address"] for row in changes["touched_contacts"]}
    (renamed,), (priced,) = changes["touched_accounts"], changes["changed_prices"]
    hand = moved_by_hand(database, [*mailed, renamed["id"], priced["account_id"]])
    assert len({*mailed, renamed["id"], priced["account_id"], *hand.values()}) == 7

    delta = lines_of(database, state=state)
    read = records(delta)
    # The tap asks from its last moment on, so the newest rows of the first run come again; and some streams have no moments.
    assert all(read[name] <= 5 for name in ("contacts", "accounts", "addresses", "account_services", "invoices", "tickets", "notes")), read

    splynx.reset_stats()
    migration.run(delta)
    writes = splynx.writes()
    assert {name.split()[0] for name in writes} == {"PUT"}, writes
    changed = differences(before, dump(splynx))
    # What Splynx computes itself from the price of a service.
    computed = changed.pop(("customers/customer", str(priced["account_id"])))
    assert computed.keys() == {"mrr_total"}

    by_account: dict[str, dict[str, Any]] = {}
    for (resource, account), fields in changed.items():
        by_account.setdefault(account, {})[resource] = fields
    assert by_account.keys() == {str(number) for number in (*mailed, renamed["id"], priced["account_id"], *hand.values())}
    for number, email in mailed.items():
        fields = by_account[str(number)].pop("customers/customer")
        assert fields.pop("email") == email
        assert fields in ({}, {"billing_email": email}), "the same contact gets the bills"
        assert by_account.pop(str(number)) == {}
    own = by_account.pop(str(renamed["id"]))
    assert own.pop("customers/customer") == {"name": renamed["name"]}
    # The name stands in what was made from it: who is talked to beside the customer, titles of jobs.
    assert own.pop("customers/customer-info", {"contact_person": renamed["was"]}) == {"contact_person": renamed["was"]}
    assert own.pop("customers/customer-billing", {"billing_person": renamed["name"]}) == {"billing_person": renamed["name"]}
    for fields in own.values():
        assert fields.keys() == {"title"} and fields["title"].endswith(renamed["name"])
    assert own.keys() <= {"scheduling/tasks"}
    own = by_account.pop(str(priced["account_id"]))
    assert own["customers/internet-services"].pop("unit_price") == f"{priced['price_override'] / 100:.4f}"
    assert own["customers/internet-services"].pop("additional_attributes")["sonar_price_reason"] == "Price change"
    assert own == {"customers/internet-services": {}}
    own = by_account.pop(str(hand["phone"]))
    assert "+16085557777" in own["customers/customer"].pop("phone").split(", ")
    assert own == {"customers/customer": {}}
    assert by_account.pop(str(hand["mailing"])) == {"customers/customer-billing": {"billing_street_1": "PO Box 4242"}}
    own = by_account.pop(str(hand["physical"]))
    assert own.pop("customers/customer") == {"street_1": "1 Moved House Rd"}
    assert own.pop("customers/internet-services")["geo"]["address"].startswith("1 Moved House Rd, ")
    assert all(fields["address"].startswith("1 Moved House Rd, ") and len(fields) == 1 for fields in own.values())
    assert own.keys() <= {"scheduling/tasks"}

    with migration.ledger() as ledger:
        done = list(ledger.operations(ledger.last_run()["id"], states=("done",)))
    assert len(done) == sum(writes.values())
    for operation in done:
        assert operation.action == "update"
        assert {name for name, value in operation.payload.items() if operation.before.get(name) == value} == set(), operation.label

    splynx.reset_stats()
    migration.run(lines_of(database))
    assert splynx.writes() == {}, "all of it, read again from the beginning, says the same"


GONE = ["account_services", "ip_assignments", "custom_field_data"]
"""Streams whose rows are deleted without a trace: the tap reads all of their ids."""

CUSTOM_VALUE = """SELECT d.id, a.id FROM "CustomFieldData" d JOIN "Account" a ON d.customfielddataable_type = 'Account' AND a.id = d.customfielddataable_id
JOIN "CustomField" f ON f.id = d.custom_field_id AND f.entity_type = 'Account' WHERE d.value <> '' AND a.archived_at IS NULL AND a.updated_at < '2026-11-15'
  AND a.activation_date IS NOT NULL AND a.id NOT IN (SELECT account_id FROM "_dirt" WHERE account_id IS NOT NULL) AND a.id NOT IN ({taken})
  AND NOT EXISTS (SELECT 1 FROM "CustomFieldData" o WHERE o.custom_field_id = d.custom_field_id AND o.customfielddataable_id = a.id AND o.id <> d.id)
ORDER BY d.id DESC"""


def test_rows_that_came_and_rows_that_went(loaded: tuple[Path, Migration]) -> None:
    """A new account with all it has, a service, an address and a custom value that are deleted: their records, and no other."""
    database, migration = loaded
    splynx, settings = migration.splynx, {"on_delete": "end"}
    migration.run(lines_of(database, deleted_rows_sweep=GONE), **settings)
    state = migration.run(lines_of(database, deleted_rows_sweep=GONE), **settings).states[-1]
    before = dump(splynx)
    made = change(database, Wishes(new_accounts=1, delete_services=1, delete_addresses=1, new_tickets=1, new_notes=1), LATER + timedelta(hours=3), 0).changed
    ((new,), (service,), (address,), (ticket,), (note,)) = (
        made[kind] for kind in ("new_accounts", "deleted_services", "deleted_addresses", "new_tickets", "new_notes")
    )
    connection = open_database(database)
    query = CUSTOM_VALUE.format(taken=", ".join(str(row["account_id"]) for row in (service, address, ticket, note)))
    value, of_value = connection.execute(query).fetchone()
    connection.execute('DELETE FROM "CustomFieldData" WHERE id = ?', (value,))
    connection.commit()
    connection.close()

    migration.run(lines_of(database, state=state, deleted_rows_sweep=GONE), **settings)
    after = dump(splynx)
    accounts = {row["id"]: row["additional_attributes"]["sonar_id"] for row in after["customers/customer"].values()}
    came, changed = news(before, after, accounts)
    whose: dict[str, set[str]] = {}
    for resource, account in came:
        whose.setdefault(account, set()).add(resource)
    # A tariff with the taxes of its customer; an address has a row of its own as soon as somebody has it.
    assert whose.pop("nobody's", set()) <= {"tariffs/internet", "tariffs/recurring", "tariffs/voice", "networking/ipv4-ip"}
    assert whose.keys() == {str(new["id"]), str(ticket["account_id"]), str(note["account_id"])}
    assert {"customers/customer", "customers/internet-services", "customers/recurring-services", "customers/customer-billing"} <= whose.pop(str(new["id"]))
    assert whose.pop(str(ticket["account_id"])) == {"support/tickets", "support/ticket-messages"}
    assert whose.pop(str(note["account_id"])) == {"customers/customer-notes"}

    numbers = set(accounts.values())
    touched = {account for _, account in changed if account in numbers}
    assert touched == {str(service["account_id"]), str(address["account_id"]), str(of_value)}
    ended = changed["customers/recurring-services", str(service["account_id"])]
    assert ended == {"status": "hidden"}
    fields = changed["customers/customer", str(of_value)].pop("additional_attributes")
    old = next(row for row in before["customers/customer"].values() if row["additional_attributes"]["sonar_id"] == str(of_value))["additional_attributes"]
    assert [name for name in fields if fields[name] != old[name]] and sum(fields[name] != old[name] for name in fields) == 1
    free = {row["ip"]: row for row in after["networking/ipv4-ip"].values()}[address["subnet"].partition("/")[0]]
    assert str(free["is_used"]) == "0" and free["customer_id"] == 0
    # What Splynx counts by itself: addresses, and how many have a tariff.
    assert {resource for resource, account in changed if account not in numbers} <= {
        "networking/ipv4-ip", "tariffs/internet", "tariffs/recurring", "tariffs/voice",
    }  # fmt: skip
    splynx.reset_stats()
    migration.run(lines_of(database, deleted_rows_sweep=GONE), **settings)
    assert splynx.writes() == {}


def news(before: Dump, after: Dump, accounts: dict[int, str]) -> tuple[set[tuple[str, str]], dict[tuple[str, str], dict[str, Any]]]:
    """((resource, account) of rows that came, (resource, account) → fields that changed). Nothing may have vanished."""
    came: set[tuple[str, str]] = set()
    changed: dict[tuple[str, str], dict[str, Any]] = {}
    tickets = {number: row["customer_id"] for number, row in after["support/tickets"].items()}
    for resource, rows in after.items():
        old = before.get(resource, {})
        assert old.keys() <= rows.keys(), resource
        for number, row in rows.items():
            owner = (
                row["id"] if resource == "customers/customer" else row.get("customer_id") or row.get("related_customer_id") or tickets.get(row.get("ticket_id"))
            )
            if resource == "customers/customer-info":
                owner = number
            account = accounts.get(owner, "nobody's")
            if number not in old:
                came.add((resource, account))
            elif fields := {name: value for name, value in row.items() if old[number][name] != value}:
                changed.setdefault((resource, account), {}).update(fields)
    return came, changed


def records(feed: Feed) -> Counter[str]:
    """Stream → rows that the tap sent."""
    messages = (json.loads(line) for line in feed.lines)
    return Counter(message["stream"] for message in messages if message["type"] == "RECORD")
