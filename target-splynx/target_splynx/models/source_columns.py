"""Which columns of which stream the models read, from the SQL itself.

In: models and shared parts. Out: stream → names. DuckDB's own parser gives the tree. A column counts for the table that
its alias names; without an alias, for every table beside it. A table that is read whole (`*`, or its name as a value)
counts with the names that occur anywhere in the mapping's SQL.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb

from target_splynx.modelling.model import Model, Part

SOURCE = "sonar"
_WORD = re.compile(r"\w+")


def columns_read(
    sources: Iterable[Model | Part], connection: duckdb.DuckDBPyConnection
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """(stream → columns that are named, stream → names that may be meant where the whole row is read)."""
    named: dict[str, set[str]] = defaultdict(set)
    whole: set[str] = set()
    words: set[str] = set()
    for source in sources:
        words |= set(_WORD.findall(source.sql))
        row = connection.execute("SELECT json_serialize_sql(?)", [source.sql]).fetchone()
        tree = json.loads(row[0]) if row else {}
        for node in _selects(tree):
            _read(node, named, whole)
    return dict(named), dict.fromkeys(whole, words)


def _selects(value: Any) -> Iterator[dict[str, Any]]:
    """Every SELECT of a tree, those inside others, too."""
    if isinstance(value, dict):
        if value.get("type") == "SELECT_NODE":
            yield value
        for entry in value.values():
            yield from _selects(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _selects(entry)


def _read(node: dict[str, Any], named: dict[str, set[str]], whole: set[str]) -> None:
    """What one SELECT reads of the streams in its FROM."""
    streams = {alias: stream for alias, stream in _tables(node.get("from_table")) if stream}
    if not streams:
        return
    own = {name: entry for name, entry in node.items() if name != "cte_map"}
    for entry, nested in _expressions(own, nested=False):
        path = entry.get("column_names") or [entry.get("relation_name") or ""]
        stream = streams.get(path[0])
        if entry["class"] == "STAR":
            whole |= {stream} if stream else set() if path[0] or nested else set(streams.values())
        elif len(path) == 1 and stream:
            whole.add(stream)
        elif stream:
            named[stream].add(path[1])
        elif len(path) == 1 and not nested:
            _add(named, streams.values(), path[0])
    for name in _using(node.get("from_table")):
        _add(named, streams.values(), name)


def _add(named: dict[str, set[str]], streams: Iterable[str], column: str) -> None:
    for stream in streams:
        named[stream].add(column)


def _tables(table: Any) -> Iterator[tuple[str, str]]:
    """(alias, stream or "" for what is none) of a FROM, joins included, sub-selects not."""
    if not isinstance(table, dict):
        return
    if table.get("type") == "BASE_TABLE":
        stream = table["table_name"] if table.get("schema_name") == SOURCE else ""
        yield table.get("alias") or table["table_name"], stream
    elif table.get("type") == "JOIN":
        yield from _tables(table.get("left"))
        yield from _tables(table.get("right"))


def _using(table: Any) -> Iterator[str]:
    if isinstance(table, dict) and table.get("type") == "JOIN":
        yield from table.get("using_columns") or ()
        yield from _using(table.get("left"))
        yield from _using(table.get("right"))


def _expressions(value: Any, *, nested: bool) -> Iterator[tuple[dict[str, Any], bool]]:
    """Column references and stars; `nested`: inside another SELECT, which may still name an outer table."""
    if isinstance(value, dict):
        if value.get("class") in {"COLUMN_REF", "STAR"}:
            yield value, nested
            return
        for name, entry in value.items():
            inner = nested or (name in {"subquery", "query_node"} and isinstance(entry, dict))
            yield from _expressions(entry, nested=inner)
    elif isinstance(value, list):
        for entry in value:
            yield from _expressions(entry, nested=nested)
