"""Prices, taxes and bill dates by hand: small cases whose result anybody can check."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from sandbox.data.calendar import bill_runs
from sandbox.data.charges import (
    RecurringLine,
    Tax,
    TaxProfile,
    applicable_rules,
    half_up,
    monthly_revenue,
    next_charge_cents,
    scaled,
    tax_lines,
    tax_total,
)
from sandbox.data.plan import AccountPlan, BillingPlan, CatalogueItem, ServicePlan
from sandbox.data.words import TOWNS

STATE = Tax(1, "State", flat=False, geographical=True, rate_scaled=0)
USF = Tax(2, "USF", flat=False, geographical=False, rate_scaled=scaled(5.35))
E911 = Tax(3, "911", flat=True, geographical=False, rate_scaled=75)
PROFILE = TaxProfile(False, {1: scaled(5.5)}, {})


def test_each_tax_is_rounded_by_itself() -> None:
    # 5.5 % of 9.99 is 0.54945, 5.35 % is 0.534465; together 1.083915, which is 1.08 only when it is rounded at the end.
    rules = applicable_rules([(STATE, 0), (USF, 0)], PROFILE)
    assert [line.tax_cents for line in tax_lines(999, rules)] == [55, 53]
    assert tax_total(999, rules) == 108


@pytest.mark.parametrize(("cents", "tax"), [(100, 6), (90, 5), (91, 5), (0, 0), (9, 0), (10, 1)])
def test_half_a_cent_is_rounded_up(cents: int, tax: int) -> None:
    assert tax_total(cents, applicable_rules([(STATE, 0)], PROFILE)) == tax


def test_a_flat_tax_is_cents_per_line() -> None:
    rules = applicable_rules([(E911, 0)], PROFILE)
    assert [(line.taxed_cents, line.tax_cents) for line in tax_lines(2995, rules)] == [(2995, 75)]


def test_exemption_override_and_exempt_account() -> None:
    assert tax_total(2995, applicable_rules([(STATE, 500)], PROFILE)) == 137  # 5.5 % of 24.95 = 1.37225
    override = TaxProfile(False, {1: scaled(5.5)}, {1: scaled(2.5)})
    assert tax_total(1000, applicable_rules([(STATE, 0)], override)) == 25
    assert applicable_rules([(STATE, 0), (E911, 0)], TaxProfile(True, {1: scaled(5.5)}, {})) == ()
    assert applicable_rules([(STATE, 0)], TaxProfile(False, {}, {})) == (), "no zone, no geographical tax"


def test_next_charge_and_revenue() -> None:
    rules = applicable_rules([(STATE, 0)], PROFILE)
    lines = [
        RecurringLine(5000, 1, credit=False),
        RecurringLine(1000, 1, credit=True, taxes=rules),
        RecurringLine(2400, 12, credit=False, due=False),
        RecurringLine(1000, 3, credit=False),
    ]
    assert next_charge_cents(lines, 1) == 5000 - 1055 + 1000
    assert next_charge_cents(lines, 3) == 15_000 - 3165 + 1000
    assert next_charge_cents(lines, 0) == next_charge_cents(lines, 1), "postpaid bills one month"
    assert monthly_revenue(lines) == 4000 + 200 + Fraction(1000, 3)
    assert half_up(monthly_revenue(lines)) == 4533


@pytest.mark.parametrize(("value", "cents"), [(Fraction(5, 2), 3), (Fraction(-5, 2), -3), (Fraction(7, 3), 2), (Fraction(0), 0)])
def test_half_up(value: Fraction, cents: int) -> None:
    assert half_up(value) == cents


def account(activated: date, billing: BillingPlan) -> AccountPlan:
    return AccountPlan(1, "active", "A", True, 1, 1, "RESIDENTIAL", 1, TOWNS[0], activated, activated, billing=billing)


def service(frequency: int = 1, times: int | None = None, since: date = date.min) -> ServicePlan:
    kind = "EXPIRING" if times else "RECURRING"
    return ServicePlan(CatalogueItem(1, "k", "n", kind, False, 3100, frequency, times), 3100, since=since)


def test_first_days_are_prorated_and_months_follow() -> None:
    one = account(date(2026, 8, 11), BillingPlan(1, 1, 20, 10))
    runs = list(bill_runs(one, [service()], date(2026, 10, 15)))
    assert [(run.day, run.period_end, run.share) for run in runs] == [
        (date(2026, 8, 11), date(2026, 8, 31), Fraction(21, 31)),
        (date(2026, 9, 1), date(2026, 9, 30), 1),
        (date(2026, 10, 1), date(2026, 10, 31), 1),
    ]
    assert one.next_bill == date(2026, 11, 1)


def test_quarterly_bills_cover_three_months() -> None:
    one = account(date(2026, 1, 1), BillingPlan(1, 3, 20, 10))
    runs = list(bill_runs(one, [service()], date(2026, 6, 1)))
    assert [(run.day, run.period_end, run.months) for run in runs] == [
        (date(2026, 1, 1), date(2026, 3, 31), 3),
        (date(2026, 4, 1), date(2026, 6, 30), 3),
    ]
    assert one.next_bill == date(2026, 7, 1)


def test_postpaid_bills_cover_the_month_before() -> None:
    one = account(date(2026, 1, 1), BillingPlan(1, 0, 20, 10))
    runs = list(bill_runs(one, [service()], date(2026, 3, 1)))
    assert [(run.day, run.period_start, run.period_end) for run in runs] == [
        (date(2026, 2, 1), date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 3, 1), date(2026, 2, 1), date(2026, 2, 28)),
    ]


def test_a_yearly_service_is_due_once_a_year() -> None:
    one = account(date(2025, 3, 1), BillingPlan(1, 1, 20, 10))
    yearly, monthly = service(12), service()
    runs = list(bill_runs(one, [yearly, monthly], date(2026, 5, 1)))
    assert [run.day for run in runs if yearly in run.services] == [date(2025, 3, 1), date(2026, 3, 1)]
    assert len(runs) == 15
    assert yearly.next_due == date(2027, 3, 1)


def test_an_expiring_service_stops() -> None:
    one = account(date(2026, 1, 1), BillingPlan(1, 1, 20, 10))
    promotion = service(times=3, since=date(2026, 1, 15))
    runs = list(bill_runs(one, [promotion, service()], date(2026, 9, 1)))
    assert [run.day for run in runs if promotion in run.services] == [
        date(2026, 2, 1),
        date(2026, 3, 1),
        date(2026, 4, 1),
    ]
    assert promotion.times_billed == 3


def test_the_31st_is_kept() -> None:
    one = account(date(2026, 1, 31), BillingPlan(31, 1, 20, 10))
    assert [run.day.day for run in bill_runs(one, [service()], date(2026, 5, 31))] == [31, 28, 31, 30, 31]
