"""What Sonar charges: prices, taxes per line, the next recurring charge, monthly revenue. Integer cents throughout.

The generator uses it to make invoices, :mod:`sandbox.data.truth` to say what is right. Source: research/money.md §1
and §4, research/mapping.md §5. Three things are not documented and therefore guessed:

* GUESS: a FLAT tax is charged once per line, whatever the quantity or the number of months.
* GUESS: a tax of type GEOGRAPHICAL without a zone on the account is not charged at all.
* GUESS: a discount of a taxed CREDIT service carries the same taxes, and ``Discount.amount_remaining`` starts at
  amount + tax (otherwise identities A and B of money.md §1 could never meet).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

RATE_SCALE = 10_000
"""Percent rates are kept as integers with four decimals: 5.5 % is 55,000."""


@dataclass(frozen=True, slots=True)
class Tax:
    """A row of ``taxes``: percent (scaled) or, when flat, cents."""

    id: int
    name: str
    flat: bool
    geographical: bool
    rate_scaled: int
    """Percent × 10,000; for a flat tax the cents."""


@dataclass(frozen=True, slots=True)
class TaxRule:
    """One tax as it applies to one line of one account."""

    tax: Tax
    rate_scaled: int
    exemption_cents: int = 0


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The tax that one rule puts on one line."""

    name: str
    taxed_cents: int
    tax_cents: int


@dataclass(frozen=True, slots=True)
class TaxProfile:
    """What decides about an account's taxes."""

    exempt: bool
    zone_rates: Mapping[int, int]
    """tax id → scaled rate of the account's zone."""
    overrides: Mapping[int, int]
    """tax id → scaled rate of a ``tax_overrides`` row, which wins."""


@dataclass(frozen=True, slots=True)
class RecurringLine:
    """One recurring line of an account: a service or a voice add-on."""

    cents: int
    """Price of one billing, quantity included."""
    frequency: int
    """Months between two billings."""
    credit: bool
    taxes: tuple[TaxRule, ...] = ()
    due: bool = True
    """Is it part of the next bill? False for a yearly service in the months between."""


def scaled(rate: float) -> int:
    """A rate of the API (Float) as an integer with four decimals."""
    return round(rate * RATE_SCALE)


def applicable_rules(taxes: Iterable[tuple[Tax, int]], profile: TaxProfile) -> tuple[TaxRule, ...]:
    """The rules for one line. ``taxes`` are (tax, exemption in cents) of the service."""
    if profile.exempt:
        return ()
    rules = []
    for tax, exemption in taxes:
        rate = profile.overrides.get(tax.id)
        if rate is None:
            rate = profile.zone_rates.get(tax.id) if tax.geographical else tax.rate_scaled
        if rate:
            rules.append(TaxRule(tax, rate, exemption))
    return tuple(rules)


def tax_lines(cents: int, rules: Sequence[TaxRule]) -> list[TaxLine]:
    """The taxes on a line of ``cents``: each tax rounded half up by itself, once per line (money.md §4)."""
    lines = []
    for rule in rules:
        if rule.tax.flat:
            # A flat rate is kept in cents; an override of it too.
            lines.append(TaxLine(rule.tax.name, cents, rule.rate_scaled))
            continue
        taxed = max(0, cents - rule.exemption_cents)
        amount = (taxed * rule.rate_scaled + 50 * RATE_SCALE) // (100 * RATE_SCALE)
        if amount:
            lines.append(TaxLine(rule.tax.name, taxed, amount))
    return lines


def tax_total(cents: int, rules: Sequence[TaxRule]) -> int:
    """Sum of :func:`tax_lines` in cents."""
    return sum(line.tax_cents for line in tax_lines(cents, rules))


def next_charge_cents(lines: Iterable[RecurringLine], months_to_bill: int) -> int:
    """What the next bill will be, tax included, credits taken off (``Account.next_recurring_charge_amount``).

    A monthly line is charged for each month that is billed at once; a line of N months is charged when it is due.
    """
    total = 0
    for line in lines:
        if not line.due:
            continue
        cents = line.cents * (max(1, months_to_bill) if line.frequency == 1 else 1)
        with_tax = cents + tax_total(cents, line.taxes)
        total += -with_tax if line.credit else with_tax
    return total


def monthly_revenue(lines: Iterable[RecurringLine]) -> Fraction:
    """Monthly recurring revenue before tax, in cents, exact: each line divided by its months, credits negative."""
    return sum((Fraction(-line.cents if line.credit else line.cents, line.frequency) for line in lines), Fraction(0))


def half_up(value: Fraction) -> int:
    """Whole cents, half away from zero."""
    whole = (abs(value) * 2 + 1) // 2
    return int(whole) if value >= 0 else -int(whole)
