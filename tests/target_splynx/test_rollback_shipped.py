"""The promise of a rollback, with the shipped models and a provider's whole data: Splynx is as fresh as before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commands import answer, invoke
from shipped_load import singer_lines
from singer_feed import Feed
from splynx_runs import Migration, Splynx

SETTINGS = {"mapping": "sonar", "timezone": "America/Chicago", "cutover_date": "2026-11-15"}


@pytest.fixture(scope="module")
def sonar(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return singer_lines(tmp_path_factory.mktemp("sonar"), accounts=60)


def dump(splynx: Splynx) -> dict[str, Any]:
    found = splynx.session.get(f"{splynx.url}/_sandbox/dump?volatile=0", timeout=30).json()
    for rows in found.values():
        for row in rows:
            if row.get("additional_attributes") == []:  # PHP's empty object, before the module had a field
                row["additional_attributes"] = {}
    return {name: rows for name, rows in found.items() if rows}


OUT_OF_SIGHT = {"customers/customer-notes", "crm/leads-notes"}
"""The API deletes no notes; the people they were written to are gone."""


def test_a_full_load_and_its_rollback_leave_splynx_fresh(tmp_path: Path, splynx: Splynx, sonar: Feed) -> None:
    migration = Migration(tmp_path, splynx, Path("unused"), {})
    before = dump(splynx)
    migration.run(sonar, **SETTINGS)
    loaded = dump(splynx)
    assert len(loaded["customers/customer"]) > 40
    assert answer(migration, "verify", **SETTINGS)["differences"] == []

    result = answer(migration, "rollback", "1", exit_code=2, **SETTINGS)

    assert {(left["resource"], left["reason"]) for left in result["left"]} == {("customer_notes", "no_delete"), ("leads_notes", "no_delete")}
    assert result["deleted"]["customers"] == len(loaded["customers/customer"])
    assert _difference(before, dump(splynx)).keys() == OUT_OF_SIGHT

    migration.run(sonar, **SETTINGS)
    again = dump(splynx)
    assert {name: len(rows) for name, rows in again.items() if name not in OUT_OF_SIGHT} == {
        name: len(rows) for name, rows in loaded.items() if name not in OUT_OF_SIGHT
    }
    for name in OUT_OF_SIGHT:
        assert len(again[name]) == 2 * len(loaded[name]), "made anew, for the new people"
    shown = invoke(migration, "plan", "--account", "1", **SETTINGS).output
    assert "to create" in shown


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Resource → rows that are only here or only there."""
    return {
        name: ([r for r in before.get(name, []) if r not in after.get(name, [])], [r for r in after.get(name, []) if r not in before.get(name, [])])
        for name in {*before, *after}
        if before.get(name) != after.get(name)
    }  # fmt: skip
