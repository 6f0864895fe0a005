"""Money between Splynx's texts and whole cents. Never through a float's arithmetic."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any


def exact(value: Any) -> Decimal:
    """A number of Splynx ("80.0000", 80, 80.5) as it is written; nothing is zero.

    Raises:
        ValueError: it is no number.
    """
    if value is None or value == "":
        return Decimal(0)
    try:
        # A float's shortest text is what the server sent.
        found = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None
    if not found.is_finite():
        raise ValueError(f"{value!r} is no number")
    return found


def cents(value: Any, exponent: int) -> int:
    """Whole smallest units of the currency, half away from zero. `exponent`: 2 for cents."""
    return int(exact(value).scaleb(exponent).quantize(Decimal(1), ROUND_HALF_UP))


def shown(amount: int, exponent: int) -> str:
    """Cents for people: `-1,234.50`."""
    return f"{Decimal(amount).scaleb(-exponent):,.{exponent}f}"


def plain(amount: int, exponent: int) -> str:
    """Cents for files: `-1234.50`."""
    return f"{Decimal(amount).scaleb(-exponent):.{exponent}f}"
