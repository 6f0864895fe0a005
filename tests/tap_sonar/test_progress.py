"""What the user sees while a run goes on, and at its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from sonar_runs import extract, run_command, select
from tap_sonar import streams
from tap_sonar.client import Answer, SonarClient
from tap_sonar.errors import QueryError


def test_progress_lines(
    config: dict[str, Any],
    catalog: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    stats: Callable[[], dict[str, Any]],
) -> None:
    monkeypatch.setattr(streams, "PROGRESS_SECONDS", 0.0)
    with caplog.at_level("INFO"):
        extract({**config, "page_size": 500}, select(catalog, "accounts"))
    lines = [line for line in caplog.messages if line.startswith("accounts: ")]
    assert len(lines) >= 3
    assert re.fullmatch(r"accounts: 500 of 1245 rows, \d+ rows/s, about \d+ s left", lines[0])


def test_progress_of_a_root_that_cannot_count(
    config: dict[str, Any],
    catalog: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    original = SonarClient.query

    def query(self: SonarClient, text: str, *arguments: Any, **options: Any) -> Answer:
        if "total_count" in text:
            raise QueryError("Sonar refuses the query (aggregations are not supported here).")
        return original(self, text, *arguments, **options)

    monkeypatch.setattr(streams, "PROGRESS_SECONDS", 0.0)
    monkeypatch.setattr(SonarClient, "query", query)
    with caplog.at_level("INFO"):
        run = extract({**config, "page_size": 500}, select(catalog, "accounts"))
    assert run.error is None
    assert run.ids("accounts") == list(range(1, 1246))
    assert re.fullmatch(r"accounts: 500 rows, \d+ rows/s", next(m for m in caplog.messages if m.startswith("accounts")))


def test_the_table_at_the_end(config: dict[str, Any], catalog: dict[str, Any], tmp_path: Any) -> None:
    import json

    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(select(catalog, "notes", "system_setting")))
    done = run_command(config, "--catalog", str(path))
    table = [line.split("|")[-1].split() for line in done.stderr.decode().splitlines()][-4:]
    assert table[0] == ["stream", "rows", "requests", "retries", "waits", "seconds", "outcome"]
    by_name = {line[0]: line for line in table}
    assert by_name["notes"][1:5] == ["120", "1", "0", "0"]
    assert by_name["notes"][6] == "complete"
    assert by_name["total"][1:4] == ["121", "2", "0"]
    assert float(by_name["notes"][5]) < 10
