"""The shipped models over a provider's whole data: no row of any stream is unaccounted for, before and after the load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commands import invoke
from shipped_load import singer_lines
from singer_feed import Feed
from splynx_runs import Migration, Splynx

SETTINGS = {"mapping": "sonar", "timezone": "America/Chicago", "cutover_date": "2026-11-15"}


@pytest.fixture(scope="module")
def sonar(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return singer_lines(tmp_path_factory.mktemp("sonar"), accounts=60)


def accounts(migration: Migration, **settings: Any) -> dict[str, dict[str, Any]]:
    result = invoke(migration, "accounting", "--json", **SETTINGS, **settings)
    return {account["stream"]: account for account in json.loads(result.stdout)}


def faults(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {stream: account["examples"] for stream, account in found.items() if not account["balanced"]}


def test_no_row_is_unaccounted_for(tmp_path: Path, splynx: Splynx, sonar: Feed) -> None:
    migration = Migration(tmp_path, splynx, Path("unused"), {})
    migration.run(sonar, **SETTINGS, dry_run=True)
    assert faults(accounts(migration)) == {}

    migration.run(sonar, **SETTINGS)
    found = accounts(migration)
    assert faults(found) == {}
    for stream, account in found.items():
        assert account["counts"]["pending"] == 0, (stream, account["why"])
        assert account["sentence"].endswith(".") or account["why"][0]["why"].startswith("no model"), stream
    assert found["accounts"]["counts"]["written"] > 40
    assert found["contacts"]["counts"]["merged"] > 40
