"""Bars of the report, as lengths in percent. The template draws them as small SVGs between plain text, so that labels
keep their size on a telephone.

In: parts of a `Report`. Out: `Bar`s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from target_splynx.report.content import MoneyLine, Work

SHARES = (
    ("written", "in Splynx, or written now"),
    ("planned", "planned, not written"),
    ("skipped", "left out on purpose"),
    ("refused", "rejected, or waiting for a rejected one"),
)
"""Parts of a bar of rows, with what the legend says."""


@dataclass(frozen=True)
class Part:
    """A piece of a bar: `kind` decides its colour; start and length in percent of the width."""

    kind: str
    start: float
    length: float


@dataclass(frozen=True)
class Bar:
    """A line of a chart; `text` tells the figures in words."""

    label: str
    parts: tuple[Part, ...]
    text: str


def rows_bars(sections: Iterable[Work]) -> list[Bar]:
    """What became of the rows of each section, in shares of its rows."""
    found = []
    for work in sections:
        refused, skipped = work.rejected + work.blocked, work.skipped
        written = work.unchanged + work.created + work.changed + work.adopted
        rest = max(work.read - refused - skipped, 0)
        # Numbers of all runs may count a row twice; a share never exceeds the rows that were read last.
        shares = {"written": min(written, rest), "skipped": skipped, "refused": refused}
        shares["planned"] = rest - shares["written"]
        told = ", ".join(f"{shares[kind]:,} {kind}" for kind, _ in SHARES if shares[kind])
        found.append(Bar(work.name, _stacked([(kind, shares[kind]) for kind, _ in SHARES]), told or "no rows"))
    return found


def seconds_bars(sections: Sequence[Work]) -> list[Bar]:
    """How long each section took."""
    longest = max((work.seconds for work in sections), default=0.0)
    return [Bar(w.name, (_from_zero("seconds", w.seconds, longest),), f"{w.seconds:,.1f} s") for w in sections]


def money_bars(lines: Sequence[MoneyLine]) -> list[tuple[str, Bar, Bar]]:
    """Each sum before and after, on one scale: (label, source, Splynx)."""
    money = [line for line in lines if line.money]
    longest = max((max(_amount(line, line.source), _amount(line, line.splynx)) for line in money), default=0.0)
    return [
        (
            line.name,
            Bar("source", (_from_zero("source", _amount(line, line.source), longest),), line.source_text),
            Bar("Splynx", (_from_zero("splynx", _amount(line, line.splynx), longest),), line.splynx_text),
        )
        for line in money
    ]


def _amount(line: MoneyLine, units: int) -> float:
    """For drawing only."""
    return abs(units) * 0.1**line.places


def _stacked(shares: Sequence[tuple[str, int]]) -> tuple[Part, ...]:
    whole = sum(number for _, number in shares)
    parts, start = [], 0.0
    for kind, number in shares:
        if number:
            length = 100 * number / whole
            parts.append(Part(kind, round(start, 3), round(length, 3)))
            start += length
    return tuple(parts)


def _from_zero(kind: str, number: float, longest: float) -> Part:
    return Part(kind, 0.0, round(100 * number / longest, 3) if longest else 0.0)
