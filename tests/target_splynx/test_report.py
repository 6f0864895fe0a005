"""The report: what it tells, to whom, and that nothing of a customer's runs in it."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from commands import answer, invoke
from splynx_runs import Migration, Provider
from target_splynx.ledger.written import last_writing_run
from target_splynx.reconcile.result import Difference, Explanation, Figure, Reconciliation
from target_splynx.reconcile.saved import save
from target_splynx.report.anonymous import Plain

EVIL = "<script>document.title = 'owned'</script>"
CHECK = """-- title: Person without a city
-- area: people
-- severity: error
-- action: Nothing.
SELECT 'people' AS stream, id::VARCHAR AS id, id::VARCHAR AS account_id, 'Wanda' AS detail FROM sonar.people WHERE id < 3
"""


@pytest.fixture
def migrated(migration: Migration, provider: Provider) -> Migration:
    """Two runs; one customer is rejected, his service waits, and another one has a script for a name."""
    (migration.models / "checks").mkdir()
    (migration.models / "checks" / "no_city.sql").write_text(CHECK, encoding="utf-8")
    provider.people[0]["name"] = f"Wanda {EVIL}"
    provider.people[2].update(name="Wanda Wanderlust", email="wanda at nowhere")
    migration.run(provider)
    provider.people[1]["city"] = "Wandaville"
    migration.run(provider)
    return migration


def reconciled(migration: Migration) -> None:
    with migration.ledger() as ledger:
        last = last_writing_run(ledger)
    result = Reconciliation("2026-11-15", "open_items", 2, compared=5, fingerprint={"run": last})
    result.sums = [
        Figure("owed by customers", 123456, 123450),
        Figure("open invoices, not due", 100000, 99994),
        Figure("monthly revenue before tax", 1234500, 1234500, scale=4),
        Figure("services: internet", 5, 4, money=False),
    ]
    settled = Explanation("settled", "Wanderlust: paid with money that Sonar had not used", -6)
    result.differences = [Difference("balance", "3", f"Account 3 {EVIL}", 7, 123456, 123450, (settled,))]
    save(migration.workspace, result)


def pages(migration: Migration) -> dict[str, str]:
    folder = migration.workspace / "reports"
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


class Outline(HTMLParser):
    """What a browser would make of the page: scripts, headings, tables and what their heads say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.tables = self.captions = self.heads = 0
        self.feed(text)
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag not in {"meta", "rect", "br", "input"}:
            self.open.append(tag)
        self.levels += [int(tag[1])] if re.fullmatch(r"h\d", tag) else []
        self.ids += [told["id"] or ""] if "id" in told else []
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "action"}]
        assert not [name for name in told if name.startswith("on") or name == "style"]
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if tag == "th":
            self.heads += 1
            assert told.get("scope") in {"col", "row"}

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)


def test_the_page_tells_runs_rejects_and_what_is_not_known(migrated: Migration) -> None:
    whole, last = answer(migrated, "report")
    assert [run["number"] for run in whole["runs"]] == [1, 2]
    assert whole["runs"][0]["written"] > whole["runs"][1]["written"] == 1
    people = next(work for work in whole["models"] if work["name"] == "customers/people")
    assert (people["read"], people["created"], people["changed"], people["rejected"], people["held"]) == (5, 4, 1, 1, 4)
    assert [(r["resource"], r["state"], r["number"]) for r in whole["reasons"]] == [
        ("customers", "rejected", 1), ("services_internet", "blocked", 1),
    ]  # fmt: skip
    assert whole["findings"][0]["number"] == 2
    texts = [sentence["text"] for sentence in whole["summary"]]
    assert "1 row was rejected for 1 reason; 1 row waits for one of them." in texts
    assert {s["state"] for s in whole["summary"] if "not " in s["text"] and "yet" in s["text"]} == {"none"}
    assert last["run"] == 2 and last["title"] == "Run 2"
    assert {Path(name).name for each in (whole, last) for name in each["files"]} == {
        f"{stem}{end}" for stem in ("migration", "run-2") for end in (".html", ".json", "-work.csv", "-rejects.csv")
    }


def test_it_names_nobody_unless_asked_to(migrated: Migration) -> None:
    reconciled(migrated)
    invoke(migrated, "verify")
    assert invoke(migrated, "report").exit_code == 0
    for path in (migrated.workspace / "reports").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[Ww]and[ae]|nowhere|example\.net|owned", text), path.name
        assert "sandbox-key" not in text
    assert invoke(migrated, "report", "--with-names").exit_code == 0
    names = [path for path in (migrated.workspace / "reports").iterdir() if "with-names" in path.name]
    assert len(names) == 9
    page = pages(migrated)["migration-with-names.html"]
    assert "This page holds personal data." in page and "wanda at nowhere" in page and "Wanderlust: paid with" in page


def test_nothing_of_a_customer_runs_and_nothing_is_fetched(migrated: Migration) -> None:
    reconciled(migrated)
    invoke(migrated, "report", "--with-names")
    for page in pages(migrated).values():
        outline = Outline(page)
        assert EVIL not in page
        assert len(outline.scripts) == 1 and outline.scripts[0].lstrip().startswith('"use strict"')
        assert all(address.startswith("#") and address[1:] in outline.ids for address in outline.addresses)
        assert "default-src 'none'" in page and "unsafe" not in page
    assert "&lt;script&gt;document.title" in pages(migrated)["migration-with-names.html"], "the name is there, as text"


def test_it_can_be_read_aloud_and_without_a_script(migrated: Migration) -> None:
    reconciled(migrated)
    invoke(migrated, "report")
    outline = Outline(pages(migrated)["migration.html"])
    assert outline.levels[0] == 1 and outline.levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(outline.levels, outline.levels[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.tables == outline.captions > 5
    assert outline.heads > 40


def test_files_are_for_their_owner_only_and_safe_for_spreadsheets(migrated: Migration) -> None:
    reconciled(migrated)
    invoke(migrated, "report")
    folder = migrated.workspace / "reports"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    with (folder / "migration-rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["id"], row["record"]) for row in rows] == [("customers/people:3", ""), ("services/lines:103", "")]
    assert json.loads((folder / "migration.json").read_text(encoding="utf-8"))["money"]["sums"][0]["source"] == 123456


def test_money_is_shown_to_the_cent_and_told_when_it_is_old(migrated: Migration, provider: Provider) -> None:
    reconciled(migrated)
    money = answer(migrated, "report")[0]["money"]
    assert (money["sums"][0]["source_text"], money["sums"][0]["difference_text"]) == ("1,234.56", "-0.06")
    assert money["sums"][1]["source_text"] == "123.45", "four decimals only where they are needed"
    assert [line["name"] for line in money["ageing"]] == ["not due"]
    assert not money["stale"]
    provider.people[1]["city"] = "Oulu"
    migrated.run(provider)
    assert answer(migrated, "report")[0]["money"]["stale"]
    assert "Something was written since: reconcile again." in pages(migrated)["migration.html"]


def test_what_verify_found_is_shown(migrated: Migration) -> None:
    assert invoke(migrated, "verify").exit_code == 0
    assert answer(migrated, "report")[0]["verified"]["differences"] == []
    customer = migrated.splynx.customers()["2"]
    migrated.splynx.call("PUT", f"admin/customers/customer/{customer['id']}", {"city": "Elsewhere"})
    assert invoke(migrated, "verify").exit_code == 2
    told = answer(migrated, "report")[0]
    assert [(d["source_key"], d["field"], d["found"]) for d in told["verified"]["differences"]] == [("2", "city", "")]
    assert any(s["state"] == "look" and "1 difference" in s["text"] for s in told["summary"])


def test_a_dry_run_an_earlier_run_and_none_at_all(migration: Migration, provider: Provider) -> None:
    result = invoke(migration, "report")
    assert (result.exit_code, result.stdout) == (1, "") and "No run yet" in result.stderr
    migration.run(provider, dry_run=True)
    migration.run(provider)
    first = answer(migration, "report", "--run", "1")
    assert first[0]["title"] == "Dry run 1"
    assert re.search(r"planned \d+ writes and wrote nothing", first[0]["summary"][0]["text"])
    assert "There is no run 9; the last one is 2." in invoke(migration, "report", "--run", "9").stderr


def test_while_a_run_works_the_rest_is_told(migrated: Migration) -> None:
    from target_splynx.workspace import locked

    with locked(migrated.workspace):
        told: dict[str, Any] = answer(migrated, "report")[0]
    assert "Another run works" in told["notes"]["quality"]
    assert told["runs"]


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ("Bill day 1 and invoice day 11 differ: a period could be charged twice.",) * 2,
        ("Set the bill day in the account's billing settings in Sonar.",) * 2,
        ("The address 192.0.2.28 lies in no subnet that was accepted.", "The address … lies in no subnet that was accepted."),
        ("wanda@example.com is no address, Wanda Wanderlust (555-867-5309).", "… is no address, …)."),
        ("The next bill date 2026-09-29 is before 2026-11-15: see there.", "The next bill date 2026-09-29 is before 2026-11-15: see there."),
    ],
)
def test_particulars_go_and_the_sense_stays(message: str, plain: str) -> None:
    assert Plain()(message) == plain
