"""Billing modes of docs/explanation/start-dates.md: parameters in Sonar, and a picture of what a run makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

FIRST, DAYS_A_SIGN = date(2026, 10, 1), 3
MONTHS = ((10, "Oct"), (11, "Nov"), (12, "Dec"), (1, "Jan"), (2, "Feb"))


@dataclass(frozen=True)
class Mode:
    """`billed_from`: begin of the last period that Sonar billed; `start`: what the service's start date must be, or the
    code of the reject."""

    name: str
    billed_from: str
    start: str
    billing: dict[str, Any] = field(default_factory=dict)
    account: dict[str, Any] = field(default_factory=dict)
    line: dict[str, Any] = field(default_factory=dict)
    frequency: int = 1
    accept: bool = False


MODES = (
    Mode("fixed bill day", "2026-11-01", "2026-12-01"),
    Mode(
        "anniversary", "2026-11-17", "2026-12-17", {"bill_day": 17, "invoice_day": 17, "bill_day_mode": "ANNIVERSARY_BILL_DAY"},
        {"next_bill_date": "2026-12-17"},
    ),
    Mode("three months in advance", "2026-10-01", "2027-01-01", {"months_to_bill": 3}, {"next_bill_date": "2027-01-01"}),
    Mode("a quarterly service", "2026-11-01", "2027-02-01", line={"next_bill_date": "2027-02-01"}, frequency=3),
    Mode("afterwards (postpaid)", "2026-10-01", "2026-11-01", {"months_to_bill": 0}),
    Mode(
        "added between two bills", "2026-11-20", "2026-11-20",
        line={"addition_prorate_date": "2026-11-20", "number_of_times_billed": 0, "created_at": "2026-11-20T18:00:00+00:00"},
    ),
    Mode(
        "billed before the period begins", "2026-11-01", "2026-12-01", {"bill_day": 20, "invoice_day": 1}, {"next_bill_date": "2026-11-20"},
        accept=True,
    ),
    Mode("bill day and invoice day differ", "2026-11-01", "bill_day_differs", {"bill_day": 20, "invoice_day": 1}, {"next_bill_date": "2026-11-20"}),
    Mode("no bill day", "2026-11-01", "bill_day_missing", {"bill_day": None}),
    Mode("no next bill date", "2026-11-01", "next_bill_date_missing", account={"next_bill_date": None}),
    Mode("next bill date passed by", "2026-10-01", "next_bill_date_past", account={"next_bill_date": "2026-11-01"}),
    Mode("next bill date too far ahead", "2026-11-01", "next_bill_date_far", account={"next_bill_date": "2028-03-01"}),
    Mode("next bill date off the bill day", "2026-11-01", "next_bill_day_differs", account={"next_bill_date": "2026-12-07"}),
)  # fmt: skip


def run(provider: Any, mode: Mode) -> Any:
    """The service's row, among three ordinary accounts."""
    bench = provider.bench
    bench.set(cutover_date=date(2026, 11, 15), bill_day_differs="accept" if mode.accept else "reject")
    service = provider.service("Mode", "DATA", 6000, frequency=mode.frequency)
    for number in range(3):
        provider.has(provider.account(f"Ordinary {number}"))
    account = provider.account(**mode.account, billing=dict(mode.billing))
    line = provider.has(account, service, **mode.line)
    bench.run("services/services_internet")
    return bench.row("services/services_internet", line)


def picture(mode: Mode, row: Any) -> str:
    """A time line: `=` billed by Sonar, `#` charged by Splynx from the start date on. A sign is three days."""
    begin = date.fromisoformat(mode.billed_from)
    months = "".join(f"|{name:<9}" for _, name in MONTHS)
    if not row.fine:
        return f"{months}\nheld back: {row._reject.split('|')[1]}\n"
    start = date.fromisoformat(row.start_date)
    signs = []
    for month, _ in MONTHS:
        year = 2026 if month > 2 else 2027
        for part in range(10):
            day = date(year, month, min(1 + part * DAYS_A_SIGN, 28))
            signs.append("#" if day >= start else "=" if begin <= day < start else " ")
    return f"{months}\n{''.join(signs)}\nSonar billed until {start - timedelta(days=1)}, Splynx charges from {start}\n"
