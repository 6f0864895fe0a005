"""Changes that are planned in Sonar, followed to a planned status, an end date, a pending service, or a person (research/mapping.md §5.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

MODELS = (
    "services/pending_statuses", "services/planned_internet", "services/planned_recurring",
    "services/services_internet", "services/services_voice", "services/services_recurring",
)  # fmt: skip
SOON = "2027-03-01T18:00:00+00:00"


def event(bench: Any, account: int, kind: str, about: Any, **values: Any) -> int:
    return bench.add("scheduled_events", account_id=account, event=kind, primary_event_object_id=str(about), **{"complete": False, "datetime": SOON} | values)


def leftovers(bench: Any) -> dict[int, dict[str, Any]]:
    bench.make_part("scheduled_leftovers")
    return {row["id"]: row for row in bench.fetch("SELECT * FROM shared.scheduled_leftovers")}


def test_changes_of_status(bench: Any, provider: Any) -> None:
    account, other = provider.account(), provider.account()
    pause = event(bench, account, "CHANGE_STATUS", 2)
    back = event(bench, account, "CHANGE_STATUS", 1, datetime="2027-05-01T04:30:00+00:00")
    leave = event(bench, other, "DISCONNECT_ACCOUNT", 2)
    done = event(bench, other, "CHANGE_STATUS", 2, complete=True)
    twice = event(bench, other, "CHANGE_STATUS", 1)
    bench.run(*MODELS)
    rows = {row.source_key: (row.customer_id, row.date, row.status, row.values["_skip"]) for row in bench.results["services/pending_statuses"]}
    assert rows == {
        str(pause): (bench.made("customers", account), "2027-03-01", "disabled", None),
        str(back): (bench.made("customers", account), "2027-04-30", "active", None),
        str(leave): (bench.made("customers", other), "2027-03-01", "disabled", "a later event of the same day decides"),
        str(twice): (bench.made("customers", other), "2027-03-01", "active", None),
    }
    assert str(done) not in rows
    assert not leftovers(bench)


def test_status_map_decides_about_planned_statuses_too(bench: Any, provider: Any) -> None:
    account = provider.account()
    event(bench, account, "CHANGE_STATUS", 2)
    bench.set(status_map={"Inactive": "blocked"})
    bench.run(*MODELS)
    assert bench.results["services/pending_statuses"][0].status == "blocked"


def test_before_the_cut_over_sonar_does_it_itself(bench: Any, provider: Any) -> None:
    account = provider.account(next_bill_date="2027-04-01")
    line = provider.has(account)
    event(bench, account, "CHANGE_STATUS", 2)
    event(bench, account, "REMOVE_SERVICE", line)
    bench.set(cutover_date="2027-03-15")
    bench.run(*MODELS)
    assert not bench.results["services/pending_statuses"]
    assert bench.row("services/services_internet", line).end_date == "0000-00-00"
    assert not leftovers(bench)


def test_removals_of_services_and_packages(bench: Any, provider: Any) -> None:
    rental = provider.service("Rental", "RECURRING", 500)
    bench.add("packages", id=5, name="Double Play")
    account = provider.account()
    one = provider.has(account)
    packed = [
        provider.has(account, package_id=5, unique_package_relationship_id="abc"),
        provider.has(account, rental, package_id=5, unique_package_relationship_id="abc"),
    ]
    single = provider.account()
    by_service = provider.has(single, rental)
    event(bench, account, "REMOVE_SERVICE", one)
    event(bench, account, "REMOVE_PACKAGE", "abc", datetime="2027-04-01T18:00:00+00:00")
    event(bench, single, "REMOVE_SERVICE", rental)
    lost = event(bench, single, "REMOVE_SERVICE", 999)
    bench.run(*MODELS)
    assert bench.row("services/services_internet", one).end_date == "2027-03-01"
    assert bench.row("services/services_internet", packed[0]).end_date == "2027-04-01"
    assert bench.row("services/services_recurring", f"service:{packed[1]}").end_date == "2027-04-01"
    assert bench.row("services/services_recurring", f"service:{by_service}").end_date == "2027-03-01"
    assert set(leftovers(bench)) == {lost}, "a service that the account does not have"


def test_planned_services_are_pending(bench: Any, provider: Any) -> None:
    bench.add("taxes", id=1, name="State", application="PERCENTAGE", type="GLOBAL", rate=5.5)
    rental = provider.service("Yearly rental", "RECURRING", 12_000, frequency=12)
    bench.add("service_taxes", service_id=rental, tax_id=1, exemption_amount=0)
    phone = provider.service("Phone", "VOICE", 2000)
    account, exempt = provider.account(), provider.account(billing={"tax_exempt": True})
    fast = event(bench, account, "ADD_SERVICE", 1)
    rent = event(bench, exempt, "ADD_SERVICE", rental)
    call = event(bench, account, "ADD_SERVICE", phone)
    gone = event(bench, provider.account(account_status_id=2), "ADD_SERVICE", 1)
    bench.run(*MODELS)
    row = bench.row("services/planned_internet", f"event:{fast}")
    assert row.fine
    assert (row.status, row.start_date, row.end_date, row.unit_price, row.quantity) == ("pending", "2027-03-01", "0000-00-00", Decimal("54.9500"), 1)
    assert (row.login, row.taking_ipv4, row.description) == (f"se{fast}", 0, "Fiber 100")
    assert (row.customer_id, row.tariff_id) == (bench.made("customers", account), bench.made("tariffs_internet", 1))
    row = bench.row("services/planned_recurring", f"event:{rent}")
    assert (row.period, row.unit_price) == ("12", Decimal("10.0000"))
    assert row.tariff_id == bench.made("tariffs_recurring", f"service:{rental}:0.0000"), "the account pays no tax"
    assert bench.row("services/planned_internet", f"event:{gone}").values["_skip"] == "account is not active"
    assert set(leftovers(bench)) == {call}, "a voice service needs a number"


def test_what_needs_a_person(bench: Any, provider: Any) -> None:
    account = provider.account("Jane Roe")
    charge = event(bench, account, "ONE_TIME_TRANSACTION", 1, amount=7500, description="Tree work")
    line = provider.has(account)
    price = event(bench, account, "REMOVE_PRICE_OVERRIDE", line)
    late = event(bench, account, "CHANGE_STATUS", 2, datetime="2026-01-05T18:00:00+00:00")
    event(bench, provider.account(archived_at="2025-01-01T00:00:00+00:00"), "ONE_TIME_TRANSACTION", 1)
    bench.run(*MODELS)
    found = leftovers(bench)
    assert set(found) == {charge, price, late}
    row = found[charge]
    assert (row["account_id"], str(row["date"]), row["title"]) == (account, "2027-03-01", "Charge or credit once – Jane Roe")
    assert row["text"].splitlines()[1:] == ["Tree work", "Amount: 75.0000", "It concerns: Fiber 100"]
    assert found[price]["text"].endswith("It concerns: Fiber 100")
    assert "That day has passed" in found[late]["text"]
