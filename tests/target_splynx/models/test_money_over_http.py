"""Each strategy, loaded over HTTP: what the page shows, what `reconcile` says, and again after the accounts went on."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import regular_examples
from bench_feed import feed_of
from commands import answer
from money_bench import MoneyBench
from money_examples import HISTORY_FROM, SHOWN, STRATEGIES, provide, set_up, table
from random_ledgers import AccountBooks, Books, play
from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import Settings
from splynx_runs import Migration, Splynx

PAGE = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "money.md"
END = "<!-- end -->"
SPLYNX = Settings(
    now=datetime(2026, 11, 15, 12, 0, 0),  # noqa: DTZ001 - the sandbox keeps its times without a zone
    taxes=[{"id": 1, "name": "No tax", "rate": 0.0}, {"id": 2, "name": "State", "rate": 5.5}],
)
SETTINGS: dict[str, Any] = {
    "mapping": "sonar", "timezone": "America/Chicago", "cutover_date": "2026-11-15", "history_from": HISTORY_FROM, "parallel_workers": 1,
    "sections": ["foundation", "customers", "money"],
}  # fmt: skip
WITH_SERVICES = ["foundation", "catalogue", "customers", "services", "money"]
RANDOM, STEPS_BEFORE, STEPS_AFTER = 12, 100, 30
FOLLOWED = ("bill", "bill", "pay", "pay", "discount", "charge", "refund", "bounce", "void_payment")
"""What Splynx can follow after the load; the rest is for a person, and reconcile says so."""
ANY = (*FOLLOWED, "void_invoice", "reverse_charge", "reverse_discount", "decline", "add_line")


@dataclass
class Case:
    """A provider in Sonar, and its migration with one strategy."""

    strategy: str
    bench: Any
    books: Books
    examples: dict[str, AccountBooks]
    others: list[AccountBooks]
    regular: dict[str, int]
    migration: Migration

    def load(self) -> None:
        MoneyBench(self.bench).fill(self.books.rows)
        self.migration.run(feed_of(self.bench))

    def reconcile(self) -> dict[str, Any]:
        return dict(answer(self.migration, "reconcile", "--day", "2026-11-16", "--deposits"))

    def in_splynx(self) -> dict[int, int]:
        """Account → what it owes in Splynx, in cents, future items included."""
        splynx = self.migration.splynx
        account = {row["id"]: int(key) for key, row in splynx.customers().items()}
        found = {account[row["customer_id"]]: -cents(row["deposit"]) for row in splynx.rows("customers/customer-billing")}
        for row in splynx.rows("finance/transactions"):
            if row["to_invoice"] == "1":
                found[account[row["customer_id"]]] += cents(row["total"])
        return found


def steps(chance: random.Random, names: tuple[str, ...], number: int) -> list[tuple[int, str, int]]:
    return [(chance.randrange(RANDOM), chance.choice(names), chance.randint(1, 400)) for _ in range(number)]


def cents(value: Any) -> int:
    return round(float(value) * 100)


@pytest.fixture(scope="module", params=STRATEGIES)
def case(request: pytest.FixtureRequest, new_provider: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with new_provider() as provider, SplynxServer(settings=SPLYNX) as server:
        set_up(provider)
        books = Books()
        others = [AccountBooks(books, provider.account(f"Random {number}")) for number in range(RANDOM)]
        play(books, others, steps(random.Random(3), ANY, STEPS_BEFORE))
        examples = provide(provider, books)
        settings = {**SETTINGS, "balance_strategy": request.param}
        regular: dict[str, int] = {}
        if request.param == "open_items":
            # What is charged regularly is the same with each strategy.
            settings["sections"] = WITH_SERVICES
            regular = regular_examples.provide(provider)
            for account in others[::2]:
                provider.has(account.account)
        migration = Migration(tmp_path_factory.mktemp("money"), Splynx(server), Path("unused"), settings)
        found = Case(request.param, provider.bench, books, examples, others, regular, migration)
        found.load()
        yield found


def test_the_page_shows_what_a_load_leaves(case: Case) -> None:
    tables = {
        f"{name}, {strategy}": table(case.migration, case.examples[name], of_nobody=name == "charge of nobody")
        for name, strategy in SHOWN
        if strategy == case.strategy
    }
    if case.strategy == "open_items":
        tables["charged regularly"] = regular_examples.table(case.migration, case.regular)
    page = wanted = PAGE.read_text(encoding="utf-8")
    for name, made in tables.items():
        begin = f"<!-- example: {name} -->\n"
        assert begin in page, f"docs/explanation/money.md lacks the example {name}"
        before, after = wanted.split(begin)
        wanted = before + begin + made + END + after.split(END, 1)[1]
    if os.environ.get("UPDATE_PAGES"):
        PAGE.write_text(wanted, encoding="utf-8")
    else:
        assert page == wanted, "UPDATE_PAGES=1 writes the page anew"


def test_what_is_charged_regularly(case: Case) -> None:
    """Splynx's preview, against what was worked out by hand."""
    for each in regular_examples.CASES if case.regular else ():
        found = regular_examples.charged(case.migration, case.regular[each.name])
        assert abs(found - each.charged) <= (1 if each.name == "two taxes" else 0), each.name


def test_what_is_owed_is_there_and_reconcile_says_so(case: Case) -> None:
    accounts = [*case.examples.values(), *case.others, *(AccountBooks(case.books, each) for each in case.regular.values())]
    held_back = {case.examples[name].account for name in ("figures differ", "pending payment")}
    expected = {each.account: 0 if each.account in held_back else each.owed for each in accounts}
    if case.strategy == "none":
        expected = dict.fromkeys(expected, 0)
    assert case.in_splynx() == expected
    result = case.reconcile()
    causes = {cause["code"] for each in result["differences"] for cause in each["explanations"]}
    assert result["clean"] and result["complete"], result["differences"]
    allowed = {"open_items": {"settled"}, "history": {"settled", "allocated"}}.get(case.strategy, set())
    regular = {each.rejected for each in regular_examples.CASES if each.rejected} | {"ends"}
    assert causes <= {"owed_differs", "payment_pending", "future_items"} | regular | allowed
    assert not case.regular or "credits_exceed_charges" in causes
    assert ("owed_differs" in causes) == (case.strategy != "none")


def test_the_accounts_go_on_and_it_still_comes_out_even(case: Case) -> None:
    if case.strategy == "none":
        pytest.skip("nothing is written")
    before = len(case.migration.splynx.rows("finance/payments"))
    play(case.books, case.others, steps(random.Random(4), FOLLOWED, STEPS_AFTER))
    case.load()
    assert len(case.migration.splynx.rows("finance/payments")) > before
    assert {each.account: case.in_splynx()[each.account] for each in case.others} == {e.account: e.owed for e in case.others}
    result = case.reconcile()
    assert result["clean"], [each for each in result["differences"] if not each["explained"]]
    # A cent by hand, and nobody can explain it.
    splynx = case.migration.splynx
    customer = splynx.customers()[str(case.others[0].account)]["id"]
    body = {
        "customer_id": customer, "type": "credit", "quantity": 1, "price": "0.01", "tax_percent": 0, "date": "2026-11-16", "category": 1,
        "description": "by hand",
    }  # fmt: skip
    splynx.call("POST", "admin/finance/transactions", body)
    found = answer(case.migration, "reconcile", "--day", "2026-11-16", "--no-preview", exit_code=2)["differences"]
    assert {(each["check"], each["account"]) for each in found if not each["explained"]} >= {("balance", str(case.others[0].account))}
