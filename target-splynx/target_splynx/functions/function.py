"""What the catalogue knows of one SQL function. The documentation and the tests are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Function:
    """One function.

    `arguments`: name and DuckDB type. Either `macro` is set (the SQL body; `{timezone}`, `{money_unit}`,
    `{money_scale}` are put in when it is registered) or `python`. `example` is a SQL expression, `result` its
    value as text; both hold for the zone America/Chicago, an exponent of 2 and the country US.
    """

    name: str
    arguments: tuple[tuple[str, str], ...]
    returns: str
    description: str
    example: str
    result: str
    macro: str = ""
    python: Callable[..., Any] | None = None

    @property
    def signature(self) -> str:
        """`clip(text VARCHAR, length BIGINT) → VARCHAR`."""
        arguments = ", ".join(f"{name} {kind}" for name, kind in self.arguments)
        return f"{self.name}({arguments}) → {self.returns}"
