"""The report of a made-up provider, moved with the shipped models, after every command that the report draws on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from commands import answer, invoke
from sandbox.splynx.server import SplynxServer
from shipped_load import singer_lines
from splynx_runs import Migration, Splynx

NOW = datetime(2026, 11, 15, 12, 0, 0)  # noqa: DTZ001 - the sandbox keeps its times without a zone
SETTINGS: dict[str, Any] = {"mapping": "sonar", "cutover_date": "2026-11-15", "timezone": "America/Chicago"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each command says, by name; `names`: of customers."""
    folder = tmp_path_factory.mktemp("shipped-report")
    lines = singer_lines(folder, accounts=30)
    with SplynxServer(now=NOW) as server:
        migration = Migration(folder, Splynx(server), Path("sonar"), settings=SETTINGS)
        migration.run(lines, mapping="sonar")
        said = {name: invoke(migration, *name.split()) for name in ("reconcile --day 2026-11-15", "verify", "verify --sample 3", "handwork")}
        report = answer(migration, "report")[0]
        people = [row for row in migration.splynx.rows("customers/customer") if row["category"] == "person"]
        texts = {path.name: path.read_text(encoding="utf-8") for path in (migration.workspace / "reports").iterdir()}
    return {**said, "report": report, "names": [row["name"] for row in people], "texts": texts}


def test_every_part_is_there(told: dict[str, Any]) -> None:
    report = told["report"]
    assert report["notes"] == {}
    assert report["money"]["sums"] and len(report["money"]["ageing"]) == 5
    assert report["handwork"]["items"] and len(report["accounts"]) > 80 and len(report["findings"]) > 50
    assert any("is accounted for" in s["text"] and s["state"] == "ok" for s in report["summary"])
    assert {s["state"] for s in report["summary"]} <= {"ok", "look"}, "nothing is unknown any more"


def test_splynx_is_as_it_was_applied_and_every_reference_leads_somewhere(told: dict[str, Any]) -> None:
    for name in ("verify", "verify --sample 3"):
        assert told[name].exit_code == 0, told[name].stdout
    resources = told["report"]["verified"]["resources"]
    assert resources["services_internet"]["references"] >= 2 * resources["services_internet"]["records"]


def test_no_customer_is_named_in_any_file(told: dict[str, Any]) -> None:
    assert len(told["names"]) > 10
    found = {(name, file) for name in told["names"] for file, text in told["texts"].items() if name in text}
    assert found == set()
