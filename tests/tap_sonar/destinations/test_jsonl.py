"""target-jsonl, with stream maps of the tap, with flattening, and with meltano-map-transform in between."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from destination_runs import SPECIAL_NOTE, STREAMS, Step, comparable, entry_of, run_pipeline, selected, truth
from destination_tools import MAP_TRANSFORM, TARGET_JSONL

from sandbox.data.change import Wishes, change


def jsonl(folder: Path) -> Step:
    """target-jsonl, writing into a folder."""
    folder.mkdir(exist_ok=True)
    config = {"destination_path": str(folder), "do_timestamp_file": False}
    return Step([TARGET_JSONL.script()], config)


def read(folder: Path, stream: str) -> dict[int, dict[str, Any]]:
    """Rows by id; each id once."""
    rows = [json.loads(line) for line in (folder / f"{stream}.jsonl").read_text(encoding="utf-8").split("\n") if line]
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows)
    return by_id


def test_every_row_and_value_arrives(tmp_path: Path, tap_config: dict[str, Any], six_streams: dict[str, Any], store: Path) -> None:
    out = tmp_path / "out"
    run_pipeline(tmp_path, tap_config, six_streams, jsonl(out))
    for stream in STREAMS:
        entry = entry_of(six_streams, stream)
        assert comparable(read(out, stream), entry) == comparable(truth(store, entry), entry), stream
    assert read(out, "notes")[3]["message"] == SPECIAL_NOTE
    assert any(row["account_group_ids"] for row in read(out, "accounts").values())


def test_second_run_sends_only_what_changed(tmp_path: Path, tap_config: dict[str, Any], six_streams: dict[str, Any], store: Path) -> None:
    first = run_pipeline(tmp_path, tap_config, six_streams, jsonl(tmp_path / "first"))
    before = truth(store, entry_of(six_streams, "contacts"))
    changes = change(store, Wishes(touch_contacts=3, new_notes=2))
    # Without the room for a lagging index, so that exactly the changed rows are due.
    config = {**tap_config, "lookback_seconds": 0}
    run_pipeline(tmp_path, config, six_streams, jsonl(tmp_path / "second"), state=first.state)
    after = truth(store, entry_of(six_streams, "contacts"))
    changed = {row_id for row_id in after if after[row_id] != before.get(row_id)}
    assert len(changed) == 3, changes
    newest = max(row["updated_at"] for row in before.values())
    due = changed | {row_id for row_id, row in after.items() if row["updated_at"] == newest}
    assert set(read(tmp_path / "second", "contacts")) == due
    assert not (tmp_path / "second" / "payments.jsonl").exists() or len(read(tmp_path / "second", "payments")) <= 2


def test_stream_maps_of_the_tap(tmp_path: Path, tap_config: dict[str, Any], six_streams: dict[str, Any], store: Path) -> None:
    maps = {
        "contacts": {
            "__alias__": "people",
            "__filter__": "primary",
            "email_address": None,
            "email_hash": "md5(email_address) if email_address else None",
        },
        "payments": {"euros": "float(amount) / 100", "__else__": "__NULL__", "id": "id"},
    }
    run_pipeline(tmp_path, {**tap_config, "stream_maps": maps}, six_streams, jsonl(tmp_path / "out"))
    contacts = truth(store, entry_of(six_streams, "contacts"))
    people = read(tmp_path / "out", "people")
    assert set(people) == {row_id for row_id, row in contacts.items() if row["primary"]}
    for row_id, person in people.items():
        address = contacts[row_id]["email_address"]
        assert person["email_hash"] == (hashlib.md5(address.encode()).hexdigest() if address else None)
        assert "email_address" not in person
    payments = truth(store, entry_of(six_streams, "payments"))
    assert read(tmp_path / "out", "payments") == {row_id: {"id": row_id, "euros": row["amount"] / 100} for row_id, row in payments.items()}


def test_flattening_of_the_tap(tmp_path: Path, tap_config: dict[str, Any], six_streams: dict[str, Any], store: Path) -> None:
    config = {**tap_config, "flattening_enabled": True, "flattening_max_depth": 1}
    run_pipeline(tmp_path, config, six_streams, jsonl(tmp_path / "out"))
    entry = entry_of(six_streams, "accounts")
    accounts = read(tmp_path / "out", "accounts")
    assert all(isinstance(row["account_group_ids"], str) for row in accounts.values())
    assert comparable(accounts, entry) == comparable(truth(store, entry), entry)


def test_map_transform_in_between(tmp_path: Path, tap_config: dict[str, Any], whole_catalog: dict[str, Any], store: Path) -> None:
    catalog = selected(whole_catalog, "accounts", "contacts", "notes", full_table=["notes"])
    maps = {
        "accounts": {"shout": "name.upper()", "geopoint": None},
        "contacts": {"__filter__": "contactable_type == 'Account'", "__alias__": "account_contacts"},
    }
    mapper = Step([MAP_TRANSFORM.script()], {"stream_maps": maps})
    passed = run_pipeline(tmp_path, tap_config, catalog, mapper, jsonl(tmp_path / "out"))
    accounts = truth(store, entry_of(catalog, "accounts"))
    mapped = read(tmp_path / "out", "accounts")
    assert {row_id: row["shout"] for row_id, row in mapped.items()} == {row_id: row["name"].upper() for row_id, row in accounts.items()}
    assert all("geopoint" not in row for row in mapped.values())
    assert [row["account_group_ids"] for row in mapped.values()] == [r["account_group_ids"] for r in accounts.values()]
    contacts = truth(store, entry_of(catalog, "contacts"))
    wanted = {row_id for row_id, row in contacts.items() if row["contactable_type"] == "Account"}
    assert set(read(tmp_path / "out", "account_contacts")) == wanted
    assert read(tmp_path / "out", "notes")[3]["message"] == SPECIAL_NOTE
    assert passed.state["bookmarks"]["accounts"]["replication_key"] == "updated_at"
