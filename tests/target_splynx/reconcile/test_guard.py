"""Without proof of the same data nobody goes live: each way in which it can be missing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from splynx_runs import Migration, Provider, add_model
from target_splynx.errors import NotProven
from target_splynx.ledger.store import Ledger
from target_splynx.reconcile.guard import demand_proof
from target_splynx.reconcile.result import Difference, Explanation, Reconciliation
from target_splynx.reconcile.saved import fingerprint, save
from target_splynx.settings import Settings
from target_splynx.stage.store import Stage
from target_splynx.workspace import locked

GOING = {"go_live/customers_status": 2, "customers/people": 0}


@dataclass
class Evening:
    """A small provider that was loaded, and a mapping that can prove its money."""

    migration: Migration
    provider: Provider

    @contextlib.contextmanager
    def opened(self, **settings: Any) -> Iterator[tuple[Settings, Stage, Ledger]]:
        found = Settings.from_config(self.migration.config(**settings))
        with locked(found.workspace), self.migration.ledger() as ledger:
            stage = Stage(found.workspace)
            try:
                yield found, stage, ledger
            finally:
                stage.close()

    def prove(self, **result: Any) -> None:
        with self.opened() as (settings, stage, ledger):
            made = Reconciliation("2026-11-16", "open_items", 2, fingerprint=fingerprint(settings, stage, ledger, ["people", "lines"]))
            save(settings.workspace, replace(made, **result))

    def demand(self, writes: dict[str, int] | None = None, **settings: Any) -> None:
        with self.opened(**settings) as opened:
            demand_proof(*opened, GOING if writes is None else writes)


@pytest.fixture
def evening(migration: Migration, provider: Provider) -> Evening:
    migration.run(provider)
    add_model(migration.models, "reconcile/accounts", "SELECT 1")
    return Evening(migration, provider)


def test_a_clean_result_of_the_same_data_is_proof(evening: Evening) -> None:
    evening.prove()
    evening.demand()


def test_a_run_that_does_not_go_live_needs_none(evening: Evening) -> None:
    evening.demand({"customers/people": 5, "go_live/customers_status": 0})


def test_no_result(evening: Evening) -> None:
    with pytest.raises(NotProven, match="there is none"):
        evening.demand()


def test_an_unexplained_difference(evening: Evening) -> None:
    evening.prove(differences=[Difference("balance", "1", "Account 1", 1, 100, 101, ())])
    with pytest.raises(NotProven, match="1 unexplained difference"):
        evening.demand()


def test_an_explained_difference_is_none(evening: Evening) -> None:
    told = (Explanation("owed_differs", "held back", -100),)
    evening.prove(differences=[Difference("balance", "1", "Account 1", 1, 100, 0, told)])
    evening.demand()


def test_not_everybody_was_looked_at(evening: Evening) -> None:
    evening.prove(previews=5, previews_wanted=6)
    with pytest.raises(NotProven, match="5 of 6 customers"):
        evening.demand()


def test_rows_that_come_again_unchanged_are_no_movement(evening: Evening) -> None:
    """A tap sends whole tables, and the newest rows of the others, each time."""
    evening.prove()
    evening.migration.run(evening.provider)
    evening.demand()


def test_a_row_that_changed(evening: Evening) -> None:
    evening.prove()
    evening.provider.people[2]["city"] = "Oulu"
    evening.migration.run(evening.provider, dry_run=True)
    with pytest.raises(NotProven, match="people was changed"):
        evening.demand()


def test_a_row_that_came(evening: Evening) -> None:
    evening.prove()
    evening.provider.lines.append({"id": 900, "person": 1, "plan": 1, "login": "more"})
    evening.migration.run(evening.provider, dry_run=True)
    with pytest.raises(NotProven, match="lines has 6 rows, then 5"):
        evening.demand()


def test_a_run_that_wrote_since(evening: Evening) -> None:
    evening.prove()
    evening.provider.plans[0]["price"] = 12  # a stream that the reconciliation did not read
    evening.migration.run(evening.provider)
    with pytest.raises(NotProven, match="Run 2 wrote after"):
        evening.demand()


def test_other_settings(evening: Evening) -> None:
    evening.prove()
    with pytest.raises(NotProven, match="Settings of the models have been changed"):
        evening.demand(all_emails=True)
    evening.demand(go_live_partners=["Main"])  # who goes live now is not what was compared


def test_go_live_comes_alone(evening: Evening) -> None:
    evening.prove()
    with pytest.raises(NotProven, match=r"would also write customers/people \(1\)"):
        evening.demand({**GOING, "customers/people": 1})


def test_a_mapping_without_sums_is_not_held_up(evening: Evening, caplog: pytest.LogCaptureFixture) -> None:
    Path(evening.migration.models / "reconcile" / "accounts.sql").unlink()
    evening.demand()
    assert "go_live without proof" in caplog.text
