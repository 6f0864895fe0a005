"""Rows of the store as GraphQL sources, and the page of rows that a connection stands for.

In: a compiled condition, an order and a window. Out: :class:`Page` with ``entities`` (a lazy
:class:`RowQuery`),
``page_info`` and ``aggregations``. Nothing is read before somebody asks for it, and then only the columns
asked for.

Window (research/sonar-api.md "Pagination"): reads go through a search index, which ends at 10,000 rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from graphql import GraphQLError

from sandbox.sonar.contract import load_contract
from sandbox.sonar.filters import Condition, all_of, attribute

WINDOW = 10_000
ALIAS = "t"

WindowMode = Literal["error", "empty"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows a connection gives. The defaults are guesses: Sonar's own page size is unknown."""

    default_page_size: int = 100
    nested_page_size: int = 25
    window: int = WINDOW
    window_mode: WindowMode = "error"
    """``error``: a page beyond the window is refused. ``empty``: rows beyond it are silently missing."""
    largest_page: int = WINDOW
    """The largest ``records_per_page`` that is not refused."""


@dataclass
class Request:
    """What the resolvers of one GraphQL request share."""

    connection: sqlite3.Connection
    limits: Limits = field(default_factory=Limits)
    denied_roots: frozenset[str] = frozenset()
    broken_rows: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Ids per type that come as null with an error of their own (half a page of data)."""
    cache: dict[Any, Any] = field(default_factory=dict)


class Row:
    """One row: its type and the stored values that were read, by column."""

    __slots__ = ("type_name", "values")

    def __init__(self, type_name: str, values: dict[str, Any]) -> None:
        self.type_name = type_name
        self.values = values


@dataclass(frozen=True, slots=True)
class RowQuery:
    """The rows of one page. Iterating reads all columns; the executor's fast path reads only those it needs."""

    request: Request
    type_name: str
    condition: Condition
    order: str
    limit: int
    offset: int

    def fetch(self, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """The values of ``columns``, one tuple per row, in order."""
        if self.limit <= 0:
            return []
        names = ", ".join(f'{ALIAS}."{name}"' for name in columns) or "1"
        where = f" WHERE {self.condition.sql}" if self.condition.sql else ""
        sql = f'SELECT {names} FROM "{self.type_name}" {ALIAS}{where} ORDER BY {self.order} LIMIT ? OFFSET ?'
        parameters = (*self.condition.parameters, self.limit, self.offset)
        return self.request.connection.execute(sql, parameters).fetchall()

    def __iter__(self) -> Iterator[Any]:
        names = list(load_contract().leaf_fields(self.type_name))
        broken = self.request.broken_rows.get(self.type_name, frozenset())
        for values in self.fetch(names):
            row = dict(zip(names, values, strict=True))
            if row.get("id") in broken:
                yield GraphQLError(f"{self.type_name} {row['id']} cannot be read.")
            else:
                yield Row(self.type_name, row)


class Page:
    """One page of a connection: the source of ``entities``, ``page_info`` and ``aggregations``."""

    def __init__(
        self,
        request: Request,
        type_name: str,
        condition: Condition,
        order: str,
        paginator: Mapping[str, Any] | None,
        aggregation: Sequence[Any] | None,
        *,
        nested: bool,
    ) -> None:
        self.request = request
        self.type_name = type_name
        self.condition = condition
        self._aggregation = aggregation
        limits = request.limits
        self.page, self.size = read_paginator(paginator, limits, nested=nested)
        offset = (self.page - 1) * self.size
        # In the silent mode the rows past the window are left out.
        limit = min(self.size, limits.window - offset)
        self.entities = RowQuery(request, type_name, condition, order, limit, offset)

    def page_info(self) -> dict[str, int]:
        """Counts all rows that match, also those past the window."""
        key = ("count", self.type_name, self.condition)
        total = self.request.cache.get(key)
        if total is None:
            where = f" WHERE {self.condition.sql}" if self.condition.sql else ""
            sql = f'SELECT count(*) FROM "{self.type_name}" {ALIAS}{where}'
            total = self.request.connection.execute(sql, self.condition.parameters).fetchone()[0]
            self.request.cache[key] = total
        return page_info(self.page, self.size, total)

    def aggregations(self) -> list[dict[str, Any]]:
        """The answer to ``aggregation``, over all rows that match."""
        return _aggregate(self.request.connection, self.type_name, self._aggregation, self.condition)


def read_paginator(paginator: Mapping[str, Any] | None, limits: Limits, *, nested: bool) -> tuple[int, int]:
    """Page and size, or a GraphQLError. GUESS: the wording; that a page past the window is refused."""
    if paginator is None:
        return 1, limits.nested_page_size if nested else limits.default_page_size
    page, size = paginator["page"], paginator["records_per_page"]
    if page < 1 or size < 1:
        raise GraphQLError("The paginator needs a page and records_per_page of at least 1.")
    largest = min(limits.largest_page, limits.window)
    if size > largest:
        raise GraphQLError(f"records_per_page must not be greater than {largest}.")
    if page * size > limits.window and limits.window_mode == "error":
        raise GraphQLError(
            f"Result window is too large: page * records_per_page must not be greater than {limits.window}."
        )
    return page, size


def page_info(page: int, size: int, total: int) -> dict[str, int]:
    """The PageInfo of a page. GUESS: an empty result has one page, as Laravel's paginator says."""
    pages = max(1, -(-total // size))
    return {"page": page, "total_pages": pages, "total_count": total, "records_per_page": size}


def _aggregate(
    connection: sqlite3.Connection, type_name: str, entries: Sequence[Any] | None, condition: Condition
) -> list[dict[str, Any]]:
    """GUESS: MAX, MIN, SUM and AVG give ``value``; COUNT gives ``counts``, one bucket per value, largest first."""
    found = []
    for entry in entries or ():
        if entry is None:
            continue
        name, function = entry["field_name"], entry["aggregation_function"]
        column = f'{ALIAS}."{name}"'
        kind = attribute(type_name, name).type.name
        result: dict[str, Any] = {
            "field": name,
            "aggregation_function": function,
            "value": None,
            "counts": None,
        }
        where = f" WHERE {condition.sql}" if condition.sql else ""
        table = f'FROM "{type_name}" {ALIAS}{where}'
        if function == "COUNT":
            sql = f"SELECT {column}, count(*) {table} GROUP BY 1 ORDER BY 2 DESC, 1"
            rows = connection.execute(sql, condition.parameters).fetchall()
            result["counts"] = [
                {
                    "value": _as_text(value, kind),
                    "count": str(count),
                    "sub_aggregator_results": _aggregate(
                        connection,
                        type_name,
                        entry.get("sub_aggregators"),
                        all_of([condition, Condition(f"{column} IS ?", (value,))]),
                    ),
                }
                for value, count in rows
                if value is not None
            ]
        else:
            if function in {"SUM", "AVG"} and kind not in {"Int", "Int64Bit", "Float"}:
                raise GraphQLError(f'The attribute "{name}" on {type_name} is not a number.')
            row = connection.execute(f"SELECT {function}({column}) {table}", condition.parameters).fetchone()
            result["value"] = None if row[0] is None else _as_text(row[0], kind)
        found.append(result)
    return found


def _as_text(value: object, kind: str) -> str:
    return ("true" if value else "false") if kind == "Boolean" else str(value)
