"""What a reconciliation found: sums, and every difference with what explains it.

Money is whole cents. A difference is Splynx's figure less the source's; an explanation says how much of it it accounts
for. What is left beyond the tolerance is unexplained.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CHECKS = {
    "customer": "customers",
    "balance": "owed",
    "invoices": "open invoices, sum",
    "invoice_count": "open invoices, number",
    "due_dates": "due dates",
    "services": "services, number",
    "revenue": "monthly revenue",
    "first_day": "first day to charge",
    "forecast": "next charge",
}
"""The comparisons, with what people call them."""
COUNTED = frozenset({"customer", "invoice_count", "services", "due_dates", "first_day"})
"""Their figures are numbers, not money."""


@dataclass(frozen=True)
class Explanation:
    """A cause of a difference. `cents`: its part of the difference (or a number, for what is counted)."""

    code: str
    text: str
    cents: int = 0


@dataclass(frozen=True)
class Difference:
    """One comparison of one payer (a customer with the sub accounts that it pays for) that does not come out even."""

    check: str
    account: str
    label: str
    customer_id: int | None
    source: int
    splynx: int
    explanations: tuple[Explanation, ...]
    tolerance: int = 0
    detail: str = ""

    @property
    def difference(self) -> int:
        """Splynx less the source."""
        return self.splynx - self.source

    @property
    def unexplained(self) -> int:
        """What no explanation accounts for."""
        return self.difference - sum(each.cents for each in self.explanations)

    @property
    def explained(self) -> bool:
        """Whether nothing beyond the tolerance is left. A difference without a figure needs an explanation at all."""
        if self.difference == 0:
            return bool(self.explanations)
        return abs(self.unexplained) <= self.tolerance


@dataclass
class Figure:
    """One line of the sums."""

    name: str
    source: int
    splynx: int
    money: bool = True
    scale: int | None = None
    """Decimals of the figure when they are not the currency's."""


@dataclass
class Reconciliation:
    """The whole comparison. `compared`: payers; `live`: accounts that Splynx bills already, not compared;
    `previews`: how many were asked for their next charge."""

    day: str
    strategy: str
    exponent: int
    sums: list[Figure] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    compared: int = 0
    live: int = 0
    previews: int = 0
    previews_wanted: int = 0
    blocking: list[dict[str, Any]] = field(default_factory=list)
    """Whom Splynx would block, and when: account, label, owed_cents, day, on_first_morning, customer_id, splynx_day."""
    fingerprint: dict[str, Any] = field(default_factory=dict)

    @property
    def unexplained(self) -> list[Difference]:
        """What nobody can explain yet."""
        return [each for each in self.differences if not each.explained]

    @property
    def clean(self) -> bool:
        """Whether everything is explained."""
        return not self.unexplained

    @property
    def complete(self) -> bool:
        """Whether the next charge of every payer was looked at."""
        return self.previews >= self.previews_wanted
