"""The whole provider's money in Splynx: every balance to the cent, whatever interrupts the load, and late payments once."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commands import answer
from sandbox.data.change import Wishes, change
from sandbox.data.generate import generate
from sandbox.data.truth import Truth, read_truth
from shipped_load import lines_of
from singer_feed import Feed
from splynx_runs import Migration, Splynx

SETTINGS = {
    "mapping": "sonar", "timezone": "America/Chicago", "cutover_date": "2026-11-15",
    "sections": ["foundation", "catalogue", "network", "customers", "services", "money"],
}  # fmt: skip
FINANCE = {"path_regex": "/admin/finance/(invoices|payments|transactions)"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sonar") / "sonar.sqlite"
    generate(path, accounts=30, seed=7, history="recent")
    return path


@pytest.fixture(scope="module")
def sonar(store: Path) -> Feed:
    return lines_of(store)


def cents(value: Any) -> int:
    return int(Decimal(str(value)) * 100)


def balances(splynx: Splynx) -> dict[int, int]:
    """Account → what its customer owes: the balance, and future items that no invoice has taken up."""
    markers = {row["id"]: row["additional_attributes"]["sonar_id"] for row in splynx.rows("customers/customer")}
    found: dict[int, int] = defaultdict(int)
    for row in splynx.rows("customers/customer-billing"):
        if row["customer_id"] in markers:
            found[int(markers[row["customer_id"]])] -= cents(row["deposit"])
    for row in splynx.rows("finance/transactions"):
        if row["to_invoice"] == "1":
            found[int(markers[row["customer_id"]])] += cents(row["total"]) * (1 if row["type"] == "debit" else -1)
    return dict(found)


def owed(truth: Truth, splynx: Splynx, held_back: set[int]) -> dict[int, int]:
    """The same from Sonar: accounts that are customers; a child's debt is its parent's."""
    rows = splynx.rows("customers/customer")
    account = {row["id"]: int(row["additional_attributes"]["sonar_id"]) for row in rows}
    found: dict[int, int] = dict.fromkeys(account.values(), 0)
    for row in rows:
        mine = account[row["id"]]
        payer = account[row["parent_id"]] if row["parent_id"] else mine
        if mine not in held_back:
            found[payer] += truth.accounts[mine].owed_cents
    return found


def open_invoices(splynx: Splynx, accounts: set[int]) -> dict[str, tuple[int, str]]:
    """Number → what is due of it, and when, of the customers of some accounts."""
    ids = {row["id"] for row in splynx.rows("customers/customer") if int(row["additional_attributes"]["sonar_id"]) in accounts}
    return {row["number"]: (cents(row["due"]), row["date_till"]) for row in splynx.rows("finance/invoices") if row["customer_id"] in ids and cents(row["due"])}


def open_in_sonar(store: Path, accounts: set[int]) -> dict[str, tuple[int, str]]:
    with sqlite3.connect(store) as connection:
        rows = connection.execute('SELECT id, account_id, remaining_due, due_date FROM "Invoice" WHERE NOT void AND remaining_due > 0').fetchall()
    return {f"S-{number}": (due, day) for number, account, due, day in rows if account in accounts}


def pending(store: Path) -> set[int]:
    """Accounts with a payment that has not settled."""
    with sqlite3.connect(store) as connection:
        return {row[0] for row in connection.execute("""SELECT account_id FROM "Payment" WHERE status = 'PENDING'""")}


def disagreeing(truth: Truth) -> set[int]:
    return {account.id for account in truth.accounts.values() if not account.balances_agree}


def documents(splynx: Splynx) -> dict[str, list[str]]:
    return {
        "invoices": sorted(row["number"] for row in splynx.rows("finance/invoices")),
        "payments": sorted(row["receipt_number"] for row in splynx.rows("finance/payments")),
        "transactions": sorted(row["additional_attributes"].get("sonar_id") or "" for row in splynx.rows("finance/transactions")),
    }


@pytest.mark.parametrize("lost_ledger", [False, True])
def test_interrupted_in_the_middle_of_money_and_resumed_everything_is_there_once(
    tmp_path: Path, splynx: Splynx, store: Path, sonar: Feed, lost_ledger: bool
) -> None:
    migration = Migration(tmp_path, splynx, Path("unused"), {**SETTINGS, "retry_attempts": 1})
    # The seventh document is booked and its answer lost; after that Splynx is gone for a while.
    splynx.faults(
        {"match": {**FINANCE, "method": "POST"}, "kind": "cut_after", "skip": 6, "times": 1},
        {"match": {**FINANCE, "method": "POST"}, "kind": "status", "status": 503, "skip": 9},
    )
    with pytest.raises(Exception, match=r"."):
        migration.run(sonar)
    assert 0 < len(splynx.rows("finance/invoices")) < 12
    splynx.faults()
    if lost_ledger:
        for path in migration.workspace.glob("ledger.sqlite*"):
            path.unlink()
    migration.run(sonar)

    truth = read_truth(store)
    assert disagreeing(truth), "the data set has an account whose figures differ"
    held_back = disagreeing(truth) | pending(store)
    assert balances(splynx) == owed(truth, splynx, held_back)
    for name, numbers in documents(splynx).items():
        marked = [number for number in numbers if number]
        assert len(marked) == len(set(marked)), name
    assert answer(migration, "reconcile", "--day", "2026-11-16", "--deposits")["clean"]
    if not lost_ledger:
        each_invoice_is_open_as_in_sonar(splynx, store, truth, held_back)
        who_differs_is_held_back(migration, truth, store)
        late_payments_come_once(tmp_path, migration, store, sonar, held_back)


def who_differs_is_held_back(migration: Migration, truth: Truth, store: Path) -> None:
    for code, accounts in (("owed_differs", disagreeing(truth)), ("payment_pending", pending(store))):
        rejected = [o for o in migration.rejects() if o.reason == code]
        assert {int(o.label.split()[1]) for o in rejected} == accounts
        assert {o.model.split("/")[0] for o in rejected} <= {"money"}


def each_invoice_is_open_as_in_sonar(splynx: Splynx, store: Path, truth: Truth, held_back: set[int]) -> None:
    """Splynx uses up money that waits; where none does, each invoice has Sonar's rest and due date: the same ageing."""
    customers = splynx.rows("customers/customer")
    families = {row["parent_id"] for row in customers} | {row["id"] for row in customers if row["parent_id"]}
    single = {int(row["additional_attributes"]["sonar_id"]) for row in customers if row["id"] not in families}
    plain = {key for key in single - held_back if truth.accounts[key].credit_left_cents == 0}
    assert open_invoices(splynx, plain) == open_in_sonar(store, plain) != {}
    assert splynx.stats()["messages_that_would_have_gone_out"] == {}


def late_payments_come_once(tmp_path: Path, migration: Migration, store: Path, sonar: Feed, held_back: set[int]) -> None:
    splynx = migration.splynx
    splynx.reset_stats()
    migration.run(sonar)
    assert splynx.writes() == {}, "a second run adds nothing"

    later = tmp_path / "later.sqlite"
    later.write_bytes(store.read_bytes())
    known = documents(splynx)
    moment = datetime(2026, 11, 16, 15, tzinfo=timezone.utc)
    happened = change(later, Wishes(late_payments=3), moment, seed=3).changed["late_payments"]
    customers = splynx.rows("customers/customer")
    known_accounts = {int(row["additional_attributes"]["sonar_id"]) for row in customers}
    expected = {f"S-{entry['id']}" for entry in happened if entry["account_id"] in known_accounts - held_back}
    assert expected
    late = lines_of(later)
    migration.run(late)
    new = documents(splynx)
    assert set(new["payments"]) - set(known["payments"]) == expected
    assert len(new["payments"]) == len(known["payments"]) + len(expected)
    assert new["invoices"] == known["invoices"]
    assert balances(splynx) == owed(read_truth(later), splynx, held_back)

    splynx.reset_stats()
    migration.run(late)
    assert splynx.writes() == {}
