"""Query texts.

In: a stream definition and the properties that are selected. Out: GraphQL text with variables, so that one text serves
all pages. Only selected fields are asked for; ids needed for paging are always there.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tap_sonar import files
from tap_sonar.definition import CONNECTION, SERIES, StreamDefinition
from tap_sonar.relations import Relation

NESTED_PAGE_SIZE = 100
"""Ids per row and relation in the first answer; longer lists are paged on (GUESS: costs Sonar little)."""

_ADDED = {files.CONTENTS, files.PATH, files.SHA256}

BY_ID = 'sorter: [{attribute: "id", direction: ASC}]'


def selection(definition: StreamDefinition, selected: Collection[str], *, include_archived: bool = True) -> str:
    """The fields between the braces of `entities`."""
    if definition.shape == SERIES:
        return _series_selection(definition, selected)
    parts: list[str] = []
    for name in definition.properties:
        relation = definition.relations.get(name)
        if relation is None:
            if name == "id" or (name in selected and name not in _ADDED):
                parts.append(name)
        elif name in selected:
            parts.append(_nested(relation, include_archived=include_archived))
    if _ADDED & set(selected):
        parts.extend(name for name in files.NEEDED if name not in selected)
    return " ".join(parts) or "__typename"


def _series_selection(definition: StreamDefinition, selected: Collection[str]) -> str:
    """The fields under the root of measurements, down to the rows; whose they are is known from the question."""
    wanted = [name for name in definition.properties if name in selected and name != definition.owner]
    text = " ".join(name for name in wanted if name not in definition.outer) or "__typename"
    for level, name in reversed(list(enumerate(definition.path))):
        beside = " ".join(outer for outer in definition.outer if outer in wanted) if level else ""
        text = f"{beside} {name} {{ {text} }}".strip()
    return text


def _nested(relation: Relation, *, include_archived: bool) -> str:
    """The ids under a relation: sorted, so that paging on by key is possible."""
    arguments = []
    if relation.many:
        arguments.append(f"paginator: {{page: 1, records_per_page: {NESTED_PAGE_SIZE}}}")
        arguments.append(BY_ID)
    if relation.archived and include_archived:
        arguments.append("include_archived: true")
    call = f"{relation.field}({', '.join(arguments)})" if arguments else relation.field
    return f"{call} {{ entities {{ id }} }}" if relation.many else f"{call} {{ id }}"


def root_query(definition: StreamDefinition, fields: str, *, page_info: bool) -> str:
    """One page of a stream; the variables are those of the arguments that the root takes."""
    declared: list[str] = []
    arguments: list[str] = []
    for name, type_name in (
        ("search", "[Search]"),
        ("sorter", "[Sorter]"),
        ("paginator", "Paginator"),
        ("include_archived", "Boolean"),
    ):
        if name in definition.arguments:
            declared.append(f"${name}: {type_name}")
            arguments.append(f"{name}: ${name}")
    head = f"query {definition.name}" + (f"({', '.join(declared)})" if declared else "")
    call = definition.root_field + (f"({', '.join(arguments)})" if arguments else "")
    if definition.shape != CONNECTION:
        return f"{head} {{ {call} {{ {fields} }} }}"
    info = " page_info { page total_pages total_count }" if page_info else ""
    return f"{head} {{ {call} {{ entities {{ {fields} }}{info} }} }}"


def owners_query(definition: StreamDefinition, fields: str, owners: int) -> str:
    """One page of each of several owners, under the aliases o0, o1, … (a root that takes an owner and a paginator)."""
    variables = ", ".join(f"$o{index}: Int64Bit" for index in range(owners))
    parts = " ".join(
        f"o{index}: {definition.name}({definition.owner}: $o{index}, paginator: $paginator) "
        f"{{ entities {{ {fields} }} }}"
        for index in range(owners)
    )
    return f"query {definition.name}_by_owner({variables}, $paginator: Paginator) {{ {parts} }}"


def series_query(definition: StreamDefinition, fields: str, owners: int) -> str:
    """The measurements of several owners in a period, under the aliases o0, o1, …"""
    variables = ", ".join(f"$o{index}: Int64Bit!" for index in range(owners))
    parts = " ".join(
        f"o{index}: {definition.root_field}({definition.owner}: $o{index}, start_datetime: $start, end_datetime: $end) "
        f"{{ {fields} }}"
        for index in range(owners)
    )
    return f"query {definition.name}_by_owner({variables}, $start: Datetime, $end: Datetime) {{ {parts} }}"


def rest_of_relation_query(definition: StreamDefinition, relation: Relation, *, include_archived: bool = True) -> str:
    """The ids of one row's relation after those that `$rest` excludes; `$search` finds the row."""
    # The row itself was just read: it is found whether it is archived or not.
    owner = ", include_archived: true" if "include_archived" in definition.arguments else ""
    nested = ", include_archived: true" if relation.archived and include_archived else ""
    return (
        f"query {definition.name}_{relation.field}($search: [Search], $rest: [Search], $paginator: Paginator) "
        f"{{ {definition.root_field}(search: $search{owner}) {{ entities {{ "
        f"{relation.field}(search: $rest, paginator: $paginator, {BY_ID}{nested}) {{ entities {{ id }} }} }} }} }}"
    )


def id_search(row_id: int) -> list[dict[str, Any]]:
    """`search` for one row."""
    return [{"integer_fields": [{"attribute": "id", "operator": "EQ", "search_value": row_id}]}]


def key_search(
    after: int | None, until: int | None = None, since: tuple[str, str] | None = None
) -> list[dict[str, Any]]:
    """`search` for after < id <= until and, with `since` (attribute, moment), attribute >= moment.

    One item: its members are ANDed (research/sonar-api.md "Arguments of root connections").
    """
    ranges = []
    if after is not None:
        ranges.append({"attribute": "id", "operator": "GT", "search_value": after})
    if until is not None:
        ranges.append({"attribute": "id", "operator": "LTE", "search_value": until})
    item: dict[str, Any] = {}
    if ranges:
        item["integer_fields"] = ranges
    if since is not None:
        item["datetime_fields"] = [{"attribute": since[0], "operator": "GTE", "search_value": since[1]}]
    return [item] if item else []


def by_id(direction: str = "ASC") -> list[dict[str, str]]:
    """`sorter` by id."""
    return [{"attribute": "id", "direction": direction}]


def page(number: int, size: int) -> dict[str, int]:
    """`paginator`; pages count from 1."""
    return {"page": number, "records_per_page": size}
