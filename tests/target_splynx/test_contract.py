"""Every resource of Splynx is written by a plain stream of its name: made, read back, changed, deleted.

One feed with all streams goes through the target three times (rows, changed rows, no rows) and once more without
changes; then each resource has its tests. References between the streams are keys of the source throughout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from contract_streams import CANNOT_CHANGE, CHANGES, ROWS, SESSION, SUB_ROWS, changed, column_types
from sandbox.splynx.contract import resource_name
from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import Settings
from singer_feed import Feed
from splynx_runs import KEY, SECRET, Migration, Splynx
from target_splynx.contract.resource import Resource, resources
from target_splynx.contract.values import same
from target_splynx.ledger.entries import Record
from target_splynx.splynx.auth import authentication
from target_splynx.splynx.client import Client
from target_splynx.verify import Verification, verify

NOW = datetime(2026, 11, 15, 12, 0, 0)  # noqa: DTZ001 - Splynx shows local times
KNOWN = resources()
CREATED = sorted(ROWS)
PUT_ONLY = sorted(SUB_ROWS)
# Rows of these cannot be made through the API: a device registers itself, a customer starts a chat.
BY_HAND = {
    "networking/acs-devices": {}, "messengers/messenger-chats": {}, "fup/policies": {"name": "Day"}, "networking/cpe-dhcp": {"name": "dhcp1"},
}  # fmt: skip
UNREADABLE = {"refill_cards"}
"""Resources without any GET."""
HIDDEN = {"password", "message", "code", "quantity", "filename"}
"""Never shown, or shown in another form."""


@dataclass
class Look:
    """What Splynx and the ledger hold after a run."""

    tables: dict[str, dict[str, dict[str, Any]]]
    records: dict[str, dict[str, Record]]
    verification: Verification
    writes: dict[str, int]
    rejects: list[Any]
    files: dict[str, str]

    def record(self, name: str) -> Record:
        """What the ledger says of the first row of a stream."""
        return next(iter(self.records[name].values()))

    def row(self, name: str) -> dict[str, Any] | None:
        """The first row of a stream as Splynx holds it."""
        resource, record = KNOWN[name], self.record(name)
        rows = self.tables.get(table(resource), {})
        if resource.own_field or resource.deletes_by_body:
            wanted = {n: v for n, v in record.payload.items() if n in {resource.own_field, *resource.natural_key}}
            return next((r for r in rows.values() if all(same(r[n], v) for n, v in wanted.items())), None)
        column = "id" if resource.id in {None, "files", "attachments"} else resource.id
        return next((r for r in rows.values() if str(r.get(column)) == record.splynx_id), None)


@dataclass
class Story:
    """The four runs."""

    looks: dict[str, Look] = field(default_factory=dict)


def table(resource: Resource) -> str:
    return resource_name((resource.path or resource.item or "").split("?")[0])


def feed(rows: dict[str, list[dict[str, Any]]], columns: dict[str, list[dict[str, Any]]], version: int) -> Feed:
    found = Feed()
    for name in columns:
        found.stream(name, column_types(columns[name]), rows.get(name, []), version=version)
    return found.state({"bookmarks": {}})


def look(migration: Migration, server: SplynxServer) -> Look:
    dump = migration.splynx.session.get(f"{server.url}/_sandbox/dump", timeout=10).json()
    tables = {name: {str(number): row for number, row in enumerate(rows)} for name, rows in dump.items()}
    client = Client(server.url, authentication("basic", api_key=KEY, api_secret=SECRET, admin_login="", admin_password=""))
    with migration.ledger() as ledger:
        verification = verify(ledger, client, model_order=ledger.models())
        records: dict[str, dict[str, Record]] = {}
        for model in ledger.models():
            for record in ledger.all_records(model):
                if not model.endswith("_second_pass") and model != "foundation/marker_fields":
                    records.setdefault(record.resource, {})[record.source_key] = record
        rejects = list(ledger.operations(ledger.last_run()["id"], states=("rejected", "blocked")))
    files = {key: file.content.decode() for key, file in server.splynx.files.items()}
    seen = Look(tables, records, verification, migration.splynx.writes(), rejects, files)
    migration.splynx.reset_stats()
    return seen


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("contract")
    settings = Settings(now=NOW, disabled_modules=frozenset())
    rows = {**ROWS, **SUB_ROWS}
    with SplynxServer(settings=settings) as server:
        for name, values in BY_HAND.items():
            server.splynx.new_row(name, values)
        migration = Migration(folder, Splynx(server), Path("splynx"))
        found = Story()
        for number, (name, sent, shaped) in enumerate(
            (("made", rows, rows), ("again", rows, rows), ("changed", changed(), changed()), ("gone", {}, changed())), start=1
        ):
            migration.run(feed(sent, shaped, number), on_delete="delete" if name == "gone" else "ignore")
            if name == "gone":
                # A tariff is kept while a service of it is there; the next run finds it without.
                migration.run(feed(sent, shaped, number + 1), on_delete="delete")
            found.looks[name] = look(migration, server)
        yield found


def test_every_resource_has_a_stream_here() -> None:
    """86 that can be created, 27 that are only changed; three belong to the caller's own session."""
    creatable = {name for name, resource in KNOWN.items() if resource.can_create}
    put_only = {name for name, resource in KNOWN.items() if resource.can_update and not resource.can_create}
    session = {name for name, resource in KNOWN.items() if resource.session}
    assert (len(creatable), len(put_only)) == (86, 27)
    assert set(SESSION) == session
    assert set(ROWS) == creatable - session
    assert set(SUB_ROWS) == put_only - session
    assert set(CHANGES) | set(CANNOT_CHANGE) == {
        name for name in {*ROWS, *SUB_ROWS} if not KNOWN[name].action and (KNOWN[name].can_update or name in CANNOT_CHANGE)
    }


def test_everything_is_written_at_once(story: Story) -> None:
    assert [(r.resource, r.source_key, r.reason, r.message) for r in story.looks["made"].rejects] == []


def test_the_second_run_writes_nothing(story: Story) -> None:
    assert story.looks["again"].writes == {}


@pytest.mark.parametrize("name", CREATED)
def test_made_and_read_back(story: Story, name: str) -> None:
    seen, resource = story.looks["made"], KNOWN[name]
    row = seen.row(name)
    assert row is not None
    for column, value in ROWS[name][0].items():
        if column in resource.fields and column in row and column != "id" and column not in HIDDEN and not isinstance(value, (list, dict)):
            assert same(row[column], value), column
        target = column.removesuffix("_key")
        if value is None or target == column or target not in row or resource.references[target][0] == "administrators":
            continue
        keys = value if isinstance(value, list) else [value]
        ids = [
            next(seen.records[t][k.split(":")[-1]].splynx_id for t in resource.references[target] if k.split(":")[-1] in seen.records.get(t, {})) for k in keys
        ]
        assert same(row[target], ids if isinstance(row[target], list) else ids[0]), column
    if name not in UNREADABLE:
        missing = {(d.resource, d.source_key) for d in seen.verification.differences if not d.field}
        assert (name, ROWS[name][0]["id"]) not in missing


@pytest.mark.parametrize("name", PUT_ONLY)
def test_sub_resource_is_written_once(story: Story, name: str) -> None:
    resource = KNOWN[name]
    assert resource.item is not None
    operation = f"PUT {resource.item.split('?')[0]}"
    assert story.looks["made"].writes[operation] == 1
    if resource.action:
        assert name not in CHANGES
        assert operation not in story.looks["changed"].writes
    else:
        assert story.looks["changed"].writes[operation] == 1
        readable = "read" in resource.methods
        assert not readable or story.looks["made"].verification.resources[name].fields > 0


@pytest.mark.parametrize("name", [name for name in CREATED if name in CHANGES])
def test_changed(story: Story, name: str) -> None:
    before, after = story.looks["made"].row(name), story.looks["changed"].row(name)
    assert before is not None
    assert after is not None
    for column, value in CHANGES[name].items():
        if column.startswith("af_"):
            assert after["additional_attributes"][column.removeprefix("af_")] == value
        elif column == "checked":
            assert story.looks["changed"].verification.resources[name].different == 0
        elif column == "message" or (column in after and column in KNOWN[name].fields):
            assert same(after[column], value)
            assert not same(before[column], value)


def test_what_cannot_be_changed_is_told(story: Story) -> None:
    told = {r.resource: (r.reason, r.field) for r in story.looks["changed"].rejects}
    assert told == dict.fromkeys(CANNOT_CHANGE, ("cannot_change", "comment"))


@pytest.mark.parametrize("name", CREATED)
def test_deleted_when_the_row_is_gone(story: Story, name: str) -> None:
    was = story.looks["changed"].row(name) or story.looks["made"].row(name)
    assert was is not None
    look_up = story.looks["made"]
    rows = story.looks["gone"].tables
    left = Look(rows, look_up.records, look_up.verification, {}, [], {}).row(name)
    assert (left is None) is KNOWN[name].can_delete, story.looks["gone"].rejects


@pytest.mark.parametrize("run", ["made", "again", "changed", "gone"])
def test_verify_finds_no_difference(story: Story, run: str) -> None:
    found = story.looks[run].verification
    # What the actions did: a lead became a customer, a session, a bundle and a service were ended.
    wanted = {("leads", "ld2"), ("customers_online", "on2"), ("services_bundle", "sb2"), ("services_voice", "sv2")}
    # Parts of a deleted customer go with it.
    there = [d for d in found.differences if run != "gone" or KNOWN[d.resource].can_create]
    differences = {(d.resource, d.source_key): (d.field, d.applied, d.found) for d in there}
    assert {key: value for key, value in differences.items() if key not in wanted} == {}
    assert set(found.unreadable) <= UNREADABLE


def test_actions_had_their_effect(story: Story) -> None:
    seen = story.looks["made"]
    tables = {name: list(rows.values()) for name, rows in seen.tables.items()}
    assert "Kurt Gödel" in [row["name"] for row in tables["customers/customer"]]
    assert [row["session_id"] for row in tables["customers/customers-online"]] == ["s-1"]
    assert {row["description"]: row["status"] for row in tables["customers/bundle-services"]} == {"All": "active", "Stopped": "stopped"}
    assert sorted(row["status"] for row in tables["customers/voice-services"]) == ["active", "pending", "stopped"]
    assert "4711" in [row["field_1"] for row in tables["finance/payments"]]
    assert tables["customers/customers-online"][0]["in_bytes"] in {"5", 5}


def test_parent_of_the_same_stream_is_set_in_a_second_pass(story: Story) -> None:
    people = {row["login"]: row for row in story.looks["made"].tables["customers/customer"].values()}
    assert people["grace"]["parent_id"] == people["ada"]["id"]


def test_files_arrive(story: Story) -> None:
    """With the record, after it, and anew when they change."""
    made, after = story.looks["made"].files, story.looks["changed"].files
    modules = {"customer_documents", "lead_documents", "ticket_attachment", "scheduling_task_comment_attachment", "inventory_items",
               "inventory_products", "inventory_supplier_invoices"}  # fmt: skip
    assert {key.split("--")[0] for key in made} == modules
    assert set(made.values()) == {"%PDF-1.4 first"}
    assert sorted(key.split("--")[0] for key, text in after.items() if text == "%PDF-1.4 second") == ["customer_documents", "inventory_products"]


@pytest.mark.parametrize("name", sorted(SESSION))
def test_what_belongs_to_the_callers_session_is_told(tmp_path: Path, name: str) -> None:
    """An API key has no session of its own: documented, and a clear reject."""
    with SplynxServer(settings=Settings(now=NOW)) as server:
        migration = Migration(tmp_path, Splynx(server), Path("splynx"))
        migration.run(feed({name: SESSION[name]}, {name: SESSION[name]}, 1))
        assert [(r.resource, r.reason) for r in migration.rejects()] == [(name, "not_allowed")]
