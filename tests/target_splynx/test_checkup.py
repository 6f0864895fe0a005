"""`check`: everything that can be known before the first write, told without writing."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from commands import answer, invoke
from splynx_runs import Migration, Provider, Splynx
from target_splynx.checkup.expectation import duration
from target_splynx.splynx.client import Client


def findings(migration: Migration, *, exit_code: int = 2, **settings: Any) -> list[dict[str, Any]]:
    return list(answer(migration, "check", exit_code=exit_code, **settings))


def one(found: list[dict[str, Any]], words: str) -> dict[str, Any]:
    matching = [finding for finding in found if words in finding["what"]]
    assert len(matching) == 1, [finding["what"] for finding in found]
    return matching[0]


def test_a_side_effect_that_is_on_is_told_with_its_page_and_one_that_is_hidden_as_hidden(migration: Migration) -> None:
    found = findings(migration)
    issuing = one(found, "issuing charges")
    assert (issuing["ok"], issuing["topic"]) == (False, "side effects")
    assert "Config › Finance › Automation" in issuing["remedy"]
    assert one(found, "welcome messages")["ok"] is True
    assert one(found, "webhooks")["ok"] is None
    migration.splynx.call("PUT", "admin/config/config?module=main&path=customers", {"send_welcome_message": "1"})
    assert one(findings(migration), "welcome messages")["ok"] is False


def test_after_the_cut_over_billing_may_be_on(migration: Migration) -> None:
    found = findings(migration, exit_code=0, enable_billing=True)
    assert one(found, "issuing charges")["ok"] is True


def test_nothing_is_written_and_it_takes_few_requests(migration: Migration) -> None:
    migration.splynx.reset_stats()
    findings(migration)
    stats = migration.splynx.stats()
    assert set(stats["by_method"]) <= {"GET", "HEAD"}
    assert sum(stats["by_method"].values()) < 60
    assert not (migration.workspace / "staging.duckdb").exists()


def test_who_asks_and_the_clock(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings(migration)
    assert "as API key sand… (basic)" in found[0]["what"]
    assert one(found, "the clocks are 0 s apart" if any("are 0 s" in f["what"] for f in found) else "the clocks are")["ok"]
    monkeypatch.setattr(Client, "server_time", lambda _: datetime(2020, 1, 1, tzinfo=timezone.utc))
    late = one(findings(migration), "the clocks are")
    assert late["ok"] is False
    assert "NTP" in late["remedy"]


def test_reference_data_that_is_missing_is_named(splynx: Splynx, tmp_path: Path) -> None:
    shipped = Migration(tmp_path, splynx, tmp_path)
    found = findings(shipped, mapping="sonar", default_location_id=77)
    missing = one(found, "default_location_id 77")
    assert missing["ok"] is False
    assert "Set default_location_id" in missing["remedy"]
    assert one(found, "default_partner_id 1 exists")["ok"] is True
    assert one(found, "taxes: 1 in Splynx")["ok"] is True


def test_a_plan_tells_writes_and_time_to_expect(migration: Migration, provider: Provider) -> None:
    assert "first run" in one(findings(migration), "no ledger yet")["what"]
    migration.run(provider, dry_run=True)
    expected = one(findings(migration), "run 1 planned")
    assert "writes: about" in expected["what"]
    migration.run(provider)
    assert one(findings(migration), "run 2 (done)")["ok"] is True


def test_a_ledger_of_another_splynx_is_told_here_already(migration: Migration, provider: Provider) -> None:
    migration.run(provider)
    other = f"sqlite:///{migration.workspace / 'ledger.sqlite'}"
    moved = migration.splynx.url.replace("127.0.0.1", "localhost")
    assert one(findings(migration, api_url=moved, ledger_url=other), "The ledger belongs to")["ok"] is False


def test_a_workspace_that_others_may_look_into_is_told(migration: Migration) -> None:
    migration.workspace.mkdir(mode=0o755)
    migration.workspace.chmod(0o755)
    assert "chmod 700" in one(findings(migration), "other users may look into")["remedy"]


def test_people_see_signs_and_remedies(migration: Migration) -> None:
    text = invoke(migration, "check").output
    assert "  ✗ issuing charges by itself: on — Switch it off" in text
    assert "  ? pushes to routers: cannot be seen" in text
    assert "1 to do," in text


@pytest.mark.parametrize(("seconds", "words"), [(40, "40 s"), (600, "10 min"), (12_600, "3.5 h")])
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
