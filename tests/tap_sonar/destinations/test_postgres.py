"""target-postgres (MeltanoLabs) into a real PostgreSQL: types, upserts, and rows that Sonar deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from destination_runs import SPECIAL_NOTE, STREAMS, Step, comparable, entry_of, run_pipeline, selected, truth
from destination_tools import TARGET_POSTGRES

from postgres_server import USER, Postgres
from sandbox.data.change import Wishes, change


def loader(server: Postgres, schema: str, **settings: Any) -> Step:
    """target-postgres into a schema of its own."""
    config = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": USER,
        "password": "unused",
        "database": "postgres",
        "default_target_schema": schema,
        "load_method": "upsert",
        **settings,
    }
    return Step([TARGET_POSTGRES.script()], config)


def table(server: Postgres, schema: str, name: str) -> dict[int, dict[str, Any]]:
    """A table by id."""
    with server.connect() as connection:
        rows = connection.execute(f'SELECT * FROM "{schema}"."{name}"').fetchall()
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows)
    return by_id


def columns(server: Postgres, schema: str, name: str) -> dict[str, str]:
    """The table's column types."""
    with server.connect() as connection:
        found = connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
            (schema, name),
        ).fetchall()
    return {row["column_name"]: row["data_type"] for row in found}


def same(server: Postgres, schema: str, store: Path, entry: dict[str, Any]) -> None:
    """The table holds the store's rows, all of them and no other."""
    found = comparable(table(server, schema, entry["tap_stream_id"]), entry)
    assert found == comparable(truth(store, entry), entry), entry["tap_stream_id"]


def test_load_change_and_upsert(tmp_path: Path, tap_config: dict[str, Any], six_streams: dict[str, Any], store: Path, postgres: Postgres) -> None:
    target = loader(postgres, "sonar")
    first = run_pipeline(tmp_path, tap_config, six_streams, target)
    for stream in STREAMS:
        same(postgres, "sonar", store, entry_of(six_streams, stream))
    assert table(postgres, "sonar", "notes")[3]["message"] == SPECIAL_NOTE
    types = columns(postgres, "sonar", "accounts")
    assert types["id"] == "bigint"
    assert types["updated_at"].startswith("timestamp")
    assert types["next_bill_date"] == "date"
    assert types["is_delinquent"] == "boolean"
    assert types["account_group_ids"] in {"ARRAY", "jsonb"}

    change(store, Wishes(touch_contacts=4, touch_accounts=2, new_accounts=2, late_payments=2, new_notes=1))
    second = run_pipeline(tmp_path, tap_config, six_streams, target, state=first.state)
    for stream in STREAMS:
        same(postgres, "sonar", store, entry_of(six_streams, stream))
    moved = [
        stream
        for stream, bookmark in second.state["bookmarks"].items()
        if bookmark.get("replication_key_value", "") > first.state["bookmarks"][stream].get("replication_key_value", "")
    ]
    assert {"accounts", "contacts", "payments", "notes"} <= set(moved)


@pytest.mark.parametrize("hard_delete", [True, False])
def test_rows_deleted_in_sonar_go_by_activate_version(
    tmp_path: Path,
    tap_config: dict[str, Any],
    whole_catalog: dict[str, Any],
    store: Path,
    postgres: Postgres,
    hard_delete: bool,
) -> None:
    catalog = selected(whole_catalog, "account_services", full_table=["account_services"])
    entry = entry_of(catalog, "account_services")
    schema = f"deletes_{hard_delete}".lower()
    target = loader(postgres, schema, activate_version=True, hard_delete=hard_delete, add_record_metadata=True)
    run_pipeline(tmp_path, tap_config, catalog, target)
    same(postgres, schema, store, entry)
    before = set(truth(store, entry))
    change(store, Wishes(delete_services=3))
    run_pipeline(tmp_path, tap_config, catalog, target)
    after = set(truth(store, entry))
    assert len(before - after) == 3
    rows = table(postgres, schema, "account_services")
    if hard_delete:
        assert set(rows) == after
    else:
        assert {row_id for row_id, row in rows.items() if row["_sdc_deleted_at"] is None} == after
