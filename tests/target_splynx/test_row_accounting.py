"""Every row that was read is written, merged, skipped by a rule, rejected, or still to be written; else the command says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import answer, invoke
from singer_feed import Feed
from splynx_runs import MODELS, Migration, Provider, write_models
from target_splynx.planning.pilot import RULE
from test_pilot import models as pilot_models

PEOPLE = """
-- People become customers.
SELECT id, 'customers/people' AS model, id::VARCHAR AS source_key, 'written' AS part, NULL AS skip FROM sonar.people
"""
PLANS = """
-- Plans become tariffs.
SELECT id, 'catalogue/plans' AS model, id::VARCHAR AS source_key, 'written' AS part, NULL AS skip FROM sonar.plans  -- all
"""
LINES = """
-- Lines become services.
SELECT id, 'services/lines' AS model, id::VARCHAR AS source_key, 'written' AS part,
    CASE WHEN login = 'spare' THEN 'a spare line' END AS skip
FROM sonar.lines
"""
CONTACTS = """
-- The contact is part of its person.
SELECT id, 'customers/people' AS model, person::VARCHAR AS source_key, 'merged' AS part, NULL AS skip FROM sonar.contacts
"""


def tell(migration: Migration, **sentences: str) -> None:
    folder = migration.models / "accounting"
    folder.mkdir(exist_ok=True)
    for stream, sql in {"people": PEOPLE, "plans": PLANS, "lines": LINES, **sentences}.items():
        (folder / f"{stream}.sql").write_text(sql.strip() + "\n", encoding="utf-8")


def accounts(migration: Migration, *, exit_code: int = 0, **settings: Any) -> dict[str, dict[str, Any]]:
    found = answer(migration, "accounting", exit_code=exit_code, **settings)
    for account in found:
        assert account["balanced"] == (account["counts"]["unaccounted"] == 0)
    return {account["stream"]: account for account in found}


def counts(account: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in account["counts"].items() if number}


@pytest.fixture
def told(migration: Migration) -> Iterator[Migration]:
    tell(migration)
    yield migration


def test_written_skipped_rejected_and_what_waits_for_a_reject(told: Migration, provider: Provider) -> None:
    provider.people[1]["name"] = "SKIP"
    provider.people[2]["email"] = "no address at all"
    provider.lines[4]["login"] = "spare"
    told.run(provider)

    found = accounts(told)

    assert {name: account["read"] for name, account in found.items()} == {"lines": 5, "people": 5, "plans": 2}
    assert counts(found["people"]) == {"written": 3, "skipped": 1, "rejected": 1}
    assert {(w["outcome"], w["why"]): w["rows"] for w in found["people"]["why"]}["skipped", "asked to"] == 1
    # The line of who was skipped has no customer; that of who was rejected waits.
    assert counts(found["lines"]) == {"written": 2, "skipped": 1, "rejected": 2}
    assert found["people"]["sentence"] == "People become customers."
    shown = invoke(told, "accounting").stdout
    assert "✓ Every row is accounted for." in shown
    assert "a spare line" in shown and "asked to" in shown


def test_a_row_that_is_part_of_another_shares_its_fate(told: Migration, provider: Provider) -> None:
    tell(told, contacts=CONTACTS)
    provider.people[2]["email"] = "no address at all"
    feed = provider.feed()
    feed.stream("contacts", {"id": "int", "person": "int"}, [{"id": n, "person": n} for n in (1, 2, 3)])
    told.run(feed)
    assert counts(accounts(told)["contacts"]) == {"merged": 2, "rejected": 1}


def test_a_dry_run_leaves_rows_pending_and_the_load_none(told: Migration, provider: Provider) -> None:
    told.run(provider, dry_run=True)
    assert counts(accounts(told)["people"]) == {"pending": 5}
    told.run(provider.feed(version=2))
    assert counts(accounts(told)["people"]) == {"written": 5}
    told.run(provider.feed(version=3))
    assert counts(accounts(told)["people"]) == {"written": 5}, "what did not change counts as written"


def test_a_row_that_nobody_names_is_told(told: Migration, provider: Provider) -> None:
    tell(told, people=PEOPLE.replace("FROM sonar.people", "FROM sonar.people WHERE id <> 4"))
    told.run(provider)
    found = accounts(told, exit_code=2)["people"]
    assert counts(found) == {"written": 4, "unaccounted": 1}
    assert found["examples"] == {"the accounting file does not name it": ["4"]}
    assert "✗ people 4: the accounting file does not name it" in invoke(told, "accounting").stdout


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (PEOPLE + "UNION ALL " + PEOPLE.split("\n", 2)[2], "the accounting file names it 2 times"),
        (PEOPLE.replace("'customers/people'", "NULL"), "neither a model nor a rule"),
        (PEOPLE.replace("'customers/people'", "'customers/persons'"), "there is no model customers/persons"),
        (PEOPLE.replace("id::VARCHAR", "(id + 100)::VARCHAR"), "customers/people yields no row for it"),
        (PEOPLE.replace("'written'", "'lost'"), "part is lost, not written or merged"),
    ],
)
def test_a_wrong_file_is_told(told: Migration, provider: Provider, sql: str, reason: str) -> None:
    tell(told, people=sql)
    told.run(provider)
    found = accounts(told, exit_code=2)["people"]
    assert counts(found) == {"unaccounted": 5}
    assert list(found["examples"]) == [reason]
    assert found["examples"][reason] == ["1", "2", "3", "4", "5"]


def test_rows_that_a_file_invents_and_sql_that_fails_are_told(told: Migration, provider: Provider) -> None:
    tell(
        told,
        people=PEOPLE.replace("FROM", "FROM (SELECT 99 AS id UNION ALL SELECT id FROM sonar.people) --"),
        lines="-- Wrong.\nSELECT nothing FROM sonar.lines",
    )
    told.run(provider)
    found = accounts(told, exit_code=2)
    assert found["people"]["examples"] == {"the stream has no such row": ["99"]}
    assert next(iter(found["lines"]["examples"])).startswith("accounting/lines.sql: Binder Error")


def test_a_stream_that_is_read_needs_a_file_and_one_that_is_not_is_skipped(told: Migration, provider: Provider) -> None:
    (told.models / "accounting" / "lines.sql").unlink()
    feed = provider.feed()
    feed.stream("extras", {"id": "int"}, [{"id": 1}])
    told.run(feed)
    found = accounts(told, exit_code=2)
    assert found["lines"]["why"] == [{"outcome": "unaccounted", "why": "there is no accounting file for it", "rows": 5}]
    assert found["extras"]["why"] == [{"outcome": "skipped", "why": "no model reads this stream", "rows": 1}]


def test_a_section_that_is_not_loaded_and_the_pilot_are_rules(migration: Migration, provider: Provider) -> None:
    migration.models = pilot_models(migration.folder / "pilot")
    tell(migration)
    migration.run(provider, pilot_accounts=[1, 2], sections=["foundation", "catalogue", "customers"])
    found = accounts(migration)
    assert {w["why"]: w["rows"] for w in found["people"]["why"]} == {"customers/people": 2, RULE: 3}
    assert {w["why"]: w["rows"] for w in found["lines"]["why"]} == {"section services is not loaded": 2, RULE: 3}


def test_a_rollback_makes_rows_pending_again(told: Migration, provider: Provider) -> None:
    told.run(provider)
    answer(told, "rollback", "1")
    assert counts(accounts(told)["people"]) == {"pending": 5}


def test_tables_that_no_longer_fit_are_refused(told: Migration, provider: Provider) -> None:
    told.run(provider)
    write_models(told.models, customers__people=MODELS["customers/people"].format(on_delete="ignore").replace("email,", ""))
    result = invoke(told, "accounting")
    assert result.exit_code == 1
    assert "plan --refresh" in result.stderr
    assert invoke(told, "plan", "--refresh").exit_code == 0
    assert counts(accounts(told)["people"]) == {"written": 5}


def test_one_stream_with_its_rules(told: Migration, provider: Provider) -> None:
    provider.people[1]["name"] = "SKIP"
    told.run(provider)
    shown = invoke(told, "accounting", "--stream", "people").stdout
    assert "People become customers." in shown and "asked to" in shown and "plans" not in shown
    assert invoke(told, "accounting", "--stream", "persons").exit_code == 1


def test_streams_that_are_resources_need_no_files(migration: Migration, tmp_path: Path) -> None:
    feed = Feed().stream("partners", {"id": "int", "name": "text"}, [{"id": 1, "name": "North"}, {"id": 2, "name": None}])
    migration.run(feed, mapping="splynx")
    assert counts(accounts(migration, mapping="splynx")["partners"]) == {"written": 1, "rejected": 1}
