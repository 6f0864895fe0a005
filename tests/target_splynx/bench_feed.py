"""Rows of a bench (tests of models) as the lines of a tap, so that the same case can be loaded over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from singer_feed import Feed
from target_splynx.modelling.library import optional_streams

_SCHEMAS: dict[str, Any] = {
    "BIGINT": "int", "VARCHAR": "text", "DOUBLE": "money", "BOOLEAN": "bool", "DATE": "date", "TIMESTAMP WITH TIME ZONE": "time", "BIGINT[]": "ids",
    "VARCHAR[]": {"type": ["array", "null"], "items": {"type": "string"}},
}  # fmt: skip


def feed_of(bench: Any) -> Feed:
    """Every stream that is not optional, in full."""
    feed = Feed()
    tables = bench.fetch("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'sonar' ORDER BY 1")
    for stream in [row["name"] for row in tables if row["name"] not in optional_streams()]:
        kinds = {row["column_name"]: _SCHEMAS[row["column_type"]] for row in bench.fetch(f"DESCRIBE sonar.{stream}")}
        rows = [{name: _told(value) for name, value in row.items()} for row in bench.fetch(f"SELECT * FROM sonar.{stream} ORDER BY id")]
        feed.stream(stream, kinds, rows)
    return feed.state({"bookmarks": {}})


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
