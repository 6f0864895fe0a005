"""Each check finds exactly the dirt of its kind in the sandbox's provider, and on a clean one only what is ordinary."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.data.dirt_codes import DIRT_CODES
from sandbox.data.truth import Dirt, read_truth
from shipped_load import singer_lines
from staged import stage_of, stream_of
from target_splynx.ledger.store import Ledger
from target_splynx.quality.checks import load_checks
from target_splynx.quality.run import Result, findings, run_checks
from target_splynx.settings import Settings

CODES = sorted(DIRT_CODES)
BY_ACCOUNT = {"balance_mismatch", "credit_exceeds_debits"}
"""The sandbox notes the row that was spoilt; the check can only tell the account."""


@dataclass
class Checked:
    """What the checks found in a provider, and what was spoilt in it."""

    results: dict[str, Result]
    found: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    dirt: dict[str, list[Dirt]] = field(default_factory=lambda: defaultdict(list))


def checked(folder: Path, *, accounts: int, dirt: bool) -> Checked:
    stage = stage_of(folder, singer_lines(folder, accounts=accounts, dirt=dirt))
    settings = Settings.from_config({"api_url": "http://127.0.0.1:1", "workspace": str(folder), "timezone": "America/Chicago", "cutover_date": "2026-11-15"})
    ledger = Ledger(settings.ledger_url, splynx=settings.api_url)
    result = Checked({result.check.code: result for result in run_checks(settings, stage, ledger, examples=2)})
    ledger.close()
    for row in findings(stage.connection):
        result.found[row["code"]].append(row)
    for each in read_truth(folder / "sonar.sqlite").dirt:
        result.dirt[each.code].append(each)
    stage.close()
    return result


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return checked(tmp_path_factory.mktemp("dirty"), accounts=400, dirt=True)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return checked(tmp_path_factory.mktemp("clean"), accounts=400, dirt=False)


def test_there_is_a_check_for_every_kind_of_dirt_and_it_is_as_grave() -> None:
    checks = {check.code: check for check in load_checks("sonar")}
    assert {code: check.severity for code, check in checks.items() if code in DIRT_CODES} == {code: entry.severity for code, entry in DIRT_CODES.items()}


def test_every_check_can_run(dirty: Checked) -> None:
    assert {code: result.problem for code, result in dirty.results.items() if result.problem} == {}


@pytest.mark.parametrize("code", CODES)
def test_the_dirt_of_its_kind_is_found_and_nothing_else(dirty: Checked, code: str) -> None:
    assert dirty.dirt[code], "the data set has this dirt"
    seeded = {_place(code, stream_of(each.type), each.row_id, each.account_id) for each in dirty.dirt[code]}
    found = {_place(code, row["stream"], row["id"], row["account_id"]) for row in dirty.found[code]}
    assert found == seeded


def _place(code: str, stream: str, row: Any, account: Any) -> tuple[str, str]:
    return ("account", str(account)) if code in BY_ACCOUNT else (stream, str(row))


def test_a_clean_provider_has_only_what_is_ordinary(clean: Checked) -> None:
    ordinary = {code for code, entry in DIRT_CODES.items() if entry.ordinary}
    assert {code: rows[:3] for code, rows in clean.found.items() if code not in ordinary} == {}
