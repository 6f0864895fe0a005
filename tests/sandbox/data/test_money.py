"""The books: three balances that agree, and documents that add up, to the cent."""

from __future__ import annotations

import json
import sqlite3
import urllib.request
from pathlib import Path

import pytest

from sandbox.data.generate import generate
from sandbox.data.truth import Truth, read_truth
from sandbox.sonar.store import open_database


@pytest.fixture(scope="module", params=["recent", "full"])
def books(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("books") / f"{request.param}.sqlite"
    generate(path, accounts=500, seed=3, history=request.param, dirt=False)
    return path


def none_of(path: Path, query: str) -> None:
    found = open_database(path, read_only=True).execute(query).fetchall()
    assert found == [], found[:5]


def test_open_items_and_history_give_the_same_balance(books: Path) -> None:
    truth = read_truth(books)
    assert [account.id for account in truth.accounts.values() if not account.balances_agree] == []
    assert sum(account.owed_cents > 0 for account in truth.accounts.values()) > 50
    assert sum(account.owed_cents < 0 for account in truth.accounts.values()) > 2
    assert sum(account.owed_cents == 0 for account in truth.accounts.values()) > 200


def test_an_invoice_is_the_sum_of_its_lines(books: Path) -> None:
    none_of(
        books,
        """SELECT i.id FROM "Invoice" i LEFT JOIN (
             SELECT invoice_id, sum(amount) AS net, sum((SELECT coalesce(sum(t.amount), 0) FROM "TaxTransaction" t
               WHERE t.taxtransactionable_type = 'Debit' AND t.taxtransactionable_id = d.id)) AS tax FROM "Debit" d GROUP BY 1) d
           ON d.invoice_id = i.id WHERE i.total_debits <> coalesce(d.net, 0) OR i.total_taxes <> coalesce(d.tax, 0)""",
    )


def test_remaining_due_is_the_total_less_credits(books: Path) -> None:
    none_of(
        books,
        """SELECT i.id FROM "Invoice" i LEFT JOIN (SELECT invoice_id, sum(amount) AS paid FROM "Credit" WHERE NOT void GROUP BY 1) c
           ON c.invoice_id = i.id WHERE i.remaining_due <> i.total_debits + i.total_taxes - coalesce(c.paid, 0) OR i.remaining_due < 0""",
    )


def test_what_is_left_of_a_payment_is_its_amount_less_credits_and_what_went_back(books: Path) -> None:
    none_of(
        books,
        """SELECT p.id FROM "Payment" p
           LEFT JOIN (SELECT creditable_id, sum(amount) AS used FROM "Credit" WHERE NOT void AND creditable_type = 'Payment' GROUP BY 1) c
             ON c.creditable_id = p.id
           LEFT JOIN (SELECT payment_id, sum(amount) AS back FROM (
             SELECT payment_id, amount FROM "ReversedPayment" UNION ALL SELECT payment_id, amount FROM "RefundedPayment"
             UNION ALL SELECT payment_id, amount FROM "VoidedPayment") GROUP BY 1) b ON b.payment_id = p.id
           WHERE p.successful AND p.amount_remaining <> p.amount - coalesce(c.used, 0) - coalesce(b.back, 0)""",
    )


def test_a_declined_payment_pays_nothing(books: Path) -> None:
    none_of(
        books,
        """SELECT p.id FROM "Payment" p JOIN "Credit" c ON c.creditable_type = 'Payment' AND c.creditable_id = p.id WHERE NOT p.successful""",
    )


def test_money_is_not_left_over_while_invoices_are_open(books: Path) -> None:
    truth = read_truth(books)
    assert [account.id for account in truth.accounts.values() if account.credit_left_cents and account.open_invoices] == []


def test_a_parent_invoice_names_what_is_due_on_its_children(books: Path) -> None:
    none_of(
        books,
        """SELECT p.id FROM "Invoice" p LEFT JOIN (
             SELECT parent_invoice_id, sum(remaining_due) AS due FROM "Invoice" WHERE parent_invoice_id IS NOT NULL GROUP BY 1) c
           ON c.parent_invoice_id = p.id WHERE p.child_invoice_remaining_due <> coalesce(c.due, 0)""",
    )
    none_of(
        books,
        """SELECT c.id FROM "Invoice" c JOIN "Invoice" p ON p.id = c.parent_invoice_id JOIN "Account" a ON a.id = c.account_id
           WHERE a.parent_account_id IS NOT p.account_id""",
    )


def test_every_kind_of_money_event_happens(books: Path) -> None:
    connection = open_database(books, read_only=True)
    for query in (
        'SELECT 1 FROM "Invoice" WHERE parent_invoice_id IS NOT NULL',
        'SELECT 1 FROM "Invoice" WHERE void',
        'SELECT 1 FROM "Invoice" WHERE remaining_due BETWEEN 1 AND total_debits + total_taxes - 1',
        'SELECT 1 FROM "Debit" WHERE invoice_id IS NULL AND NOT reversed',
        'SELECT 1 FROM "Debit" WHERE reversed',
        'SELECT 1 FROM "Debit" WHERE prorated_from IS NOT NULL',
        'SELECT 1 FROM "Payment" WHERE NOT successful',
        'SELECT 1 FROM "Payment" WHERE amount_remaining > 0 AND successful',
        "SELECT 1 FROM \"Discount\" WHERE type = 'RECURRING'",
        """SELECT 1 FROM "TaxTransaction" WHERE taxtransactionable_type = 'Discount'""",
    ):
        assert connection.execute(query).fetchone(), query


def test_the_next_charge_of_the_account_is_what_its_services_give(books: Path) -> None:
    truth = read_truth(books)
    active = [account for account in truth.accounts.values() if account.active]
    assert len(active) > 150
    assert [account.id for account in active if account.next_charge_cents != account.next_recurring_charge_amount] == []
    assert all(account.next_bill_date and account.next_bill_date > "2026-11-15" for account in active)


def test_dirty_accounts_keep_a_next_charge_that_fits(truth: Truth) -> None:
    active = [account for account in truth.accounts.values() if account.active]
    assert [account.id for account in active if account.next_charge_cents != account.next_recurring_charge_amount] == []


def test_without_history_there_is_no_money_but_a_next_bill(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite"
    generate(path, accounts=60, history="none")
    truth = read_truth(path)
    assert not {"Invoice", "Debit", "Payment", "Credit", "TaxTransaction"} & set(truth.rows)
    dirty = truth.dirty_account_ids
    assert all(account.next_bill_date for account in truth.accounts.values() if account.active and account.id not in dirty)


def test_the_server_shows_the_same_running_balance(store: Path, truth: Truth) -> None:
    server_module = pytest.importorskip("sandbox.sonar.server")
    owing = [account for account in truth.accounts.values() if account.owed_cents][:8]
    assert owing
    with server_module.SonarServer(database=store, token="t") as server:
        for account in owing:
            query = f"{{ transactions(account_id: {account.id}, paginator: {{page: 1, records_per_page: 1000}}) {{ entities {{ running_balance }} }} }}"
            request = urllib.request.Request(
                f"{server.url}/api/graphql",
                json.dumps({"query": query}).encode(),
                {"Authorization": "Bearer t", "Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request) as answer:
                entities = json.load(answer)["data"]["transactions"]["entities"]
            assert entities[-1]["running_balance"] == account.owed_cents


def test_archived_and_former_customers_have_no_next_bill(clean_rows: sqlite3.Connection) -> None:
    found = clean_rows.execute(
        """SELECT a.id FROM "Account" a JOIN "AccountStatus" s ON s.id = a.account_status_id
           WHERE NOT s.activates_account AND (a.next_bill_date IS NOT NULL OR a.next_recurring_charge_amount IS NOT NULL)"""
    ).fetchall()
    assert found == []
