"""The models over the sandbox's provider: no row lost, revenue to the cent, only dirty rows rejected, foreign keys whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from dirt_reasons import BECAUSE
from sandbox.data.truth import read_truth

SERVICES = ("services/services_internet", "services/services_voice", "services/services_recurring")


def test_every_account_and_every_service_is_accounted_for(sandbox_bench: tuple[Any, Path]) -> None:
    bench, _ = sandbox_bench
    assert len(bench.results["customers/customers"]) == bench.fetch("SELECT count(*) AS n FROM sonar.accounts")[0]["n"]
    found = Counter(
        row.source_key.split(":did")[0].removeprefix("service:")
        for model in SERVICES
        for row in bench.results[model]
        if not row.source_key.startswith(("voice_parameter", "flat_tax", "exempt"))
    )
    rows = {str(row["id"]) for row in bench.fetch("SELECT id FROM sonar.account_services")}
    assert set(found) == rows
    parameters = {row.source_key for row in bench.results["services/services_recurring"] if row.source_key.startswith("voice_parameter")}
    assert len(parameters) == bench.fetch("SELECT count(*) AS n FROM sonar.account_voice_service_details")[0]["n"]


def test_source_keys_are_unique(sandbox_bench: tuple[Any, Path]) -> None:
    bench, _ = sandbox_bench
    for model, rows in bench.results.items():
        twice = [key for key, count in Counter(row.source_key for row in rows).items() if count > 1]
        assert not twice, f"{model}: {twice}"


def test_each_reject_is_explained_by_its_own_dirt(sandbox_bench: tuple[Any, Path]) -> None:
    bench, path = sandbox_bench
    dirt: dict[int | None, set[str]] = defaultdict(set)
    for found in read_truth(path).dirt:
        dirt[found.account_id].add(found.code)
    # The price list's dirt is that of whoever has the service.
    for row in bench.fetch("SELECT x.account_id FROM sonar.account_services x JOIN sonar.service_tax_definitions d USING (service_id)"):
        dirt[row["account_id"]].add("tax_avalara")
    rejects = 0
    for model in (*SERVICES, "customers/customers", "customers/customer_parents"):
        for row in bench.results[model]:
            if row.values.get("_reject") and not row.values.get("_skip"):
                account = int(row.values["_label"].split()[1])
                assert BECAUSE[row.reject_code] & dirt[account], (model, row.values["_label"], row.values["_reject"], dirt[account])
                assert row.values["_reject"].count("|") == 2, "code, message, remedy"
                rejects += 1
    assert rejects > 10, "the data set has dirt"


def test_dirt_that_would_bill_twice_never_passes(sandbox_bench: tuple[Any, Path]) -> None:
    bench, path = sandbox_bench
    dangerous = {"next_bill_date_null", "next_bill_date_past", "next_bill_date_far", "bill_day_null", "bill_day_not_invoice_day"}
    accounts = {found.account_id for found in read_truth(path).dirt if found.code in dangerous}
    assert accounts
    for model in SERVICES:
        for row in bench.results[model]:
            if int(row.values["_label"].split()[1]) in accounts and row.fine:
                # A service of several months has a date of its own, which may be right.
                assert row.period != "-1", (model, row.values["_label"])


def test_monthly_revenue_is_sonars_to_the_cent(sandbox_bench: tuple[Any, Path]) -> None:
    """research/money.md §5.10, for every account of which no service was refused."""
    bench, path = sandbox_bench
    monthly: dict[int, Decimal] = defaultdict(Decimal)
    refused: set[int] = set()
    for model in SERVICES:
        for row in bench.results[model]:
            account = int(row.values["_label"].split()[1])
            if not row.fine:
                if row.values.get("_skip") is None:
                    refused.add(account)
                continue
            if row.source_key.startswith("flat_tax"):
                continue
            monthly[account] += row.quantity * row.unit_price - (row.discount_value or 0)
    compared = 0
    for account in read_truth(path).accounts.values():
        if not account.active or account.id in refused:
            continue
        found = monthly[account.id].quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert abs(found * 100 - account.mrr_cents) <= (1 if monthly[account.id] != found else 0), account
        compared += 1
    assert compared > 100


def test_the_price_of_a_period_comes_out_to_the_cent(sandbox_bench: tuple[Any, Path]) -> None:
    bench, _ = sandbox_bench
    long = [row for model in SERVICES for row in bench.results[model] if row.fine and row.period != "-1"]
    assert long
    for row in long:
        key = int(row.source_key.split(":")[-1])
        sonar = bench.fetch(
            "SELECT coalesce(l.price_override, s.amount) AS cents FROM sonar.account_services l JOIN sonar.services s ON s.id = l.service_id WHERE l.id = ?",
            [key],
        )[0]["cents"]
        assert round(Fraction(row.unit_price) * int(row.period) * 100) == sonar


def test_dates_are_the_first_unbilled_day_or_later(sandbox_bench: tuple[Any, Path]) -> None:
    bench, _ = sandbox_bench
    for model in SERVICES:
        for row in bench.results[model]:
            if row.fine:
                assert row.start_date >= "2026-10-15", row
                assert row.end_date == "0000-00-00" or row.end_date >= row.start_date, row


def test_what_is_sent_fits_splynx(sandbox_bench: tuple[Any, Path]) -> None:
    """Lengths and uniqueness (research/splynx-api.md §5, §6)."""
    bench, _ = sandbox_bench
    customers = [row for row in bench.results["customers/customers"] if row.fine]
    assert len({row.login.lower() for row in customers}) == len(customers)
    limits = {"name": 256, "email": 256, "billing_email": 256, "phone": 256, "street_1": 255, "city": 32, "zip_code": 32, "login": 128}
    for row in customers:
        for name, limit in limits.items():
            assert len(getattr(row, name) or "") <= limit, (row.values["_label"], name)
        assert row.partner_id and row.location_id
    for kind in ("internet", "voice", "recurring", "one_time"):
        titles = [row.title.lower() for row in bench.results[f"catalogue/tariffs_{kind}"] if row.fine]
        assert len(set(titles)) == len(titles) and max(map(len, titles), default=0) <= 64
    logins = [row.login.lower() for row in bench.results["services/services_internet"] if row.fine]
    assert len(set(logins)) == len(logins)
    addresses = [row.ipv4 for row in bench.results["services/services_internet"] if row.fine and row.ipv4]
    assert len(set(addresses)) == len(addresses) > 0


def test_a_second_run_gives_the_same(sandbox_bench: tuple[Any, Path]) -> None:
    """Nothing depends on the order of rows: the plan of an unchanged Sonar is empty."""
    bench, _ = sandbox_bench
    for model in bench.models:
        again = bench.fetch(model.sql) if not model.patch else None
        if again is not None:
            first = [{k: v for k, v in row.values.items() if k != "id"} for row in bench.results[model.name]]
            assert again == first or sorted(map(repr, again)) == sorted(map(repr, first)), model.name


SAID = {"ticket": "tickets", "reply": "ticket_replies", "comment": "ticket_comments"}


def test_everything_that_was_said_is_a_message(sandbox_bench: tuple[Any, Path]) -> None:
    bench, path = sandbox_bench
    rows = {row.source_key: row for row in bench.results["support/ticket_messages"]}
    assert set(rows) == {f"{kind}:{row['id']}" for kind, stream in SAID.items() for row in bench.fetch(f"SELECT id FROM sonar.{stream}")}
    tickets = {row.source_key: row for row in bench.results["support/tickets"]}
    assert set(tickets) == {str(row["id"]) for row in bench.fetch("SELECT id FROM sonar.tickets")}
    dirt = defaultdict(set)
    for found in read_truth(path).dirt:
        dirt[found.code].add(found.row_id)
    assert {int(key) for key, row in tickets.items() if row.values["_skip"] == "spam"} == dirt["spam_ticket"]
    assert not [row for row in tickets.values() if row.values["_reject"]]
    assert {row.source_key for row in rows.values() if row.values["_reject"]} == {f"reply:{key}" for key in dirt["reply_without_ticket"]}
    for row in tickets.values():
        assert row.fine or row.values["_skip"] in {"spam", "account left out (archived account)", "account left out (lead, not a customer)"}


def test_papers_move_unless_splynx_refuses_them(sandbox_bench: tuple[Any, Path]) -> None:
    bench, path = sandbox_bench
    papers = [row for name in ("customer_documents", "lead_documents") for row in bench.results[f"documents/{name}"]]
    files = {row.source_key: row.reject_code for row in papers if row.values["_reject"]}
    dirt = {found.code: f"file:{found.row_id}" for found in read_truth(path).dirt if found.type == "File"}
    assert files == {dirt[code]: code for code in ("file_too_large", "file_type_not_allowed")}
    assert {row.source_key for row in papers if row.source_key.startswith("contract:")} == {
        f"contract:{row['id']}" for row in bench.fetch("SELECT id FROM sonar.contracts")
    }
    assert all(row.values["_file_content_base64"] for row in papers if row.fine)
    remarks = [row for name in ("customer_notes", "lead_notes") for row in bench.results[f"documents/{name}"]]
    assert not [row.source_key for row in remarks if row.values["_reject"]]
    assert {row.source_key for row in remarks} >= {f"call:{row['id']}" for row in bench.fetch("SELECT id FROM sonar.call_logs")}
