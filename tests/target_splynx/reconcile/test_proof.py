"""The whole promise over a provider's data: equal to the cent, every difference explained, every tampering found."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commands import invoke
from provider_proof import Proof, migrated


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    with migrated(tmp_path_factory.mktemp("proof"), accounts=80) as found:
        yield found


def figures(result: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {each["name"]: (each["source"], each["splynx"]) for each in result["sums"]}


def unexplained(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["check"], each["account"]) for each in result["differences"] if not each["explained"]]


def test_every_difference_is_explained_and_clean_accounts_have_none(proof: Proof) -> None:
    result = proof.reconcile("--deposits")
    assert unexplained(result) == []
    assert result["clean"] and result["complete"] and result["compared"] > 60
    children = {account.id for account in proof.truth.accounts.values()} - {int(each) for each in proof.customer_of()}
    dirty = proof.truth.dirty_account_ids
    harmless = {"settled", "future_items", "parents_day", "tax_shift", "ends", "skipped"}
    for each in result["differences"]:
        for cause in each["explanations"]:
            # Whatever was held back belongs to an account that is dirty, or to one that is not migrated by a rule.
            assert cause["code"] in harmless or int(each["account"]) in dirty | children, each


def test_the_sums_are_sonars_own(proof: Proof) -> None:
    """Against the truth that the sandbox computes from its store by itself."""
    result = proof.reconcile("--no-preview")
    sums = figures(result)
    totals = proof.truth.totals()
    held = sum(each["difference"] for each in result["differences"] if each["check"] == "balance")
    open_items = sum(account.open_items_cents for account in proof.truth.accounts.values())
    assert sums["owed by customers"] == (open_items, open_items + held)
    assert sums["open invoices"][0] == totals["open_invoice_cents"]
    assert sums["open invoices, number"][0] == totals["open_invoices"]
    assert sums["of it not invoiced yet"][0] == totals["uninvoiced_cents"]
    deposits = sum(Decimal(row["deposit"]) for row in proof.billing().values())
    future = sums["of it not invoiced yet"][1]
    assert -deposits * 100 == sums["owed by customers"][1] - future
    ageing = [
        sums[f"open invoices, {name}"]
        for name in ("not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "over 90 days")
    ]
    assert sum(source for source, _ in ageing) == sums["open invoices"][0]
    assert sum(splynx for _, splynx in ageing) == sums["open invoices"][1]


def test_a_late_entry_in_splynx_is_found(proof: Proof) -> None:
    customer = next(iter(proof.customer_of().items()))
    body = {
        "customer_id": customer[1], "type": "debit", "quantity": 1, "price": "0.01", "tax_percent": 0, "date": "2026-11-16",
        "category": 1, "description": "by hand",
    }  # fmt: skip
    made = proof.splynx.call("POST", "admin/finance/transactions", body)
    try:
        assert unexplained(proof.reconcile("--no-preview", exit_code=2)) == [("balance", customer[0])]
    finally:
        proof.splynx.call("DELETE", f"admin/finance/transactions/{made['id']}")
    assert unexplained(proof.reconcile("--no-preview")) == []


def test_another_due_date_is_found(proof: Proof) -> None:
    invoice = next(
        row
        for row in proof.splynx.rows("finance/invoices")
        if row["status"] == "not_paid" and row["date_till"] < "2026-12-20"
    )
    proof.splynx.call("PUT", f"admin/finance/invoices/{invoice['id']}", {"date_till": "2026-12-24"})
    try:
        found = [each for each in proof.reconcile("--no-preview", exit_code=2)["differences"] if not each["explained"]]
        assert [each["check"] for each in found] == ["due_dates"]
        assert f"{invoice['date_till']}, in Splynx 2026-12-24" in found[0]["detail"]
    finally:
        proof.splynx.call("PUT", f"admin/finance/invoices/{invoice['id']}", {"date_till": invoice["date_till"]})


def test_another_price_is_found_in_revenue_and_forecast(proof: Proof) -> None:
    service = next(
        row
        for row in proof.splynx.rows("customers/internet-services")
        if row["status"] == "active" and row["period"] == "-1" and row["discount"] == "0"
    )
    path = f"admin/customers/customer/{service['customer_id']}/internet-services--{service['id']}"
    proof.splynx.call("PUT", path, {"unit_price": str(Decimal(service["unit_price"]) + Decimal("0.05"))})
    try:
        found = [each for each in proof.reconcile(exit_code=2)["differences"] if not each["explained"]]
        assert sorted(each["check"] for each in found) == ["forecast", "revenue"]
        assert {each["check"]: each["unexplained"] for each in found}["revenue"] == 500, "in units of 1/10000"
    finally:
        proof.splynx.call("PUT", path, {"unit_price": service["unit_price"]})


def test_a_charge_for_a_day_that_sonar_billed_is_found(proof: Proof) -> None:
    service = next(
        row
        for row in proof.splynx.rows("customers/internet-services")
        if row["status"] == "active" and row["period"] == "-1"
    )
    path = f"admin/customers/customer/{service['customer_id']}/internet-services--{service['id']}"
    proof.splynx.call("PUT", path, {"start_date": "2026-11-15"})
    try:
        found = [each for each in proof.reconcile(exit_code=2)["differences"] if not each["explained"]]
        assert sorted(each["check"] for each in found) == ["first_day", "forecast"]
    finally:
        proof.splynx.call("PUT", path, {"start_date": service["start_date"]})


def test_a_sample_asks_few_and_lists_ask_nobody(proof: Proof) -> None:
    def asked(*options: str) -> dict[str, int]:
        proof.splynx.reset_stats()
        proof.reconcile(*options)
        return dict(proof.splynx.stats()["by_operation"])

    lists = asked("--no-preview")
    assert not [name for name in lists if name.startswith(("POST", "PUT", "DELETE"))]
    assert sum(lists.values()) < 30
    sample = asked("--sample", "7")
    assert sum(number for name, number in sample.items() if name.startswith("POST")) <= 14, (
        "a payer may have sub accounts"
    )
    assert not [name for name in sample if name.startswith(("PUT", "DELETE"))]


def test_the_result_is_kept_for_the_owner_only(proof: Proof) -> None:
    result = proof.reconcile("--no-preview", "--csv")
    folder = proof.migration.workspace / "reconcile"
    kept = json.loads((folder / "latest.json").read_text(encoding="utf-8"))
    assert kept["fingerprint"]["streams"]["invoices"]["rows"] == proof.truth.rows["Invoice"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    with Path(result["csv"]).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(result["differences"]) and {row["explained"] for row in rows} == {"yes"}


def test_people_read_a_table(proof: Proof) -> None:
    shown = invoke(proof.migration, "reconcile", "--day", "2026-11-16", "--no-preview").output
    assert "owed by customers" in shown and "✓ Every difference is explained." in shown
    assert "was looked at" in shown, "without previews the proof is not complete, and it says so"
