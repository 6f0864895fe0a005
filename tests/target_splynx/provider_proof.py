"""A provider that was migrated with its money, ready to be reconciled; and what its source really says."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from commands import answer, invoke
from sandbox.data.change import Wishes, change
from sandbox.data.truth import Truth, read_truth
from sandbox.splynx.server import SplynxServer
from shipped_load import lines_of, singer_lines
from singer_feed import Feed
from splynx_runs import Migration, Splynx

NOW = datetime(2026, 11, 15, 12, 0, 0)  # noqa: DTZ001 - the sandbox keeps its times without a zone
DAY = "2026-11-16"
SETTINGS: dict[str, Any] = {
    "mapping": "sonar",
    "timezone": "America/Chicago",
    "cutover_date": DAY,
    "sections": ["foundation", "catalogue", "network", "customers", "services", "money"],
}
LIVE = {"enable_billing": True, "sections": ["go_live"]}


@dataclass
class Proof:
    """A migration with the truth about its source."""

    migration: Migration
    feed: Feed
    truth: Truth

    @property
    def database(self) -> Path:
        return self.migration.folder / "sonar.sqlite"

    @property
    def splynx(self) -> Splynx:
        return self.migration.splynx

    def reconcile(self, *options: str, exit_code: int = 0, **settings: Any) -> dict[str, Any]:
        found: dict[str, Any] = answer(self.migration, "reconcile", "--day", DAY, *options, exit_code=exit_code, **settings)
        return found

    def go_live(self, *options: str, **settings: Any) -> Any:
        return invoke(self.migration, "go-live", *options, **{**LIVE, **settings})

    def late_payment(self) -> Feed:
        """Somebody pays an open invoice in Sonar after the load; what the tap reads then."""
        change(self.database, Wishes(late_payments=1), datetime(2026, 11, 15, 20, tzinfo=timezone.utc), 0)
        self.truth = read_truth(self.database)
        return lines_of(self.database)

    def last_billed(self) -> dict[int, date]:
        """Account → the last day for which Sonar has invoiced it."""
        with sqlite3.connect(self.database) as store:
            rows = store.execute('SELECT account_id, max(end_date) FROM "Invoice" WHERE NOT void GROUP BY 1').fetchall()
        return {int(account): date.fromisoformat(day) for account, day in rows if day}

    def customer_of(self) -> dict[str, int]:
        """Account → customer, by the marker."""
        return {key: int(row["id"]) for key, row in self.splynx.customers().items() if key}

    def billing(self) -> dict[int, dict[str, Any]]:
        return {int(row["customer_id"]): row for row in self.splynx.rows("customers/customer-billing")}


@contextlib.contextmanager
def migrated(folder: Path, *, accounts: int, seed: int = 7, **settings: Any) -> Iterator[Proof]:
    """Read the sandbox's Sonar, load a fresh Splynx."""
    feed = singer_lines(folder, accounts=accounts, seed=seed)
    with SplynxServer(now=NOW) as server:
        migration = Migration(folder, Splynx(server), Path("unused"), {**SETTINGS, **settings})
        migration.run(feed)
        yield Proof(migration, feed, read_truth(folder / "sonar.sqlite"))
