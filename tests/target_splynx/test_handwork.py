"""The sheet of what has no API: what is needed follows from the data, what exists is read from Splynx, the rest is ticked off."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from commands import answer, invoke
from splynx_runs import Migration, Provider
from target_splynx.modelling import companions

GROUPS = """
-- title: Ticket groups
-- where: Config › Tickets › Groups
-- why: The API only reads them.
SELECT name, name || ' of everybody' AS details,
    EXISTS (SELECT 1 FROM splynx.tickets_groups AS made WHERE made.title = wanted.name) AS "exists"
FROM (VALUES ('Finance'), ('=HYPERLINK("x")'), ('<b>Any</b>')) AS wanted (name)
"""
SWITCHES = """
-- title: Switches
-- where: Config
-- why: No API shows them.
SELECT 'Welcome message' AS name, count(*) || ' customers would get one' AS details, NULL AS "exists" FROM sonar.people
"""


@pytest.fixture
def told(migration: Migration, provider: Provider) -> Migration:
    folder = migration.models / "handwork"
    folder.mkdir()
    (folder / "ticket_groups.sql").write_text(GROUPS.strip() + "\n", encoding="utf-8")
    (folder / "switches.sql").write_text(SWITCHES.strip() + "\n", encoding="utf-8")
    migration.run(provider, dry_run=True)
    return migration


def states(migration: Migration, *arguments: str, exit_code: int = 2) -> dict[str, str]:
    found = answer(migration, "handwork", *arguments, exit_code=exit_code)
    return {item["id"]: item["state"] for chapter in found for item in chapter["items"]}


def test_what_splynx_shows_is_there_and_the_rest_is_left(told: Migration) -> None:
    title = told.splynx.rows("support/tickets-groups")[0]["title"]
    (told.models / "handwork" / "ticket_groups.sql").write_text(GROUPS.strip().replace("Finance", title) + "\n", encoding="utf-8")
    found = states(told)
    assert found == {
        f"ticket_groups:{title}": "there",
        'ticket_groups:=HYPERLINK("x")': "missing",
        "ticket_groups:<b>Any</b>": "missing",
        "switches:Welcome message": "look",
    }
    assert told.splynx.writes() == {}, "a dry run and a look"


def test_ticking_off_lasts_and_can_be_taken_back(told: Migration) -> None:
    everything = list(states(told))
    ticks = [argument for name in everything for argument in ("--tick", name)]
    assert set(states(told, *ticks, exit_code=0).values()) <= {"ticked off", "there"}
    assert "✓ Nothing is left" in invoke(told, "handwork").stdout
    assert states(told, "--untick", "switches:Welcome message")["switches:Welcome message"] == "look"


def test_a_name_that_is_nothing_is_refused(told: Migration) -> None:
    result = invoke(told, "handwork", "--tick", "switches:Welcome")
    assert result.exit_code == 1
    assert "nothing to make by hand called 'switches:Welcome'" in result.stderr


def test_the_sheet_is_safe_to_open_and_for_its_owner_only(told: Migration) -> None:
    result = invoke(told, "handwork")
    assert result.exit_code == 2
    page = (told.workspace / "handwork.html").read_text(encoding="utf-8")
    assert "Config › Tickets › Groups" in page and "5 customers would get one" in page
    assert "&lt;b&gt;Any&lt;/b&gt;" in page and "<b>Any</b>" not in page
    assert "http" not in page.replace(told.splynx.url, ""), "nothing is fetched"
    with (told.workspace / "handwork.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} >= {'\'=HYPERLINK("x")', "<b>Any</b>"}
    for name in ("handwork.html", "handwork.csv", "handwork-ticks.json"):
        assert (told.workspace / name).stat().st_mode & 0o777 == 0o600


def test_a_chapter_that_cannot_be_made_is_told_and_does_not_hide_the_others(told: Migration) -> None:
    (told.models / "handwork" / "switches.sql").write_text(SWITCHES.strip().replace("sonar.people", "sonar.nobody") + "\n", encoding="utf-8")
    found: list[dict[str, Any]] = answer(told, "handwork", exit_code=2)
    problems = {chapter["kind"]: chapter["problem"] for chapter in found}
    assert problems["switches"] == "stream nobody was never staged in full: select it in the tap."
    assert problems["ticket_groups"] == ""


def test_the_last_plan_survives_a_look(told: Migration) -> None:
    invoke(told, "handwork")
    assert invoke(told, "apply").exit_code == 0


def test_shipped_chapters_say_where_and_why() -> None:
    found = companions.load("handwork", "sonar", keys=("title", "where", "why"))
    assert {"taxes", "roles", "ticket_types", "ticket_groups", "canned_replies", "inventory_categories", "company_info", "voice_rates", "side_effects"} <= set(
        found
    )
