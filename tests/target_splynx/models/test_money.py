"""Money, case by case: what becomes of late events, families, currencies, and accounts whose figures differ."""

from __future__ import annotations

import base64
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

import target_splynx.models
from money_bench import MONEY, STREAMS, MoneyBench, effect
from money_examples import fresh
from random_ledgers import AccountBooks, Books

SHIPPED = Path(target_splynx.models.__file__).parent / "sonar"


def load(bench: Any, books: Books) -> MoneyBench:
    money = MoneyBench(bench)
    money.fill(books.rows)
    money.load()
    return money


def test_a_late_payment_becomes_one_payment_on_the_invoice_that_it_pays(bench: Any, provider: Any) -> None:
    account = fresh(provider)
    account.bill(99)
    money = load(bench, account.books)
    due = account.owed
    account.books.wait()
    account.pay(1000)
    money.fill(account.books.rows)
    changed = money.load()
    assert list(changed) == [("money/payments", "1")]
    assert effect("money/payments", changed["money/payments", "1"]) == -61_003
    assert money.balances() == {1: due - 61_003}
    assert bench.row("money/invoices", 1).fine, "what was open at the cut-over stays as it was written"
    assert money.load() == {}


def test_a_payment_that_comes_back_later_is_owed_again(bench: Any, provider: Any) -> None:
    account = fresh(provider)
    account.bill(99)
    account.books.wait()
    account.pay(1)
    money = load(bench, account.books)
    account.books.wait()
    account.bounce(1)
    money.fill(account.books.rows)
    assert list(money.load()) == [("money/taken_back", "return:reversal:1")]
    assert money.balances() == {1: account.owed}


def test_a_future_item_that_sonar_invoices_later_is_not_charged_twice(bench: Any, provider: Any) -> None:
    account = fresh(provider)
    account.charge(100)
    money = load(bench, account.books)
    account.books.wait()
    account.bill(99)
    money.fill(account.books.rows)
    assert list(money.load()) == [("money/invoices", "1")]
    assert len(bench.row("money/invoices", 1).items) == 2, "its own line and the tax, not the charge"
    assert money.balances() == {1: account.owed}


def test_child_accounts_owe_once_and_the_parent_pays(bench: Any, provider: Any) -> None:
    parent = fresh(provider)
    child = AccountBooks(parent.books, provider.account("Child", parent_account_id=parent.account))
    child.bill(99)
    parent.bill(50)
    rows = parent.books.rows["invoices"]
    rows[0]["parent_invoice_id"], rows[1]["child_invoice_remaining_due"] = 2, rows[0]["remaining_due"]
    money = load(bench, parent.books)
    assert money.balances() == {parent.account: parent.owed + child.owed}
    row = bench.row("money/invoices", 1)
    customers = {name: bench.made("customers", account.account) for name, account in (("parent", parent), ("child", child))}
    assert row.customer_id == customers["parent"]
    assert {item["sub_account_id"] for item in row.items} == {customers["child"]}


def test_a_parent_that_pays_a_childs_invoice_changes_what_both_owe(bench: Any, provider: Any) -> None:
    parent = fresh(provider, child_billing="independent")
    child = AccountBooks(parent.books, provider.account("Child", parent_account_id=parent.account))
    child.bill(99)
    due = parent.books.rows["invoices"][0]["remaining_due"]
    parent.pay(1000)
    parent.books.rows["payments"][0]["amount_remaining"] -= due
    parent.books.rows["invoices"][0]["remaining_due"] = 0
    parent.books.add(
        "credits",
        account_id=1,
        amount=due,
        creditable_type="Payment",
        creditable_id=1,
        invoice_id=1,
        void=False,
        voided_at=None,
    )
    money = load(bench, parent.books)
    assert money.rejects() == {}
    assert money.balances() == {parent.account: parent.owed + due}


def test_accounts_that_differ_are_held_back_with_three_figures_and_the_row(bench: Any, provider: Any) -> None:
    account = fresh(provider)
    good = AccountBooks(account.books, provider.account("Good"))
    account.bill(99)
    good.bill(99)
    account.books.rows["invoices"][0]["remaining_due"] += 137
    money = load(bench, account.books)
    code, message, remedy = bench.row("money/invoices", 1)._reject.split("|")
    assert code == "owed_differs"
    assert message == "Owed by open items 41.03, by the full ledger 39.66, running balance not read. invoices 1 says 41.03, its parts make 39.66."
    assert remedy.startswith("Find the row in Sonar")
    assert money.balances() == {good.account: good.owed}


def test_a_payment_used_for_more_than_it_was_has_no_opening_item_by_item(bench: Any, provider: Any) -> None:
    account = fresh(provider, balance_strategy="history", history_from=date(2026, 10, 1))
    good = AccountBooks(account.books, provider.account("Good"))
    for each in (account, good):
        each.bill(99)
        each.books.wait()
        each.pay(20)
    account.books.clock = datetime(2026, 10, 5, tzinfo=timezone.utc)
    account.bounce(0)
    account.books.rows["credits"][0]["amount"] += 500
    money = load(bench, account.books)
    code, message, remedy = bench.row("money/invoices", 1)._reject.split("|")
    assert code == "opening_differs"
    assert message == "Open items make 27.43 on 2026-10-01, the ledger makes 27.43, and one of them is below zero."
    assert remedy.endswith("or use balance_strategy opening_balance.")
    assert money.balances() == {good.account: good.owed}


@pytest.mark.parametrize(("balance", "agrees"), [(3966, True), (3965, False)])
def test_the_running_balance_is_the_third_witness(bench: Any, provider: Any, balance: int, agrees: bool) -> None:
    account = fresh(provider)
    account.bill(99)
    bench.add("transactions", account_id=1, datetime=account.books.now, running_balance=balance, successful=True)
    load(bench, account.books)
    assert bench.fetch("SELECT running_balance_cents FROM shared.account_owed") == [{"running_balance_cents": None}], "not read in full: unknown"
    bench.connection.execute("INSERT INTO engine.complete_streams VALUES ('transactions')")
    load(bench, account.books)
    assert bench.fetch("SELECT running_balance_cents, agree FROM shared.account_owed") == [{"running_balance_cents": balance, "agree": agrees}]


@pytest.mark.parametrize("strategy", ["open_items", "opening_balance"])
def test_a_pilot_has_an_opening_of_its_own_and_so_has_the_rest(bench: Any, provider: Any, strategy: str) -> None:
    """What is paid between the two is a payment of the pilot's customer, and history of the other one."""
    pilot = fresh(provider, balance_strategy=strategy)
    rest = AccountBooks(pilot.books, provider.account("Rest"))
    for account in (pilot, rest):
        account.bill(99)
    money = MoneyBench(bench)
    money.fill(pilot.books.rows)
    money.only(pilot.account)
    money.load()
    assert money.balances() == {pilot.account: pilot.owed}
    pilot.books.wait()
    for account in (pilot, rest):
        account.pay(1000)
        account.bill(50)
    money.fill(pilot.books.rows)
    changed = money.load()
    assert set(changed) == {("money/payments", "1"), ("money/invoices", "3")}, "the pilot goes on, row by row"
    money.only()
    opened = {model: row for (model, _), row in money.load().items()}
    assert money.balances() == {pilot.account: pilot.owed, rest.account: rest.owed}
    assert set(opened) == ({"money/opening_balances"} if strategy == "opening_balance" else {"money/payments"})
    assert effect(*opened.popitem()) == rest.owed, "what is left of the payment, or of everything"
    assert money.load() == {}
    pilot.books.wait()
    rest.pay(5)
    money.fill(pilot.books.rows)
    assert list(money.load()) == [("money/payments", "3")]
    assert money.balances() == {pilot.account: pilot.owed, rest.account: rest.owed}


@pytest.mark.parametrize(("currency", "code"), [("USD", None), ("JPY", "currency_exponent_wrong"), ("KWD", "currency_exponent_wrong")])
def test_the_currency_decides_about_decimals(bench: Any, provider: Any, currency: str, code: str | None) -> None:
    account = fresh(provider)
    bench.add("system_setting", currency=currency)
    account.bill(99)
    load(bench, account.books)
    assert bench.row("money/invoices", 1).reject_code == code


def test_nothing_is_written_before_the_day_of_the_cut_over(bench: Any, provider: Any) -> None:
    account = fresh(provider, cutover_date=date(2026, 12, 24))
    account.bill(99)
    load(bench, account.books)
    assert bench.row("money/invoices", 1)._skip == "the day of the cut-over is not reached"


def test_the_strategy_cannot_change_once_money_is_written(bench: Any, provider: Any) -> None:
    account = fresh(provider)
    account.bill(99)
    money = load(bench, account.books)
    bench.set(balance_strategy="opening_balance")
    with pytest.raises(duckdb.Error, match="Set it back, or roll the money back first"):
        money.load()


@pytest.mark.parametrize(("strategy", "match"), [("history", "set history_from"), ("everything", "use open_items")])
def test_settings_that_mean_nothing_are_refused(bench: Any, provider: Any, strategy: str, match: str) -> None:
    fresh(provider, balance_strategy=strategy)
    with pytest.raises(duckdb.Error, match=match):
        bench.run(*MONEY)


def test_a_statement_holds_every_row_and_ends_with_what_is_owed(bench: Any, provider: Any) -> None:
    account = fresh(provider, statements=True)
    account.bill(99)
    account.books.wait()
    account.pay(1)
    MoneyBench(bench).fill(account.books.rows)
    bench.run("money/statements")
    row = bench.row("money/statements", "statement:1")
    page = base64.b64decode(row._file_content_base64).decode()
    assert page.count("<tr>") == 3
    assert f"<td>{account.owed / 100:.2f}</td></tr>" in page.splitlines()[-2]
    bench.set(statements=False)
    bench.run("money/statements")
    assert bench.results["money/statements"] == []


def test_who_would_be_blocked_the_morning_after(bench: Any, provider: Any) -> None:
    first = fresh(provider, cutover_date=date(2026, 11, 15))
    others = [AccountBooks(first.books, provider.account(name, billing=billing)) for name, billing in (
        ("Short grace", {"due_days": 5, "grace_days": 3}), ("Little", {"due_days": 5, "grace_days": 3}), ("Inactive", {"due_days": 5, "grace_days": 3}),
    )]  # fmt: skip
    for account, size in zip((first, *others), (99, 99, 1, 99), strict=True):
        account.bill(size)
    bench.connection.execute("UPDATE sonar.accounts SET account_status_id = 2 WHERE name = 'Inactive'")
    load(bench, first.books)
    part = next(part for part in bench.parts if part.name == "blocking_preview")
    found = {row["account_id"]: (row["owed_cents"], row["blocked"], row["blocking_day"]) for row in bench.fetch(part.sql)}
    # 20 days to pay and 10 of grace from the 1st; 5 and 3; 93 cents are less than the minimum of 5.00.
    assert found == {1: (3966, False, date(2026, 12, 1)), 2: (3966, True, date(2026, 11, 9)), 3: (93, False, None)}


@pytest.mark.parametrize("strategy", ["open_items", "opening_balance", "history"])
def test_every_row_of_money_is_accounted_for_once(sandbox_money: Any, strategy: str) -> None:
    bench = sandbox_money
    bench.set(balance_strategy=strategy, history_from=date(2026, 9, 10))
    for part in bench.parts_made:
        bench.connection.execute(f"DROP TABLE shared.{part}")
    bench.parts_made.clear()
    bench.run(*MONEY)
    bench.connection.execute("DROP SCHEMA IF EXISTS plan CASCADE")
    bench.connection.execute("CREATE SCHEMA plan")
    for model in MONEY:
        bench.connection.execute(f'CREATE VIEW plan."{model.replace("/", "__")}" AS SELECT * FROM result."{model}"')
    keys = {model: {row.source_key for row in bench.results[model]} for model in MONEY}
    written = 0
    for stream in (*STREAMS, "transactions"):
        rows = bench.fetch((SHIPPED / "accounting" / f"{stream}.sql").read_text(encoding="utf-8"))
        ids = [row["id"] for row in bench.fetch(f"SELECT id FROM sonar.{stream}")]
        assert sorted(row["id"] for row in rows) == sorted(ids), stream
        for row in rows:
            assert (row["model"] is None) != (row["skip"] is None), (stream, row)
            if row["model"]:
                assert row["source_key"] in keys[row["model"]], (stream, row)
                written += 1
    assert written > 500
