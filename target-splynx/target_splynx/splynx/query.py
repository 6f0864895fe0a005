"""Splynx's list queries: PHP-style parameters (research/splynx-api.md §4).

`main_attributes[f]=v`, `main_attributes[f][0]=OP&main_attributes[f][1]=v`, the same for `additional_attributes`,
`order[id]=ASC`, `limit`, `offset`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Query:
    """What to list. Values are scalars (equality), `(operator, value)` or `("IN", [values])`."""

    main: Mapping[str, Any] = field(default_factory=dict)
    additional: Mapping[str, Any] = field(default_factory=dict)
    order: Mapping[str, str] = field(default_factory=dict)
    limit: int | None = None
    offset: int | None = None

    def parameters(self) -> list[tuple[str, str]]:
        """The query string's pairs, in PHP's `http_build_query` form."""
        pairs: list[tuple[str, str]] = []
        for group, values in (("main_attributes", self.main), ("additional_attributes", self.additional)):
            for name, value in values.items():
                if isinstance(value, tuple):
                    operator, operand = value
                    pairs.append((f"{group}[{name}][0]", operator))
                    if isinstance(operand, (list, tuple)):  # IN
                        pairs += [(f"{group}[{name}][1][{n}]", str(entry)) for n, entry in enumerate(operand)]
                    else:
                        pairs.append((f"{group}[{name}][1]", str(operand)))
                else:
                    pairs.append((f"{group}[{name}]", str(value)))
        pairs += [(f"order[{name}]", direction) for name, direction in self.order.items()]
        if self.limit is not None:
            pairs.append(("limit", str(self.limit)))
        if self.offset is not None:
            pairs.append(("offset", str(self.offset)))
        return pairs
