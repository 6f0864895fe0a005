"""target-duckdb: a loader that was not built with the SDK."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from destination_runs import SPECIAL_NOTE, STREAMS, Row, Step, comparable, entry_of, run_pipeline, truth
from destination_tools import TARGET_DUCKDB

from sandbox.data.change import Wishes, change

pytestmark = pytest.mark.skipif(sys.version_info >= (3, 14), reason="target-duckdb needs a DuckDB that has no wheels for this Python")


def table(path: Path, name: str) -> dict[int, Row]:
    """A table by id."""
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(f'SELECT * FROM sonar."{name}"')
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows)
    return by_id


def without_empty_texts(rows: dict[int, Row]) -> dict[int, Row]:
    """This loader goes through CSV, which does not tell an empty text from null."""
    return {row_id: {k: None if v == "" else v for k, v in row.items()} for row_id, row in rows.items()}


def same(warehouse: Path, store: Path, catalog: dict[str, Any]) -> None:
    """All tables hold the store's rows, all of them and no other."""
    for stream in STREAMS:
        entry = entry_of(catalog, stream)
        expected = without_empty_texts(comparable(truth(store, entry), entry))
        assert comparable(table(warehouse, stream), entry) == expected, stream


def test_load_change_and_upsert(tmp_path: Path, tap_config: dict[str, Any], six_streams: dict[str, Any], store: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    target = Step([TARGET_DUCKDB.script()], {"path": str(warehouse), "default_target_schema": "sonar"})
    first = run_pipeline(tmp_path, tap_config, six_streams, target)
    same(warehouse, store, six_streams)
    assert table(warehouse, "notes")[3]["message"] == SPECIAL_NOTE

    change(store, Wishes(touch_contacts=4, touch_accounts=2, new_accounts=2, late_payments=2, new_notes=1))
    run_pipeline(tmp_path, tap_config, six_streams, target, state=first.state)
    same(warehouse, store, six_streams)
