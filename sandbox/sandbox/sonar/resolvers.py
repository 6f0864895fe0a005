"""Resolvers of regular fields: leaves, connections, to-one fields and interface fields, roots and nested ones alike.

In: a source (a :class:`Row`, a :class:`Page`, or a plain dict of an irregular root) and coerced arguments.
Out: what graphql-core completes. Archived accounts are hidden unless ``include_archived`` is true, on every
way that leads to them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLError

from sandbox.sonar.contract import load_contract
from sandbox.sonar.filters import Condition, Filters, all_of, join_condition, order_by
from sandbox.sonar.relations import Relation, snake_case
from sandbox.sonar.rows import ALIAS, Page, Request, Row

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo

    Info: TypeAlias = GraphQLResolveInfo[Request]
else:
    Info: TypeAlias = Any  # the generic form exists for type checkers only

Resolver = Callable[..., Any]

_EVERYTHING = Condition()
_NOT_ARCHIVED = Condition(f'{ALIAS}."archived_at" IS NULL')

# Arguments of a to-one field that do not narrow it.
_WITHOUT_EFFECT = frozenset({"paginator", "sorter", "aggregation", "include_archived"})


def resolve_default(source: Any, info: Info, **_arguments: Any) -> Any:
    """The value of a field of that name: a column of a row, a key of a dict, an attribute or method of a page."""
    if isinstance(source, Row):
        return source.values.get(info.field_name)
    if isinstance(source, dict):
        return source.get(info.field_name)
    value = getattr(source, info.field_name, None)
    return value() if callable(value) else value


def resolve_list(source: Any, info: Info, **_arguments: Any) -> Any:
    """A list of leaves, which the store keeps as JSON text."""
    value = resolve_default(source, info)
    return json.loads(value) if isinstance(value, str) else value


def resolve_type(source: Any, _info: Info, _abstract: Any) -> str | None:
    """The object type behind an interface."""
    return source.type_name if isinstance(source, Row) else None


def root_connection(type_name: str, base: Condition = _EVERYTHING) -> Resolver:
    """The resolver of a root field that returns a regular connection, of the rows that ``base`` holds for."""

    def resolve(_source: Any, info: Info, **arguments: Any) -> Page:
        check_permission(info, type_name)
        return page_of(info.context, type_name, base, arguments, nested=False)

    return resolve


def nested_connection(relation: Relation) -> Resolver:
    """The resolver of a connection inside a row."""

    def resolve(source: Row, info: Info, **arguments: Any) -> Page:
        return page_of(info.context, relation.target, related_rows(relation, source), arguments, nested=True)

    return resolve


def to_one(relation: Relation) -> Resolver:
    """The resolver of an object or interface field inside a row. Filter arguments that do not fit make it null."""

    def resolve(source: Row, info: Info, **arguments: Any) -> Row | None:
        target = relation.target
        if relation.kind == "pair":
            named = source.values.get(relation.type_column)
            # Dirt, or a type without a table: the pair points nowhere.
            if named not in load_contract().stored_types:
                return None
            target = named
        if relation.kind in {"key", "pair"} and source.values.get(relation.column) is None:
            return None
        narrow = {name: value for name, value in arguments.items() if name not in _WITHOUT_EFFECT}
        request: Request = info.context
        archived = bool(arguments.get("include_archived"))
        simple = relation.kind in {"key", "pair"} and not narrow
        key = (target, source.values.get(relation.column), archived) if simple else None
        if key is not None and key in request.cache:
            found: Row | None = request.cache[key]
            return found
        condition = all_of(
            [
                related_rows(relation, source),
                Filters().compile(target, narrow, ALIAS),
                hidden_rows(target, archived=archived),
            ]
        )
        rows = read_rows(request, target, condition, limit=1)
        found = rows[0] if rows else None
        if key is not None:
            request.cache[key] = found
        return found

    return resolve


def page_of(request: Request, type_name: str, base: Condition, arguments: dict[str, Any], *, nested: bool) -> Page:
    """The page that the uniform arguments ask for, within the rows of ``base``."""
    condition = all_of(
        [
            base,
            Filters().compile(type_name, arguments, ALIAS),
            hidden_rows(type_name, archived=bool(arguments.get("include_archived"))),
        ]
    )
    return Page(
        request,
        type_name,
        condition,
        order_by(type_name, arguments.get("sorter"), ALIAS),
        arguments.get("paginator"),
        arguments.get("aggregation"),
        nested=nested,
    )


def related_rows(relation: Relation, source: Row) -> Condition:
    """The rows that a relation of one source row leads to."""
    if relation.kind in {"key", "pair"}:
        return Condition(f'{ALIAS}."id" = ?', (source.values.get(relation.column),))
    # The join is written against an owner alias; here the owner is one known row.
    joined = join_condition(relation, "o", ALIAS)
    identity = source.values.get("id")
    sql, parameters = joined.sql, joined.parameters
    before = sql[: sql.index('o."id"')].count("?")
    sql = sql.replace('o."id"', "?", 1)
    return Condition(sql, (*parameters[:before], identity, *parameters[before:]))


def hidden_rows(type_name: str, *, archived: bool) -> Condition:
    """Only accounts can be archived (research/sonar-api.md "Change, deletion, history")."""
    return _NOT_ARCHIVED if type_name == "Account" and not archived else Condition()


def read_rows(request: Request, type_name: str, condition: Condition, *, limit: int = -1, order: str = "") -> list[Row]:
    """Rows with all of their columns, by id unless told otherwise."""
    names = list(load_contract().leaf_fields(type_name))
    columns = ", ".join(f'{ALIAS}."{name}"' for name in names)
    where = f" WHERE {condition.sql}" if condition.sql else ""
    sql = f'SELECT {columns} FROM "{type_name}" {ALIAS}{where} ORDER BY {order or ALIAS + ".rowid"} LIMIT ?'
    found = request.connection.execute(sql, (*condition.parameters, limit))
    return [Row(type_name, dict(zip(names, values, strict=True))) for values in found]


def check_permission(info: Info, type_name: str) -> None:
    """Refuse a root that the token's role may not read. GUESS: wording, and that it comes at HTTP 200."""
    request: Request = info.context
    if info.field_name in request.denied_roots:
        raise GraphQLError(
            f"You do not have the {permission_for(type_name)} permission that is required to read {info.field_name}.",
            extensions={"category": "authorization"},
        )


# GUESS: which value of the Permission enum guards a type that has none of its own name.
_PERMISSIONS = {
    **dict.fromkeys(
        ("Credit", "Debit", "Discount", "Invoice", "Payment", "TaxTransaction", "Transaction"),
        "READ_ACCOUNT_TRANSACTIONS",
    ),
    **dict.fromkeys(("BankAccount", "CreditCard"), "READ_PAYMENT_METHOD"),
    **dict.fromkeys(("GenericInventoryItem", "InventoryItem"), "READ_ALL_INVENTORY"),
    **dict.fromkeys(("Subnet", "Supernet", "IpPool"), "READ_IP_ASSIGNMENT"),
    "Address": "READ_SERVICEABLE_ADDRESS",
    "CustomFieldData": "READ_CUSTOM_FIELD",
    "Log": "READ_ALL_LOGS",
}


def permission_for(type_name: str) -> str:
    """The READ permission of a type: ``READ_ACCOUNT``. GUESS: that every type has one."""
    return _PERMISSIONS.get(type_name, f"READ_{snake_case(type_name).upper()}")
