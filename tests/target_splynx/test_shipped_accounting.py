"""The shipped models over a provider's whole data: no row of any stream is unaccounted for, before and after the load."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from commands import invoke
from conftest import NOW
from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import Settings
from shipped_load import singer_lines
from singer_feed import Feed
from splynx_runs import Migration, Splynx

BOOKED_BY = {
    "finance/invoices": ["invoices"],
    "finance/payments": ["payments"],
    "finance/credit-notes": ["credit_notes"],
    "finance/transactions": ["charges", "discounts", "opening_balances", "taken_back"],
}
DOCUMENTS = ("invoice_id", "payment_id", "credit_note_id")
"""A transaction that carries one of these was booked by Splynx for that document."""

SETTINGS = {"mapping": "sonar", "timezone": "America/Chicago", "cutover_date": "2026-11-15"}


@pytest.fixture(scope="module")
def sonar(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return singer_lines(tmp_path_factory.mktemp("sonar"), accounts=60)


def accounts(migration: Migration, **settings: Any) -> dict[str, dict[str, Any]]:
    result = invoke(migration, "accounting", "--json", **SETTINGS, **settings)
    return {account["stream"]: account for account in json.loads(result.stdout)}


def faults(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {stream: account["examples"] for stream, account in found.items() if not account["balanced"]}


@pytest.fixture
def loud() -> Iterator[Splynx]:
    """A server with every notification on that it knows, as one whose operator forgot to switch them off."""
    switches = [field.name for field in fields(Settings) if field.name.endswith(("_notifications", "_messages"))]
    assert len(switches) == 4
    with SplynxServer(settings=Settings(now=NOW, **dict.fromkeys(switches, True))) as server:
        yield Splynx(server)


def test_no_row_is_unaccounted_for_nobody_is_told_and_nothing_is_charged(tmp_path: Path, loud: Splynx, sonar: Feed) -> None:
    migration = Migration(tmp_path, loud, Path("unused"), {})
    migration.run(sonar, **SETTINGS, dry_run=True)
    assert faults(accounts(migration)) == {}

    migration.run(sonar, **SETTINGS)
    stats = loud.stats()
    assert stats["messages_that_would_have_gone_out"] == {}, "neither to a customer nor to an employee"
    assert stats["charges_on_creation"] == {}
    written = migration.summary()
    for resource, models in BOOKED_BY.items():
        booked = [row for row in loud.rows(resource) if resource != "finance/transactions" or not any(row[name] for name in DOCUMENTS)]
        assert len(booked) == sum(written[f"money/{model}"].get("created", 0) for model in models), f"{resource}: what the models made, nothing else"
    found = accounts(migration)
    assert faults(found) == {}
    for stream, account in found.items():
        assert account["counts"]["pending"] == 0, (stream, account["why"])
        assert account["sentence"].endswith(".") or account["why"][0]["why"].startswith("no model"), stream
    assert found["accounts"]["counts"]["written"] > 40
    assert found["contacts"]["counts"]["merged"] > 40
