"""The next charge: Splynx's own preview against what the source would charge, tax included.

In: a payer and the previews of its customers. Out: at most one difference. The tolerance is one cent per taxed line,
because Splynx rounds one tax per line where the source rounds each tax; everything else needs an explanation that says
how much it accounts for.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Container, Iterable
from datetime import date
from fractions import Fraction
from math import ceil

from target_splynx.reconcile.expected import Account, Line
from target_splynx.reconcile.held import Preview
from target_splynx.reconcile.payer import Payer
from target_splynx.reconcile.regular import carried, held_lines, line_of
from target_splynx.reconcile.result import Difference, Explanation

SHORTEST_MONTH = 28
LONGEST_PERIOD = 12
"""Months that Splynx charges at once, at most (`customer-billing.type`)."""


def asked(payer: Payer) -> list[Account]:
    """The accounts whose preview makes up the payer's next charge: not those that Splynx charges with their parent."""
    there = {customer.id for customer in payer.customers}
    return [
        a for a in payer.members if a.billed and a.customer_id in there and not (a.linked and a is not payer.account)
    ]


def expected_cents(payer: Payer) -> int:
    """What the source's services come to on the next bill."""
    return sum(line.charged for line in payer.lines)


def source_cents(payer: Payer) -> int:
    """What the source says that it will charge next."""
    return _reported(payer, expected_cents(payer))[0]


def compare(payer: Payer, previews: Iterable[Preview]) -> Difference | None:
    """The difference, or None where the two agree within the tolerance."""
    answers = list(previews)
    if problem := next((answer.problem for answer in answers if answer.problem), ""):
        return payer.difference("forecast", expected_cents(payer), 0, detail=f"no preview: {problem}")
    lines = [line for line in payer.lines if line.due]
    own = expected_cents(payer)
    source, told = _reported(payer, own)
    told += _held(payer)
    told += [
        Explanation("tax_shift", f"{line.label}: {line.tax_shift}", line.sign * line.tax_shift_cents)
        for line in lines
        if line.services and line.tax_shift_cents
    ]
    apart = _parents_day(payer, answers)
    told += list(apart.values())
    told += _ending(payer, answers, apart)
    others = sum(answer.others_cents for answer in answers)
    if others:
        told.append(Explanation("future_items", "charges that no invoice had yet are picked up", others))
    tolerance = sum(1 for line in lines if line.tax_cents)
    total = sum(answer.total_cents for answer in answers)
    found = payer.difference("forecast", source, total, told, tolerance=tolerance)
    if abs(found.unexplained) > tolerance and (long := _long_periods(payer)):
        told += long
        found = payer.difference("forecast", source, total, told, tolerance=tolerance)
    if abs(found.unexplained) > tolerance:
        return payer.difference(
            "forecast", source, found.splynx, told, tolerance=tolerance, detail=_by_line(payer, answers)
        )
    # A cent for each taxed line is rounding, not a difference.
    return found if abs(found.difference) > tolerance else None


def _reported(payer: Payer, own: int) -> tuple[int, list[Explanation]]:
    """The source's own figure where it gives one for everybody, and how far it is from the sum of its lines."""
    figures = [account.reported_cents for account in payer.members if account.billed]
    if not figures or any(figure is None for figure in figures):
        return own, []
    reported = sum(figure or 0 for figure in figures)
    if reported == own:
        return own, []
    return reported, [
        Explanation("source_figure", "the source's own figure is not the sum of its services", own - reported)
    ]


def _long_periods(payer: Payer) -> list[Explanation]:
    """Who pays for more months at once than Splynx takes is charged for fewer of them, as often as it takes.

    GUESS: a Splynx that takes more than a year charges what the source would have charged, which needs no explanation.
    """
    found = []
    for line in payer.lines:
        member = payer.member(line.account)
        months = payer.account.months if member.linked else member.months
        if months > LONGEST_PERIOD and line.by_account and line.charged and line.reason is None:
            part = Fraction(abs(line.charged) * LONGEST_PERIOD, months)
            cents = int(part + Fraction(1, 2)) * (1 if line.charged > 0 else -1)
            text = f"{line.label}: {LONGEST_PERIOD} of {months} months are charged at once"
            found.append(Explanation("long_period", text, cents - line.charged))
    return found


def _ending(payer: Payer, answers: list[Preview], apart: Container[str]) -> list[Explanation]:
    """Services that end within the next period, as planned at the source: Splynx charges them, less the credits that
    they carry, up to that day. `apart`: accounts that are explained as a whole."""
    by_service = line_of(payer)
    found = []
    for service in payer.services:
        own = (service.resource, service.id)
        line = by_service.get(own)
        if line is None or line.account in apart or not line.due:
            continue
        if line.last_day is None or service.end != line.last_day:
            continue
        amount = next((answer.services[own] for answer in answers if own in answer.services), 0)
        riding = (each for each in payer.lines if each.kind == "credit" and not each.separate and own in each.services)
        whole = line.charged + sum(credit.charged for credit in riding)
        if len(line.services) == 1 and 0 <= amount < whole:
            found.append(Explanation("ends", f"{line.label} ends on {line.last_day}", amount - whole))
    return found


def _parents_day(payer: Payer, answers: list[Preview]) -> dict[str, Explanation]:
    """By account: sub accounts whose own bill comes on another day, or is for another number of months.

    Splynx charges them with their parent, from their first unbilled day to the end of the parent's period (not at all,
    where it ends before that day).
    """
    found = {}
    for member in payer.members:
        top = payer.account
        if not member.linked or (member.next_charge, member.months) == (top.next_charge, top.months):
            continue
        own = {s: lines[0] for s, lines in carried(payer).items() if lines[0].account == member.key}
        charged = {s: answer.services[s] for answer in answers for s in own if s in answer.services}
        since = {s: answer.since.get(s) for answer in answers for s in charged}
        mine = [line for line in payer.lines if line.account == member.key and line.services]
        whole = sum(line.charged for line in mine)
        # A cent for each bill and taxed line: the source would have rounded each by itself.
        most = sum(
            line.charged * _periods(line, top) + (ceil(_periods(line, top)) if line.tax_cents else 0) for line in mine
        )
        if all(since[s] == own[s].first_day for s in charged) and sum(charged.values()) <= most:
            text = (
                f"{member.label} is charged on its parent's day and for its months, from its own first unbilled day on"
            )
            found[member.key] = Explanation("parents_day", text, sum(charged.values()) - whole)
    return found


def _periods(line: Line, top: Account) -> Fraction:
    """How many of its own periods a line is charged for up to the end of the parent's, at most: parts of a month count
    as parts of the shortest one."""
    if line.first_day is None or top.next_charge is None:
        return Fraction(max(1, -(-top.months // line.months)))
    end, whole = add_months(top.next_charge, top.months if line.by_account else line.months), 0
    while add_months(line.first_day, whole + 1) <= end:
        whole += 1
    days = max((end - add_months(line.first_day, whole)).days, 0)
    return (whole + Fraction(days, SHORTEST_MONTH)) / line.months


def add_months(day: date, months: int) -> date:
    """The same day of a later month, at most its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _held(payer: Payer) -> list[Explanation]:
    return [
        Explanation(reason.code, f"{line.label}: {reason.message}", -line.charged)
        for line, reason in held_lines(payer)
        if line.charged
    ]


def _by_line(payer: Payer, answers: list[Preview]) -> str:
    """Which services differ, with both amounts in cents; a discount counts with the service that carries it."""
    by_service = carried(payer)
    wanted: dict[str, int] = {}
    names: dict[str, Line] = {}
    for line in payer.lines:
        names[line.key] = line
        wanted[line.key] = line.charged
    found: dict[str, int] = dict.fromkeys(wanted, 0)
    for answer in answers:
        for service, amount in answer.services.items():
            lines = by_service.get(service, [])
            key = lines[0].key if lines else f"{service[0]} {service[1]}"
            for other in lines[1:]:
                wanted[key] += wanted.pop(other.key, 0)
                found.pop(other.key, None)
            found[key] = found.get(key, 0) + amount
    parts = []
    for key, amount in found.items():
        if amount != wanted.get(key, 0):
            parts.append(f"{names[key].label if key in names else key}: {wanted.get(key, 0)}, in Splynx {amount}")
    return "; ".join(parts[:4])
