"""Sonar's filter arguments as SQL: equality, search, general_search, reverse_relation_filters, sorter.

In: a type, coerced GraphQL arguments, the alias of its table in the statement. Out: a :class:`Condition` (SQL
text and its parameters) or an ORDER BY text. A wrong attribute, relation or value is a GraphQLError, which
the client sees at HTTP 200.

Rules (research/sonar-api.md "Arguments of root connections"): items of ``search`` are ORed, members of one
item ANDed, also when an attribute comes twice; relation filters of the same group are ANDed, groups are ORed.
GUESS: text is compared without regard to case; ``match: false``, NEQ and the like also find rows where the
attribute is null; rows without a value sort last; the wording of the errors; relation filters also
see archived accounts.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from sandbox.sonar.contract import Field, load_contract
from sandbox.sonar.relations import Relation, find_relation

PAGING_ARGUMENTS = frozenset({"paginator", "sorter", "aggregation", "include_archived", "general_search_mode"})
_NOT_EQUALITY = PAGING_ARGUMENTS | {
    "search",
    "general_search",
    "reverse_relation_filters",
    "valid_for_account_id",
}

_OPERATORS = {"GTE": ">=", "GT": ">", "LTE": "<=", "LT": "<", "EQ": "=", "NEQ": "IS NOT"}

_INTEGER_TYPES = frozenset({"Int64Bit", "Int"})
_FLOAT_TYPES = frozenset({"Float", "Int", "Int64Bit"})
_NOT_TEXT = frozenset({"Int64Bit", "Int", "Float", "Boolean"})
_IP_TYPES = frozenset({"IP", "IpRange", "SubnetScalar", "String", "Text"})
# GUESS: what general_search looks through: free text, not keys, times or enums.
_GENERAL_TEXT = frozenset(
    {"String", "Text", "Clob", "EmailAddress", "Numeric", "MacAddress", "IP", "SubnetScalar", "DomainName"}
)

_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of a WHERE clause. The empty text is always true."""

    sql: str = ""
    parameters: tuple[Any, ...] = ()


def all_of(conditions: Iterable[Condition]) -> Condition:
    """The conditions joined by AND."""
    return _joined(" AND ", conditions)


def any_of(conditions: Iterable[Condition]) -> Condition:
    """The conditions joined by OR; an empty one among them makes the whole true, none at all is true as well."""
    given = list(conditions)
    return Condition() if any(not each.sql for each in given) else _joined(" OR ", given)


def _joined(word: str, conditions: Iterable[Condition]) -> Condition:
    given = [each for each in conditions if each.sql]
    if len(given) <= 1:
        return given[0] if given else Condition()
    parameters = tuple(itertools.chain.from_iterable(each.parameters for each in given))
    return Condition("(" + word.join(each.sql for each in given) + ")", parameters)


def negated(condition: Condition) -> Condition:
    """NOT of a condition."""
    return Condition(f"NOT ({condition.sql or '1'})", condition.parameters)


class Filters:
    """Compiles the arguments of one field of one request; hands out the aliases of its inner tables."""

    def __init__(self) -> None:
        self._aliases: Iterator[str] = (f"r{number}" for number in itertools.count(1))

    def compile(self, type_name: str, arguments: Mapping[str, Any], alias: str) -> Condition:
        """Everything among the arguments that narrows the rows of ``type_name``."""
        parts = [
            self._equal(type_name, name, value, alias)
            for name, value in arguments.items()
            # GUESS: an equality argument that is null is as good as not given.
            if name not in _NOT_EQUALITY and value is not None
        ]
        parts.append(self.search(type_name, arguments.get("search"), alias))
        if text := arguments.get("general_search"):
            deep = arguments.get("general_search_mode") == "ROOT_PLUS_RELATIONS"
            parts.append(self.general_search(type_name, text, alias, deep=deep))
        parts.append(self.relation_filters(type_name, arguments.get("reverse_relation_filters"), alias))
        return all_of(parts)

    def _equal(self, type_name: str, name: str, value: Any, alias: str) -> Condition:
        field = attribute(type_name, name)
        if field.type.is_list:
            return Condition(f'{alias}."{name}" = ?', (json.dumps(value),))
        return Condition(f'{alias}."{name}" = ?', (int(value) if isinstance(value, bool) else value,))

    # --- search
    # ---------------------------------------------------------------------------------------------------

    def search(self, type_name: str, items: Sequence[Any] | None, alias: str, depth: int = 0) -> Condition:
        """The ``search`` argument. GUESS: an item without members finds everything."""
        _check_depth(depth)
        given = [item for item in items or () if item is not None]
        return any_of(self._search_item(type_name, item, alias, depth) for item in given)

    def _search_item(self, type_name: str, item: Mapping[str, Any], alias: str, depth: int) -> Condition:
        parts: list[Condition] = []
        for member, values in item.items():
            if values is None:
                continue
            entries = [value for value in values if value is not None]
            if member == "reverse_relation_filters":
                parts.append(self.relation_filters(type_name, entries, alias, depth + 1))
            elif member == "geopoint_fields":
                parts.append(_in_polygon(type_name, entries, alias))
            elif member in {"unset_fields", "exists"}:
                parts.extend(_presence(type_name, name, alias, there=member == "exists") for name in entries)
            else:
                compare = _MEMBERS[member]
                parts.extend(compare(type_name, entry, alias) for entry in entries)
        return all_of(parts)

    def general_search(self, type_name: str, text: str, alias: str, *, deep: bool = False) -> Condition:
        """Partial match over the text attributes of the row and, ``deep``, of the rows directly related to it."""
        parts = [_text_contains(name, text, alias) for name in _general_attributes(type_name)]
        for relation in _direct_relations(type_name) if deep else ():
            inner = next(self._aliases)
            found = any_of(_text_contains(name, text, inner) for name in _general_attributes(relation.target))
            if found.sql:
                parts.append(_exists(relation, alias, inner, found))
        return any_of(parts) if parts else Condition("0")

    # --- reverse_relation_filters
    # ------------------------------------------------------------------------------------

    def relation_filters(self, type_name: str, entries: Sequence[Any] | None, alias: str, depth: int = 0) -> Condition:
        """The ``reverse_relation_filters`` argument: AND within a group, OR between groups."""
        _check_depth(depth)
        groups: dict[str, list[Condition]] = {}
        for entry in entries or ():
            if entry is not None:
                group = entry.get("group") or "1"
                groups.setdefault(group, []).append(self._relation_filter(type_name, entry, alias, depth))
        return any_of(all_of(conditions) for conditions in groups.values())

    def _relation_filter(self, type_name: str, entry: Mapping[str, Any], alias: str, depth: int) -> Condition:
        steps: list[tuple[Relation, str, str]] = []
        current, current_alias = type_name, alias
        for name in str(entry["relation"]).split("."):
            relation = find_relation(current, name)
            if relation is None or relation.kind == "pair":
                raise GraphQLError(f'The relation "{name}" does not exist on {current}.')
            inner = next(self._aliases)
            steps.append((relation, current_alias, inner))
            current, current_alias = relation.target, inner
        condition = self.search(current, entry.get("search"), current_alias, depth + 1)
        if text := entry.get("general_search"):
            condition = all_of([condition, self.general_search(current, text, current_alias)])
        for relation, outer, inner in reversed(steps):
            condition = _exists(relation, outer, inner, condition)
        return negated(condition) if entry.get("is_empty") else condition


def order_by(type_name: str, sorters: Sequence[Any] | None, alias: str) -> str:
    """The ORDER BY text. GUESS: without a sorter rows come by id; equal values are ordered by id."""
    fields = load_contract().leaf_fields(type_name)
    parts = []
    names = []
    for sorter in sorters or ():
        if sorter is None:
            continue
        name = sorter["attribute"]
        field = attribute(type_name, name)
        names.append(name)
        if not field.type.non_null:
            parts.append(f'{alias}."{name}" IS NULL')
        parts.append(f'{alias}."{name}" {sorter["direction"]}')
    if "id" not in names:
        parts.append(f'{alias}."id"' if "id" in fields else f"{alias}.rowid")
    return ", ".join(parts)


def attribute(type_name: str, name: str) -> Field:
    """The leaf field of that name, or a GraphQLError."""
    field = load_contract().leaf_fields(type_name).get(name)
    if field is None:
        raise GraphQLError(f'The attribute "{name}" does not exist on {type_name}.')
    return field


def join_condition(relation: Relation, owner: str, target: str) -> Condition:
    """What ties the alias of the target to the alias of the owner."""
    if relation.kind == "key":
        return Condition(f'{target}."id" = {owner}."{relation.column}"')
    if relation.kind == "back_key":
        return Condition(f'{target}."{relation.column}" = {owner}."id"')
    if relation.kind == "back_pair":
        text = f'{target}."{relation.column}" = {owner}."id" AND {target}."{relation.type_column}" = ?'
        return Condition(text, (relation.owner,))
    if relation.kind == "many_to_many":
        return Condition(
            f'{target}."id" IN (SELECT target_id FROM "_relation" WHERE owner_type = ? AND field = ?'
            f' AND owner_id = {owner}."id" AND target_type = ?)',
            (relation.owner, relation.field, relation.target),
        )
    raise GraphQLError(f'The relation "{relation.field}" cannot be searched.')


def _exists(relation: Relation, owner: str, target: str, condition: Condition) -> Condition:
    inner = all_of([join_condition(relation, owner, target), condition])
    return Condition(f'EXISTS (SELECT 1 FROM "{relation.target}" {target} WHERE {inner.sql})', inner.parameters)


# --- the members of one search item
# ------------------------------------------------------------------------------------


def _column(type_name: str, name: str, alias: str, allowed: frozenset[str], what: str) -> str:
    field = attribute(type_name, name)
    if field.type.name not in allowed or field.type.is_list:
        raise GraphQLError(f'The attribute "{name}" on {type_name} cannot be searched as {what}.')
    return f'{alias}."{name}"'


def _compared(column: str, entry: Mapping[str, Any]) -> Condition:
    return Condition(f"{column} {_OPERATORS[entry['operator']]} ?", (entry["search_value"],))


def _integer(type_name: str, entry: Mapping[str, Any], alias: str) -> Condition:
    return _compared(_column(type_name, entry["attribute"], alias, _INTEGER_TYPES, "an integer"), entry)


def _float(type_name: str, entry: Mapping[str, Any], alias: str) -> Condition:
    return _compared(_column(type_name, entry["attribute"], alias, _FLOAT_TYPES, "a float"), entry)


def _datetime(type_name: str, entry: Mapping[str, Any], alias: str) -> Condition:
    return _compared(_column(type_name, entry["attribute"], alias, frozenset({"Datetime"}), "a datetime"), entry)


def _date(type_name: str, entry: Mapping[str, Any], alias: str) -> Condition:
    return _compared(_column(type_name, entry["attribute"], alias, frozenset({"Date"}), "a date"), entry)


def _boolean(type_name: str, entry: Mapping[str, Any], alias: str) -> Condition:
    column = _column(type_name, entry["attribute"], alias, frozenset({"Boolean"}), "a boolean")
    # GUESS: without an operator EQ is meant.
    operator = _OPERATORS[entry.get("operator") or "EQ"]
    return Condition(f"{column} {operator} ?", (int(entry["search_value"]),))


def _string(type_name: str, entry: Mapping[str, Any], alias: str) -> Condition:
    name = entry["attribute"]
    if attribute(type_name, name).type.name in _NOT_TEXT:
        raise GraphQLError(f'The attribute "{name}" on {type_name} cannot be searched as a string.')
    # partial_matching is true unless told otherwise, also when it is sent as null.
    if entry.get("partial_matching") is False:
        found = Condition(f'sonar_fold({alias}."{name}") = ?', (entry["search_value"].casefold(),))
    else:
        found = _text_contains(name, entry["search_value"], alias)
    return found if entry["match"] else Condition(f"({found.sql}) IS NOT 1", found.parameters)


def _ip_address(type_name: str, entry: Mapping[str, Any], alias: str) -> Condition:
    column = _column(type_name, entry["attribute"], alias, _IP_TYPES, "an IP address")
    return Condition(f"sonar_ip_match({column}, ?) = ?", (entry["search_value"], int(entry["match"])))


_MEMBERS = {
    "string_fields": _string,
    "integer_fields": _integer,
    "float_fields": _float,
    "datetime_fields": _datetime,
    "date_fields": _date,
    "boolean_fields": _boolean,
    "ip_address_fields": _ip_address,
}


def _presence(type_name: str, name: str, alias: str, *, there: bool) -> Condition:
    """``exists`` (not null, not an empty list) or ``unset_fields`` (null)."""
    field = attribute(type_name, name)
    column = f'{alias}."{name}"'
    if not there:
        return Condition(f"{column} IS NULL")
    return Condition(f"({column} IS NOT NULL AND {column} <> '[]')" if field.type.is_list else f"{column} IS NOT NULL")


def _in_polygon(type_name: str, vertices: Sequence[Mapping[str, Any]], alias: str) -> Condition:
    """GUESS: the polygon is held against the row's Geopoint, on addresses against latitude and longitude."""
    fields = load_contract().leaf_fields(type_name)
    point = next((f'{alias}."{name}"' for name, field in fields.items() if field.type.name == "Geopoint"), None)
    if point is None and {"latitude", "longitude"} <= fields.keys():
        point = f'{alias}."latitude" || \',\' || {alias}."longitude"'
    if point is None:
        raise GraphQLError(f"{type_name} has no attribute that can be searched as a geopoint.")
    polygon = json.dumps([[vertex["latitude"], vertex["longitude"]] for vertex in vertices])
    return Condition(f"sonar_in_polygon({point}, ?)", (polygon,))


def _text_contains(name: str, text: str, alias: str) -> Condition:
    return Condition(f'instr(sonar_fold({alias}."{name}"), ?) > 0', (text.casefold(),))


def _general_attributes(type_name: str) -> list[str]:
    fields = load_contract().leaf_fields(type_name)
    return [
        name
        for name, field in fields.items()
        if field.type.name in _GENERAL_TEXT and not field.type.is_list and name != "_version"
    ]


def _direct_relations(type_name: str) -> Iterator[Relation]:
    """GUESS: what ROOT_PLUS_RELATIONS looks into: everything directly related but the logs."""
    for name in load_contract().composite(type_name).fields:
        relation = find_relation(type_name, name)
        if relation is not None and relation.kind != "pair" and name not in {"logs", "access_logs"}:
            yield relation


def _check_depth(depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise GraphQLError("The search is nested too deeply.")
