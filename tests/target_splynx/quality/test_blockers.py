"""A blocker stops the records that it names, with its own reason, and no others; a decision lets them go."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.data.generate import generate
from sandbox.splynx.server import SplynxServer
from shipped_load import lines_of
from singer_feed import Feed
from splynx_runs import Migration, Splynx
from target_splynx.ledger.entries import Operation
from target_splynx.ledger.store import Ledger
from target_splynx.quality.checks import load_checks
from target_splynx.quality.run import findings, run_checks
from target_splynx.settings import Settings
from target_splynx.stage.store import Stage

SETTINGS: dict[str, Any] = {
    "mapping": "sonar", "timezone": "America/Chicago", "cutover_date": "2026-11-15",
    "sections": ["foundation", "catalogue", "network", "customers", "services", "money"],
}  # fmt: skip
HELD_BACK = {
    "balance_mismatch": ("owed_differs", {"money"}, {}),
    "pending_payment": ("payment_pending", {"money"}, {"pending_payments": "accept"}),
    "tax_avalara": ("tax_rated", {"catalogue", "services"}, {"rated_taxes": "without"}),
}
"""Check → the reason of the rejects that it tells beforehand, the sections where they are, the decision that lets them go."""

MOST_USED = """UPDATE "ServiceTaxDefinition" SET service_id = (SELECT x.service_id FROM "AccountService" x JOIN "Service" s ON s.id = x.service_id
WHERE s.type = 'VOICE' GROUP BY x.service_id ORDER BY count(*) DESC LIMIT 1)"""

TABLES = {"payments": "Payment", "invoices": "Invoice", "discounts": "Discount", "charges": "Debit", "credit_notes": "Discount"}


@dataclass
class Planned:
    """A provider with dirt, checked and planned."""

    migration: Migration
    feed: Feed
    found: dict[str, set[int]]

    def rejects(self, reason: str) -> list[Operation]:
        return [row for row in self.migration.rejects() if row.reason == reason]

    def accounts_of(self, rejects: list[Operation]) -> set[int]:
        """Whose money is held back, by the rows of the source."""
        with sqlite3.connect(self.migration.folder / "sonar.sqlite") as store:
            return {self._account(store, row) for row in rejects}

    @staticmethod
    def _account(store: sqlite3.Connection, row: Operation) -> int:
        number = int(re.findall(r"\d+", row.source_key)[0])
        table = TABLES.get(row.model.split("/")[1])
        return int(store.execute(f'SELECT account_id FROM "{table}" WHERE id = ?', (number,)).fetchone()[0]) if table else number


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planned]:
    folder = tmp_path_factory.mktemp("blockers")
    database = folder / "sonar.sqlite"
    generate(database, accounts=100, seed=7)
    with sqlite3.connect(database) as store:  # the one that most customers have is rated
        store.execute(MOST_USED)
    feed = lines_of(database)
    with SplynxServer() as server:
        migration = Migration(folder, Splynx(server), Path("unused"), SETTINGS)
        migration.run(feed, dry_run=True)
        yield Planned(migration, feed, checked(migration))


def checked(migration: Migration) -> dict[str, set[int]]:
    """Check → accounts that it names, or services where it names no account."""
    settings = Settings.from_config(migration.config())
    stage = Stage(settings.workspace)
    ledger = Ledger(settings.ledger_url, splynx=settings.api_url)
    found: dict[str, set[int]] = {}
    try:
        run_checks(settings, stage, ledger)
        rated = dict(stage.connection.execute("SELECT id::VARCHAR, service_id FROM sonar.service_tax_definitions").fetchall())
        for row in findings(stage.connection, list(HELD_BACK)):
            found.setdefault(row["code"], set()).add(int(row["account_id"] or rated[row["id"]]))
    finally:
        ledger.close()
        stage.close()
    return found


def test_every_blocker_holds_something_back() -> None:
    assert {check.code for check in load_checks("sonar") if check.severity == "blocker"} == HELD_BACK.keys()
    for check in load_checks("sonar"):
        if check.code in HELD_BACK:
            assert f"({HELD_BACK[check.code][0]})" in check.action, "the check says by which reason they are found"


@pytest.mark.parametrize("code", ["balance_mismatch", "pending_payment"])
def test_the_money_of_the_accounts_that_it_names_and_of_no_others(planned: Planned, code: str) -> None:
    reason, sections, _ = HELD_BACK[code]
    rejects = planned.rejects(reason)
    assert planned.found[code], "the data set has this dirt"
    assert {row.model.split("/")[0] for row in rejects} == sections, "everything else of the account is planned"
    named = planned.found[code] - planned.found["balance_mismatch"] if code == "pending_payment" else planned.found[code]
    assert planned.accounts_of(rejects) == named
    assert all(row.remedy for row in rejects)


def test_the_service_that_it_names_with_what_customers_have_of_it(planned: Planned) -> None:
    reason, sections, _ = HELD_BACK["tax_avalara"]
    rejects = planned.rejects(reason)
    services = planned.found["tax_avalara"]
    assert {row.model.split("/")[0] for row in rejects} == sections
    assert {int(row.source_key.split(":")[0]) for row in rejects if row.model == "catalogue/tariffs_voice"} == services
    with sqlite3.connect(planned.migration.folder / "sonar.sqlite") as store:
        service_of = dict(store.execute('SELECT id, service_id FROM "AccountService"').fetchall())
    held = {service_of[int(re.findall(r"\d+", row.source_key)[0])] for row in rejects if row.model == "services/services_voice"}
    assert held == services
    with planned.migration.ledger() as ledger:
        creates = list(ledger.operations(ledger.last_run()["id"], states=("planned",)))
    written = {
        service_of[int(re.findall(r"\d+", row.source_key)[0])] for row in creates if row.model in ("services/services_voice", "services/services_internet")
    }
    assert written and not written & services, "all others are planned"


def test_a_decision_lets_them_go(planned: Planned) -> None:
    decided: dict[str, Any] = {}
    for _, _, decision in HELD_BACK.values():
        decided |= decision
    planned.migration.run(planned.feed, dry_run=True, **decided)
    reasons = {row.reason for row in planned.migration.rejects()}
    assert not reasons & {HELD_BACK[code][0] for code in ("pending_payment", "tax_avalara")}
    assert "owed_differs" in reasons, "a balance that is not known is nobody's to decide here"
