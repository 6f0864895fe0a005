"""Dates and times as Sonar writes them, and the arithmetic of billing months.

Datetime is ``YYYY-MM-DDTHH:MM:SS+00:00`` (UTC), Date is ``YYYY-MM-DD`` (research/sonar-api.md "Values").
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from random import Random

DATA_SET_NOW = datetime(2026, 11, 15, 12, 0, 0, tzinfo=timezone.utc)
"""The moment at which a generated data set stands still, unless another one is asked for."""

ONE_DAY = timedelta(days=1)


def stamp(moment: datetime) -> str:
    """``2026-11-15T12:00:00+00:00``, whatever zone the moment is given in; without a zone it is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return aware.astimezone(timezone.utc).replace(microsecond=0).isoformat()


def at(day: date, random: Random) -> str:
    """A stamp in that day's working hours (14:00 to 22:59 UTC is 8 to 17 o'clock in Chicago)."""
    number = random.getrandbits(20)
    return f"{day.isoformat()}T{14 + number % 9:02d}:{(number >> 4) % 60:02d}:{(number >> 10) % 60:02d}+00:00"


def add_months(day: date, months: int, keep_day: int | None = None) -> date:
    """The same day ``months`` later, moved back when the month is shorter. ``keep_day`` restores the 31st."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(keep_day or day.day, monthrange(year, month + 1)[1]))


def next_day_of_month(after: date, day_of_month: int) -> date:
    """The first date on or after ``after`` that has that day of the month."""
    candidate = after.replace(day=min(day_of_month, monthrange(after.year, after.month)[1]))
    return candidate if candidate >= after else add_months(candidate, 1, day_of_month)
