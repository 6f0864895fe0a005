"""The evening of the cut-over, from a late payment to the first bills; and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from commands import answer, invoke
from provider_proof import DAY, LIVE, Proof, migrated
from target_splynx.errors import NotProven


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    with migrated(tmp_path_factory.mktemp("live"), accounts=60, seed=11) as found:
        yield found


def test_the_evening_of_the_cut_over(proof: Proof) -> None:
    """One test, because each step begins where the one before has ended."""
    nothing_without_consent(proof)
    a_plan_needs_no_proof_but_applying_it_does(proof)
    a_late_payment_stops_a_pipeline_that_goes_live(proof)
    it_becomes_one_payment_and_the_books_close(proof)
    going_live_and_back(proof)
    one_partner_after_the_other(proof)
    who_is_blocked_on_the_first_morning_was_told(proof)
    the_first_cycle_charges_what_sonar_would_have_charged(proof)


def nothing_without_consent(proof: Proof) -> None:
    result = invoke(proof.migration, "go-live")
    assert result.exit_code == 1 and "enable_billing" in result.output
    result = proof.go_live()
    assert result.exit_code == 1 and "needs a clean reconciliation, and there is none" in result.output
    proof.reconcile("--deposits")


def a_plan_needs_no_proof_but_applying_it_does(proof: Proof) -> None:
    (proof.migration.workspace / "reconcile" / "latest.json").rename(proof.migration.workspace / "kept.json")
    assert proof.go_live("--dry-run").exit_code in {0, 2}
    shown = invoke(proof.migration, "plan", "--resource", "customer_billing", "--limit", "1").output
    assert "enabled: 0 → 1" in shown
    proof.splynx.reset_stats()
    result = invoke(proof.migration, "apply", **LIVE)
    assert result.exit_code == 1 and "needs a clean reconciliation" in result.output
    assert proof.splynx.writes() == {}
    (proof.migration.workspace / "kept.json").rename(proof.migration.workspace / "reconcile" / "latest.json")


def a_late_payment_stops_a_pipeline_that_goes_live(proof: Proof) -> None:
    proof.feed = proof.late_payment()
    proof.splynx.reset_stats()
    with pytest.raises(NotProven, match="The source has moved since the reconciliation") as caught:
        proof.migration.run(proof.feed, **LIVE)
    assert "payments has" in str(caught.value) and "Freeze it" in str(caught.value)
    assert proof.splynx.writes() == {}


def it_becomes_one_payment_and_the_books_close(proof: Proof) -> None:
    before = len(proof.splynx.rows("finance/payments"))
    proof.migration.run(proof.feed)
    proof.migration.run(proof.feed)
    assert len(proof.splynx.rows("finance/payments")) == before + 1
    assert proof.reconcile("--deposits")["clean"]


def going_live_and_back(proof: Proof) -> None:
    statuses = {key: row["status"] for key, row in proof.splynx.customers().items()}
    off = proof.billing()
    result = answer(proof.migration, "go-live", exit_code=2, **LIVE)
    on = proof.billing()
    enabled = {number for number, row in on.items() if str(row["enabled"]) == "1"}
    assert len(enabled) > 20, "more than one would look up one by one"
    assert {(on[number]["send_finance_notification"], on[number]["reminder_enable"]) for number in enabled} == {
        ("1", "1")
    }
    assert {row["status"] for row in proof.splynx.customers().values()} > {"active"}
    assert answer(proof.migration, "go-live", exit_code=2, **LIVE)["written"] == 0

    back = answer(proof.migration, "rollback", str(result["run"]))
    assert back["left"] == []
    assert proof.billing() == off
    assert {key: row["status"] for key, row in proof.splynx.customers().items()} == statuses


def one_partner_after_the_other(proof: Proof) -> None:
    names = {int(row["id"]): row["name"] for row in proof.splynx.rows("administration/partners")}
    partner_of = {int(row["id"]): names[int(row["partner_id"])] for row in proof.splynx.rows("customers/customer")}
    first = min(set(partner_of.values()))
    proof.reconcile()
    assert proof.go_live(go_live_partners=[first.upper()]).exit_code in {0, 2}
    live = {number for number, row in proof.billing().items() if str(row["enabled"]) == "1"}
    assert live and {partner_of[number] for number in live} == {first}
    result = proof.reconcile()
    assert result["live"] >= len(live), "who is billed already is not compared with Sonar any more"
    assert proof.go_live().exit_code in {0, 2}
    assert {number for number, row in proof.billing().items() if str(row["enabled"]) == "1"} > live


def who_is_blocked_on_the_first_morning_was_told(proof: Proof) -> None:
    """The preview of before go-live names the customers and days that Splynx names when billing is on, and nobody else."""
    preview = {each["customer_id"]: each for each in proof.reconcile("--no-preview", "--live")["blocking"]}
    compared = 0
    for number, billing in proof.billing().items():
        if str(billing["enabled"]) != "1" or billing["billing_date"] in {"16", "17"}:  # the server's day is the 15th
            continue
        day = proof.splynx.call("GET", f"admin/customers/billing-info/{number}")["blocking_date"]
        assert (preview[number]["day"] if number in preview else None) == day, (number, preview.get(number), billing)
        if number in preview:
            assert preview[number]["on_first_morning"] == (day <= "2026-11-17")
            assert preview[number]["owed_cents"] == -round(100 * float(billing["deposit"]))
        compared += 1
    assert compared > 20
    assert any(each["on_first_morning"] for each in preview.values())
    assert not all(each["on_first_morning"] for each in preview.values())


def the_first_cycle_charges_what_sonar_would_have_charged(proof: Proof) -> None:
    """And nobody for a day that Sonar had billed: each line begins after the last period that Sonar invoiced."""
    account_of = {customer: int(account) for account, customer in proof.customer_of().items()}
    family: dict[int, list[int]] = {}
    for row in proof.splynx.rows("customers/customer"):
        family.setdefault(int(row["parent_id"] or row["id"]), []).append(account_of[int(row["id"])])
    enabled = {number for number, row in proof.billing().items() if str(row["enabled"]) == "1"}
    explained = {
        each["account"]
        for each in proof.reconcile("--live")["differences"]
        if each["check"] == "forecast" and {cause["code"] for cause in each["explanations"]} != {"future_items"}
    }
    billed, charged = proof.last_billed(), 0
    for customer in sorted(enabled & family.keys()):
        account = account_of[customer]
        if str(account) in explained:
            continue
        accounts = [proof.truth.accounts[each] for each in family[customer]]
        day = proof.truth.accounts[account].next_bill_date or DAY
        found = proof.splynx.call(
            "POST", f"admin/finance/to-bill/{customer}--generate", {"toBillDate": day, "transactionDate": day}
        )
        lines = [line for line in found["transactions"] if line["transaction_id"] is None]
        wanted = sum(each.next_charge_cents for each in accounts)
        taxed = sum(1 for line in lines if Decimal(line["tax"]))
        assert abs(sum(Decimal(line["total"]) for line in lines) * 100 - wanted) <= taxed, (account, wanted, found)
        for line in lines:
            owner = account_of[int(line["sub_account_id"] or customer)]
            assert owner not in billed or line["period_from"] > str(billed[owner]), (owner, line, billed[owner])
        charged += 1
    assert charged > 15
    assert len(explained) < 15
