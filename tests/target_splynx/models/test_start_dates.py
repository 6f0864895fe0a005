"""The first unbilled day in every billing mode, as docs/explanation/start-dates.md draws it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from start_dates import MODES, Mode, picture, run

PAGE = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "start-dates.md"


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_start_date(provider: Any, mode: Mode) -> None:
    row = run(provider, mode)
    assert (row.reject_code or row.start_date) == mode.start
    found = re.search(rf"<!-- mode: {re.escape(mode.name)} -->\n```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"the page lacks {mode.name}"
    assert found[1] == picture(mode, row)


def test_a_custom_of_the_whole_instance_is_no_fault(provider: Any) -> None:
    """Where next bill dates do not fall on the bill day anywhere, nobody is held back for it."""
    lines = [provider.has(provider.account(f"Customer {number}", next_bill_date=f"2026-12-{number + 2:02d}")) for number in range(4)]
    provider.bench.run("services/services_internet")
    found = [provider.bench.row("services/services_internet", line) for line in lines]
    assert [row.reject_code or row.start_date for row in found] == [f"2026-12-{number + 2:02d}" for number in range(4)]
