"""`tap-sonar-tools check` and `docs`: an instance is looked at before the first extraction."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tap_sonar.schema_page import page_differences
from tap_sonar.tools import main


@pytest.fixture
def tool(config: dict[str, Any], tmp_path: Path) -> Callable[..., Result]:
    """Runs a tool with the settings of the shared server."""
    path = tmp_path / "config.json"

    def run(*arguments: str, code: int = 0, **settings: Any) -> Result:
        path.write_text(json.dumps({**config, **settings}))
        result = CliRunner().invoke(main, [arguments[0], "--config", str(path), *arguments[1:]])
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return run


def findings(result: Result) -> list[dict[str, Any]]:
    return list(json.loads(result.output))


def test_check_tells_who_what_and_how_much_in_few_requests(tool: Any, stats: Callable[[], dict[str, Any]]) -> None:
    found = findings(tool("check", "--json"))
    words = "\n".join(finding["what"] for finding in found)
    assert "answers and takes the credentials" in found[0]["what"]
    assert "the clocks are" in words
    assert "318 root fields" in words
    assert "accounts 1245" in words
    assert "to expect for all of them: at least" in words
    assert not any(finding["ok"] is False for finding in found)
    assert sum(stats()["by_method"].values()) < 60


def test_a_right_that_is_missing_is_told_by_stream(tool: Any, sonar_settings: Callable[..., None]) -> None:
    sonar_settings(denied_roots=["invoices", "notes"])
    bad = [finding for finding in findings(tool("check", "--json", code=2)) if finding["ok"] is False]
    assert sorted(finding["what"].split(":")[0] for finding in bad) == ["invoices", "notes"]
    assert "Give the role this right" in bad[0]["remedy"]
    assert "✗ invoices" in tool("check", code=2).output


def test_wrong_credentials_are_one_line(tool: Any) -> None:
    result = tool("check", code=1, auth_token="wrong-token-1")
    assert result.output.count("\n") == 1
    assert "does not accept the credentials" in result.output
    assert "wrong-token-1" not in result.output


def test_docs_writes_the_page_and_shows_what_differs(tool: Any, tmp_path: Path) -> None:
    page = tmp_path / "docs" / "sonar.md"
    assert "written, 0 differences" in tool("docs", str(page)).output
    text = page.read_text(encoding="utf-8")
    assert "### Account\n" in text
    assert "| `name` | String! |" in text
    assert "| `contacts` | Contact | many |" in text
    assert "written, 0 differences" in tool("docs", str(page)).output
    page.write_text(text.replace("| `archived_at` | Datetime |", "| `archived_on` | Date |"), encoding="utf-8")
    told = tool("docs", str(page), "--check", code=2).output
    assert "  - Account.archived_on" in told
    assert "  + Account.archived_at" in told
    assert "archived_on" in page.read_text(encoding="utf-8"), "--check writes nothing"


def test_differences_of_a_page() -> None:
    old, new = "### A\n| `x` | Int | |\n", "### A\n| `x` | String | |\n| `y` | Int | |\n"
    assert page_differences(old, old) == []
    assert page_differences(old, new) == ["~ A.x: Int -> String", "+ A.y"]
