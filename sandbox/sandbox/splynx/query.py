"""PHP-style list queries: ``main_attributes[f][0]=>=&main_attributes[f][1]=5&order[id]=DESC&limit=10&offset=20``.

In: the raw query string and the columns of a resource. Out: ``Query`` whose ``run`` gives the rows of a table; equality
goes over an index. Syntax and operators: research/splynx-api.md §4. Plain parameters do not filter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl

from sandbox.splynx.errors import ApiError, bad_request, server_error
from sandbox.splynx.fields import Field
from sandbox.splynx.store import Row, Table, index_key

Nested = dict[str, Any]
OPERATORS = frozenset(
    ["=", "!=", ">=", "<=", ">", "<", "<>", "IS", "REGEXP", "BETWEEN", "LIKE", "IN", "FIND_IN_SET", "LIKE_OR"]
)
_PART = re.compile(r"\[([^\[\]]*)\]")
_NUMERIC = frozenset({"int", "switch", "number", "decimal"})
_IP_COLUMNS = frozenset({"ip", "ipv4", "ipv6", "network"})


def parse_php_query(query_string: str) -> Nested:
    """``a[b][0]=x&c=y`` → ``{"a": {"b": {"0": "x"}}, "c": "y"}``; ``a[]=`` counts up. Later values win."""
    result: Nested = {}
    for key, value in parse_qsl(query_string, keep_blank_values=True):
        name, bracket, rest = key.partition("[")
        path = [name, *_PART.findall(bracket + rest)] if bracket else [name]
        node = result
        for part in path[:-1]:
            part = part or str(len(node))
            below = node.get(part)
            if not isinstance(below, dict):
                below = node[part] = {}
            node = below
        node[path[-1] or str(len(node))] = value
    return result


@dataclass
class Condition:
    """One searched column. ``equals`` is set for plain equality, which an index answers."""

    column: str
    additional: bool
    test: Callable[[Any], bool]
    equals: Any = None
    is_equality: bool = False

    def value_of(self, row: Row) -> Any:
        """The row's value of this column."""
        if self.additional:
            return (row.values.get("additional_attributes") or {}).get(self.column)
        return row.id if self.column == "id" else row.values.get(self.column)


@dataclass
class Query:
    """A compiled list query."""

    conditions: list[Condition] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0
    has_main: bool = False

    def matching(self, table: Table, rows: Iterable[Row] | None = None) -> list[Row]:
        """All rows that fit, in order, without limit and offset."""
        rest = self.conditions
        if rows is None:
            by_index = next((c for c in rest if c.is_equality), None)
            if by_index is None:
                found = list(table)
            elif by_index.column == "id" and not by_index.additional:
                one = table.get(str(by_index.equals))
                found = [one] if one is not None else []
            else:
                found = table.where(by_index.column, by_index.equals, additional=by_index.additional)
                found.sort(key=lambda row: row.id)
            rest = [c for c in rest if c is not by_index]
        else:
            found = list(rows)
        for condition in rest:
            found = [row for row in found if condition.test(condition.value_of(row))]
        for column, descending in reversed(self.order):
            if column == "id":
                found.sort(key=lambda row: row.id, reverse=descending)
            else:
                found.sort(key=lambda row: _sort_key(row.values.get(column)), reverse=descending)
        return found

    def page(self, rows: list[Row]) -> list[Row]:
        """Apply offset and limit."""
        end = None if self.limit is None else self.offset + self.limit
        return rows[self.offset : end] if self.offset or end is not None else rows


def _sort_key(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, "")
    if isinstance(value, int | float):
        return (1, Decimal(str(value)))
    number = _number(value)
    return (1, number) if number is not None else (2, str(value).casefold())


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def compile_query(
    nested: Nested, columns: dict[str, Field], additional: set[str] | None = None, default_limit: int | None = None
) -> Query:
    """Understand the nested query; raises ApiError for what the server would choke on."""
    query = Query(limit=default_limit)
    for name, is_additional in (("main_attributes", False), ("additional_attributes", True)):
        given = nested.get(name)
        if given is None or given == "":
            continue
        if not isinstance(given, dict):
            # a JSON string in place of PHP arrays: 500 recorded (research/splynx-api.md §3)
            raise server_error()
        query.has_main = query.has_main or not is_additional
        for column, wanted in given.items():
            known = column in (additional or set()) if is_additional else column in columns or column == "id"
            if not known:
                # GUESS: 400; the real one probably fails in SQL with 500
                raise bad_request(f"Unknown attribute in {name}: {column}")
            kind = "string" if is_additional else columns[column].kind if column in columns else "int"
            query.conditions.append(_condition(column, is_additional, wanted, kind))
    order = nested.get("order")
    if isinstance(order, dict):
        for column, direction in order.items():
            if column not in columns and column != "id":
                raise bad_request(f"Unknown attribute in order: {column}")
            if str(direction).upper() not in {"ASC", "DESC"}:
                raise bad_request(f"Order must be ASC or DESC, not {direction}")
            query.order.append((column, str(direction).upper() == "DESC"))
    query.limit = _count(nested, "limit", query.limit)
    query.offset = _count(nested, "offset", 0) or 0
    return query


def _count(nested: Nested, name: str, default: int | None) -> int | None:
    value = nested.get(name)
    if value in (None, ""):
        return default
    if not isinstance(value, str) or not value.isdigit():
        raise bad_request(f"{name} must be a number")
    return int(value)


def _operands(wanted: Nested) -> list[Any]:
    return [wanted[key] for key in sorted(wanted, key=lambda k: int(k) if k.isdigit() else 0) if key != "0"]


def _condition(column: str, additional: bool, wanted: Any, kind: str) -> Condition:
    if not isinstance(wanted, dict):
        return _equality(column, additional, wanted)
    operator = wanted.get("0")
    operands = _operands(wanted)
    if operator is None and "1" not in wanted and len(wanted) == 1:
        raise bad_request(f"Wrong condition for {column}")
    if not isinstance(operator, str) or operator.upper() not in OPERATORS:
        raise bad_request(f"Unknown operator for {column}: {operator}")
    operator = operator.upper()
    if operator == "=":
        return _equality(column, additional, _one(operands, column))
    test = _TESTS[operator](operands, column, kind)
    return Condition(column, additional, test)


def _equality(column: str, additional: bool, wanted: Any) -> Condition:
    key = index_key(wanted)

    def test(value: Any) -> bool:
        return index_key(value) == key

    return Condition(column, additional, test, equals=wanted, is_equality=True)


def _one(operands: list[Any], column: str) -> str:
    if len(operands) != 1 or not isinstance(operands[0], str):
        raise bad_request(f"One value expected for {column}")
    return operands[0]


def _comparable(value: Any, kind: str, column: str) -> Any:
    if value is None:
        return None
    if kind in _NUMERIC:
        return _number(value)
    if column in _IP_COLUMNS:
        try:
            return int(ip_address(str(value)))
        except ValueError:
            return None
    return str(value).casefold()


def _compare(operator: str) -> Callable[[list[Any], str, str], Callable[[Any], bool]]:
    def make(operands: list[Any], column: str, kind: str) -> Callable[[Any], bool]:
        right = _comparable(_one(operands, column), kind, column)

        def test(value: Any) -> bool:
            left = _comparable(value, kind, column)
            if left is None or right is None:
                return False
            if operator == ">":
                return bool(left > right)
            if operator == "<":
                return bool(left < right)
            return bool(left >= right) if operator == ">=" else bool(left <= right)

        return test

    return make


def _differs(operands: list[Any], column: str, _kind: str) -> Callable[[Any], bool]:
    key = index_key(_one(operands, column))
    # as in SQL, NULL is neither equal nor different
    return lambda value: value is not None and index_key(value) != key


def _is(operands: list[Any], column: str, _kind: str) -> Callable[[Any], bool]:
    word = _one(operands, column).strip().upper()
    if word not in {"NULL", "NOT NULL"}:
        raise bad_request(f"IS takes NULL or NOT NULL for {column}")
    return (lambda value: value is None) if word == "NULL" else (lambda value: value is not None)


def _regexp(operands: list[Any], column: str, _kind: str) -> Callable[[Any], bool]:
    try:
        pattern = re.compile(_one(operands, column), re.IGNORECASE)
    except re.error:
        raise server_error() from None
    return lambda value: value is not None and pattern.search(str(value)) is not None


def _between(operands: list[Any], column: str, kind: str) -> Callable[[Any], bool]:
    if len(operands) != 2:
        raise bad_request(f"BETWEEN takes two values for {column}")
    low, high = (_comparable(operand, kind, column) for operand in operands)

    def test(value: Any) -> bool:
        left = _comparable(value, kind, column)
        return left is not None and low is not None and high is not None and low <= left <= high

    return test


def _like_pattern(text: str) -> re.Pattern[str]:
    # GUESS: wildcards are added when the text has none (the documented sample has no %)
    wrapped = text if "%" in text or "_" in text else f"%{text}%"
    parts = [".*" if c == "%" else "." if c == "_" else re.escape(c) for c in wrapped]
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def _like(operands: list[Any], column: str, _kind: str) -> Callable[[Any], bool]:
    pattern = _like_pattern(_one(operands, column))
    return lambda value: value is not None and pattern.fullmatch(str(value)) is not None


def _many(operands: list[Any], column: str) -> list[str]:
    if len(operands) == 1 and isinstance(operands[0], dict):
        operands = list(operands[0].values())
    if not operands:
        raise bad_request(f"A list of values expected for {column}")
    return [str(operand) for operand in operands]


def _in(operands: list[Any], column: str, _kind: str) -> Callable[[Any], bool]:
    keys = {index_key(value) for value in _many(operands, column)}
    return lambda value: value is not None and index_key(value) in keys


def _find_in_set(operands: list[Any], column: str, _kind: str) -> Callable[[Any], bool]:
    wanted = _one(operands, column).casefold()

    def test(value: Any) -> bool:
        parts = value if isinstance(value, list) else str(value or "").split(",")
        ids = [part.get("id") if isinstance(part, dict) else part for part in parts]
        return wanted in {str(part).strip().casefold() for part in ids}

    return test


def _like_or(operands: list[Any], column: str, _kind: str) -> Callable[[Any], bool]:
    # GUESS: LIKE_OR is only known from a database enum; any of the patterns fits
    patterns = [_like_pattern(text) for text in _many(operands, column)]
    return lambda value: value is not None and any(p.fullmatch(str(value)) for p in patterns)


_TESTS: dict[str, Callable[[list[Any], str, str], Callable[[Any], bool]]] = {
    "!=": _differs, "<>": _differs, "IS": _is, "REGEXP": _regexp, "BETWEEN": _between, "LIKE": _like, "IN": _in,
    "FIND_IN_SET": _find_in_set, "LIKE_OR": _like_or,
    **{operator: _compare(operator) for operator in (">", "<", ">=", "<=")},
}  # fmt: skip

__all__ = ["ApiError", "Condition", "Query", "compile_query", "parse_php_query"]
