"""What is charged regularly, side by side: services, monthly revenue, the first day to charge.

In: a payer. Out: differences. A bundle of Splynx carries the lines of all its services.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from target_splynx.reconcile.expected import Line, Reason
from target_splynx.reconcile.held import BUNDLES, Service
from target_splynx.reconcile.payer import Payer, listed
from target_splynx.reconcile.result import Difference, Explanation

Key = tuple[str, int]
"""A service: resource and id."""


def compare(payer: Payer) -> Iterator[Difference]:
    """Number of services, revenue, first days."""
    yield from _services(payer)
    yield from _revenue(payer)
    yield from _first_days(payer)


def line_of(payer: Payer) -> dict[Key, Line]:
    """Service → the source's line that it is. Credits only ride along."""
    found: dict[Key, Line] = {}
    for line in payer.lines:
        if line.kind != "credit" or line.separate:
            found |= dict.fromkeys(line.services, line)
    return found


def carried(payer: Payer) -> dict[Key, list[Line]]:
    """Service → the source's lines that are charged with it: its own, or those of all services of a bundle."""
    own = line_of(payer)
    found = {service: [line] for service, line in own.items()}
    for service in payer.services:
        if service.bundle and (line := own.get(service.key)) is not None:
            found.setdefault((BUNDLES, service.bundle), []).append(line)
    return found


def held_lines(payer: Payer) -> list[tuple[Line, Reason]]:
    """Lines that became no service, with the reason; without one they stay unexplained."""
    found = []
    for line in payer.lines:
        if not line.services:
            reason = payer.why(line.account, line.reason)
            if reason is not None:
                found.append((line, reason))
    return found


@dataclass(frozen=True)
class Services:
    """How many services by kind. `strange`: those in Splynx that no line of the source became."""

    source: Counter[str]
    splynx: Counter[str]
    strange: list[Service]


def count_services(payer: Payer) -> Services:
    """A line counts once, also where it became several services (a number each); credits only when they are one."""
    by_service, known = line_of(payer), carried(payer)
    source = Counter(line.kind for line in payer.lines if line.kind != "credit" or line.separate)
    there = (by_service.get(service.key) for service in payer.services)
    splynx = Counter({line.key: line.kind for line in there if line is not None}.values())
    strange = [service for service in payer.services if service.key not in known]
    splynx.update(s.resource.removeprefix("services_") for s in strange)
    return Services(source, splynx, strange)


def _services(payer: Payer) -> Iterator[Difference]:
    counted = count_services(payer)
    for kind in sorted(counted.source.keys() | counted.splynx.keys()):
        wanted, found = counted.source[kind], counted.splynx[kind]
        own = [s for s in counted.strange if s.resource == f"services_{kind}"]
        if wanted == found and not own:
            continue
        told = [
            Explanation(reason.code, f"{line.label}: {reason.message}", -1)
            for line, reason in held_lines(payer)
            if line.kind == kind
        ]
        detail = f"{kind}: not of the migration: {listed(s.description or str(s.id) for s in own)}" if own else kind
        yield payer.difference("services", wanted, found, told, detail=detail)


def revenue(payer: Payer) -> tuple[int, int]:
    """Monthly revenue before tax, (source, Splynx), whole units of 1/10000."""
    by_service = carried(payer)
    source = sum((line.sign * line.monthly for line in payer.lines if line.revenue), Decimal(0))
    splynx = sum(
        (s.monthly for s in payer.services if all(line.revenue for line in by_service.get(s.key, ()))),
        Decimal(0),
    )
    return _units(source), _units(splynx)


def _units(value: Decimal) -> int:
    return int((value * 10_000).quantize(Decimal(1), ROUND_HALF_UP))


def _revenue(payer: Payer) -> Iterator[Difference]:
    source, splynx = revenue(payer)
    told = [
        Explanation(reason.code, f"{line.label}: {reason.message}", -line.sign * _units(line.monthly))
        for line, reason in held_lines(payer)
        if line.revenue
    ]
    # Prices of several months have four decimals in Splynx: less than half a cent a month.
    difference = payer.difference("revenue", source, splynx, told, tolerance=HALF_A_CENT)
    if abs(difference.difference) > HALF_A_CENT:
        yield difference


HALF_A_CENT = 49
"""In units of 1/10000."""


def _first_days(payer: Payer) -> Iterator[Difference]:
    by_service = carried(payer)
    wrong = [
        f"{line.label}: {line.first_day}, in Splynx {service.start}"
        for service in payer.services
        for line in by_service.get(service.key, ())
        if line.first_day is not None and service.start != line.first_day
    ]
    if wrong:
        total = len(by_service)
        yield payer.difference("first_day", total, total - len(wrong), detail=listed(wrong))
