"""Regular credits: which service carries them, and what becomes of those that do not fit (research/mapping.md §5.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

INTERNET, RECURRING, PERCENT = "services/services_internet", "services/services_recurring", "services/additional_discounts"
ALL = (INTERNET, RECURRING, PERCENT)


def taxed(bench: Any, service: int, tax: int = 1) -> None:
    bench.add("service_taxes", service_id=service, tax_id=tax, exemption_amount=0)


def test_a_service_that_costs_enough_carries_the_credit(bench: Any, provider: Any) -> None:
    """Splynx cuts a discount at the price of its service."""
    cheap = provider.service("Lifeline", "DATA", 900)
    tv = provider.service("TV", "RECURRING", 3000)
    credit = provider.service("Bundle", "RECURRING", 1000, application="CREDIT")
    account = provider.account()
    internet, television = provider.has(account, cheap), provider.has(account, tv)
    provider.has(account, credit)
    bench.run(*ALL)
    assert bench.row(INTERNET, internet).discount == "0"
    assert bench.row(RECURRING, f"service:{television}").discount_value == Decimal("10.0000")


def test_credits_beyond_the_price_of_every_service_are_charges_below_zero(bench: Any, provider: Any) -> None:
    five = [provider.service(f"Box {n}", "RECURRING", 500) for n in range(3)]
    granted = [provider.service(f"Credit {n}", "RECURRING", 400, application="CREDIT") for n in range(2)]
    account = provider.account()
    lines = [provider.has(account, service) for service in five]
    given = [provider.has(account, credit) for credit in granted]
    bench.run(*ALL)
    assert bench.row(RECURRING, f"service:{lines[0]}").discount_value == Decimal("4.0000")
    assert bench.row(RECURRING, f"service:{given[0]}").values["_skip"] == "credit: merged into the discount of the main service"
    other = bench.row(RECURRING, f"service:{given[1]}")
    assert other.fine and other.unit_price == Decimal("-4.0000")


def test_a_monthly_credit_is_no_discount_of_a_quarterly_service(bench: Any, provider: Any) -> None:
    """It would be missing on the bills in between."""
    quarterly = provider.service("Fiber by quarters", "DATA", 16485, frequency=3)
    phone = provider.service("Phone", "RECURRING", 2995)
    credit = provider.service("Autopay", "RECURRING", 500, application="CREDIT")
    both, alone = provider.account(), provider.account()
    internet, line = provider.has(both, quarterly), provider.has(both, phone)
    lonely = provider.has(alone, quarterly)
    given = [provider.has(account, credit) for account in (both, alone)]
    bench.run(*ALL)
    assert bench.row(INTERNET, internet).discount == bench.row(INTERNET, lonely).discount == "0"
    assert bench.row(RECURRING, f"service:{line}").discount_value == Decimal("5.0000")
    own = bench.row(RECURRING, f"service:{given[1]}")
    assert own.fine and (own.unit_price, own.period) == (Decimal("-5.0000"), "-1")


def test_a_service_with_the_same_taxes_is_preferred(bench: Any, provider: Any) -> None:
    bench.add("taxes", id=1, name="State", application="PERCENTAGE", type="GLOBAL", rate=5.5)
    tv = provider.service("TV", "RECURRING", 3000)
    credit = provider.service("TV credit", "RECURRING", 1000, application="CREDIT")
    taxed(bench, tv)
    taxed(bench, credit)
    account = provider.account()
    internet, television = provider.has(account), provider.has(account, tv)
    provider.has(account, credit)
    bench.run(*ALL)
    assert bench.row(INTERNET, internet).discount == "0"
    assert bench.row(RECURRING, f"service:{television}").discount_value == Decimal("10.0000")


def test_taxes_of_credits_are_a_setting(bench: Any, provider: Any) -> None:
    bench.add("taxes", id=1, name="State", application="PERCENTAGE", type="GLOBAL", rate=5.5)
    credit = provider.service("Taxed credit", "RECURRING", 1000, application="CREDIT")
    taxed(bench, credit)
    account = provider.account()
    internet, given = provider.has(account), provider.has(account, credit)
    bench.set(credit_taxes="service")
    bench.run(*ALL)
    assert bench.row(INTERNET, internet).discount_value == Decimal("10.0000")
    bench.forget_parts()
    bench.set(credit_taxes="own")
    bench.run(*ALL)
    assert bench.row(INTERNET, internet).discount == "0"
    row = bench.row(RECURRING, f"service:{given}")
    assert row.fine and row.unit_price == Decimal("-10.0000")
    tariff = bench.row("catalogue/tariffs_recurring", "tool:credit:5.5000")
    assert (tariff.vat_percent, tariff.tax_id, tariff.title) == (Decimal("5.5000"), 11, "Credit (Sonar) (tax 5.5 %)")
    assert row.tariff_id == bench.made("tariffs_recurring", "tool:credit:5.5000")


def test_credits_with_another_end_in_percent(bench: Any, provider: Any) -> None:
    round_price = provider.service("Round", "DATA", 8000)
    autopay = provider.service("Autopay", "RECURRING", 1000, application="CREDIT")
    welcome = provider.service("Welcome", "EXPIRING", 400, application="CREDIT", times_to_run=12)
    account = provider.account()
    internet = provider.has(account, round_price)
    provider.has(account, autopay)
    given = provider.has(account, welcome, number_of_times_billed=10)
    bench.set(further_credits="percent")
    bench.run(*ALL)
    assert bench.row(INTERNET, internet).discount_value == Decimal("10.0000")
    row = bench.row(PERCENT, f"service:{given}")
    assert row.fine
    assert (row.service_type, row.service_id, row.enabled, row.percent) == ("internet", bench.made("services_internet", internet), 1, Decimal("5.0000"))
    assert (row.start_date, row.end_date) == ("2026-12-01", "2027-01-31")
    assert row.message == f"Welcome (Sonar {given})"
    assert bench.row(RECURRING, f"service:{given}").values["_skip"] == "credit: an additional discount of the main service"


def test_a_percentage_that_misses_the_cent_is_not_used(bench: Any, provider: Any) -> None:
    dear = provider.service("Dear", "DATA", 99_999_999)
    autopay = provider.service("Autopay", "RECURRING", 10_000, application="CREDIT")
    welcome = provider.service("Welcome", "EXPIRING", 333, application="CREDIT", times_to_run=12)
    account = provider.account()
    provider.has(account, dear)
    provider.has(account, autopay)
    given = provider.has(account, welcome)
    bench.set(further_credits="percent")
    bench.run(*ALL)
    assert not bench.results[PERCENT]
    assert bench.row(RECURRING, f"service:{given}").unit_price == Decimal("-3.3300")


def test_credits_that_do_not_fit_can_be_refused(bench: Any, provider: Any) -> None:
    autopay = provider.service("Autopay", "RECURRING", 1000, application="CREDIT")
    welcome = provider.service("Welcome", "EXPIRING", 400, application="CREDIT", times_to_run=12)
    account = provider.account()
    provider.has(account)
    provider.has(account, autopay)
    given = provider.has(account, welcome)
    bench.set(further_credits="reject")
    bench.run(*ALL)
    assert bench.row(RECURRING, f"service:{given}").reject_code == "credit_does_not_fit"
