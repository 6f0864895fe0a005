"""A pilot with the shipped models over a provider's whole data: nothing of others moves, and a widening makes what one load makes."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from commands import answer
from shipped_load import singer_lines
from singer_feed import Feed
from splynx_runs import Migration, Splynx

SETTINGS = {"mapping": "sonar", "timezone": "America/Chicago", "cutover_date": "2026-11-15"}
ACTIVE = """SELECT a.id, a.parent_account_id FROM Account a JOIN AccountStatus s ON s.id = a.account_status_id
WHERE s.activates_account AND a.archived_at IS NULL ORDER BY a.id"""


@pytest.fixture(scope="module")
def sonar(tmp_path_factory: pytest.TempPathFactory) -> tuple[Feed, list[tuple[int, int | None]]]:
    folder = tmp_path_factory.mktemp("sonar")
    feed = singer_lines(folder, accounts=40)
    with sqlite3.connect(folder / "sonar.sqlite") as store:
        return feed, store.execute(ACTIVE).fetchall()


def counts(splynx: Splynx) -> dict[str, int]:
    dump: dict[str, list[Any]] = splynx.session.get(f"{splynx.url}/_sandbox/dump?volatile=0", timeout=30).json()
    return {name: len(rows) for name, rows in dump.items() if rows}


def test_a_pilot_moves_its_customers_and_widening_moves_the_rest(tmp_path: Path, splynx: Splynx, sonar: Any) -> None:
    feed, active = sonar
    child = next(number for number, parent in active if parent is not None)
    alone = [number for number, parent in active if parent is None][:2]
    migration = Migration(tmp_path, splynx, Path("unused"), {})

    migration.run(feed, **SETTINGS, pilot_accounts=[*alone, child])

    assert set(splynx.customers()) == {str(number) for number in (*alone, child)}
    ids = {row["id"] for row in splynx.rows("customers/customer")}
    for resource in ("customers/internet-services", "customers/customer-notes", "finance/invoices", "support/tickets"):
        assert {row["customer_id"] for row in splynx.rows(resource)} <= ids, resource
    assert not [o for o in migration.rejects() if o.reason == "parent_missing"], "the link of the child waits"
    assert migration.summary()["customers/customer_parents"]["skip_rules"] == {"its parent is not in pilot_accounts": 1}
    accounts = answer(migration, "accounting", **SETTINGS, pilot_accounts=[*alone, child])
    assert {row["stream"]: row["examples"] for row in accounts if not row["balanced"]} == {}, "who waits is told by name"

    migration.run(feed, **SETTINGS)
    widened = counts(splynx)
    migration.splynx.reset_stats()
    migration.run(feed, **SETTINGS)
    assert migration.splynx.writes() == {}
    assert len(splynx.customers()) > len(alone) + 10
    assert widened == counts(splynx)
