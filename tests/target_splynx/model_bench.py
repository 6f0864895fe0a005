"""Runs the shipped models over rows that a test gives: a small engine without ledger and network.

A `Bench` has empty `sonar.*` tables with the contract's types and the reference data of a fresh Splynx. A test adds rows, calls
`run()`, and looks at single records. Every record that a model makes gets a negative id, as in the first plan.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

import target_splynx.models
from bench_tables import ADDED, RELATION_FIELDS, RELATIONS, columns, engine_tables, fresh_splynx, streams
from target_splynx.functions import register
from target_splynx.modelling.dependencies import build_graph
from target_splynx.modelling.library import load_models, optional_streams
from target_splynx.modelling.model import Part

FOLDER = Path(target_splynx.models.__file__).parent / "sonar"
_DUCK = {"integer": "BIGINT", "string": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE", "list": "VARCHAR[]", "map": "MAP(VARCHAR, VARCHAR)"}


@dataclass
class ModelFile:
    """One model, and the tables that it reads, `sonar.*`, `splynx.*`, `shared.*`."""

    name: str
    resource: str
    patch: bool
    description: str
    text: str
    sql: str
    reads: frozenset[str]


Shipped = tuple[list[ModelFile], list[Part]]


@dataclass
class Row:
    """One row of a model's result."""

    values: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError as error:
            raise AttributeError(name) from error

    @property
    def reject_code(self) -> str | None:
        reject = self.values.get("_reject")
        return reject.split("|")[0] if reject else None

    @property
    def fine(self) -> bool:
        return not self.values.get("_reject") and not self.values.get("_skip")


def read_streams(models: list[ModelFile], parts: list[Part]) -> list[str]:
    """What models and parts read, and what the files of accounting/ read besides."""
    found = {table for model in models for table in model.reads}.union(*(_words(part.sql) for part in parts))
    for path in (FOLDER / "accounting").glob("*.sql"):
        found |= _words(path.read_text(encoding="utf-8"))
    return sorted(name[6:] for name in found if name.startswith("sonar."))


@dataclass(repr=False)
class Bench:
    """The stage of a test."""

    connection: duckdb.DuckDBPyConnection
    models: list[ModelFile]
    parts: list[Part]
    results: dict[str, list[Row]] = field(default_factory=dict)
    next_ids: dict[str, int] = field(default_factory=dict)
    parts_made: set[str] = field(default_factory=set)

    def reset(self) -> None:
        """Rows, results and settings as at the beginning."""
        for stream in self.next_ids:
            self.connection.execute(f"DELETE FROM sonar.{stream}").fetchall()
        self.forget_parts()
        self.connection.execute("DROP SCHEMA splynx CASCADE").fetchall()
        self.connection.execute("CREATE SCHEMA splynx").fetchall()
        fresh_splynx(self.connection)
        self.connection.execute("DROP SCHEMA engine CASCADE").fetchall()
        engine_tables(self.connection)
        for kept in (self.next_ids, self.results):
            kept.clear()
        self.connection.execute("SET VARIABLE pilot_accounts = CAST([] AS VARCHAR[])").fetchall()
        self.set(**{name: setting["default"] for name, setting in settings().items()})

    def forget_parts(self) -> None:
        """The next run makes the shared parts anew: for a test that changes rows or settings between two runs."""
        for part in self.parts_made:
            self.connection.execute(f"DROP TABLE shared.{part}").fetchall()
        self.parts_made.clear()

    def fetch(self, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        cursor = self.connection.execute(sql, parameters or [])
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def add(self, stream: str, **values: Any) -> int:
        """One row; what is not given is empty, except for id, times, and values that Sonar always has."""
        self.next_ids[stream] = number = values.setdefault("id", self.next_ids.get(stream, 0) + 1)
        values.setdefault("created_at", "2025-03-01T18:00:00+00:00")
        values.setdefault("updated_at", "2026-11-15T12:00:00+00:00")
        names = ", ".join(f'"{name}"' for name in values)
        self.connection.execute(f"INSERT INTO sonar.{stream} ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values())).fetchall()
        return number

    def set(self, **variables: Any) -> None:
        for name, value in variables.items():
            self.connection.execute(f"SET VARIABLE {name} = CAST({literal(value)} AS {_kind(name)})").fetchall()

    def run(self, *wanted: str) -> Bench:
        """Run the models in order; with names, only these and those that make what they read."""
        needed = self._needed(wanted) if wanted else {model.name for model in self.models}
        for model in self.models:
            if model.name in needed:
                self._run(model)
        return self

    def _needed(self, wanted: tuple[str, ...]) -> set[str]:
        needed: set[str] = set()
        waiting = [model for model in self.models if model.name in wanted]
        assert len(waiting) == len(wanted), wanted
        while waiting:
            model = waiting.pop()
            needed.add(model.name)
            resources = {table[7:] for table in model.reads if table.startswith("splynx.")}
            waiting += [
                maker for maker in self.models
                if not maker.patch and maker.resource in resources and maker.name not in needed
            ]  # fmt: skip
        return needed

    def _run(self, model: ModelFile) -> None:
        table = f'result."{model.name}"'
        for part in self.parts:
            if f"shared.{part.name}" in model.reads and part.name not in self.parts_made:
                self.connection.execute(f"CREATE TABLE shared.{part.name} AS {part.sql}").fetchall()
                self.parts_made.add(part.name)
        self.connection.execute(f"CREATE OR REPLACE TABLE {table} AS {model.sql}").fetchall()
        rows = self.fetch(f"SELECT * FROM {table}")
        self.results[model.name] = [Row(row) for row in rows]
        if model.patch:
            return
        self._make_resource_table(model.resource)

    def _make_resource_table(self, resource: str) -> None:
        """`splynx.<resource>`: what Splynx had, and the rows of every model that makes it and has run, with negative ids."""
        table, parts, first = f"splynx.{resource}", [], 0
        makers = [maker for maker in self.models if maker.resource == resource and not maker.patch and maker.name in self.results]
        for maker in makers:
            made = f'result."{maker.name}"'
            described = [row["column_name"] for row in self.fetch(f"DESCRIBE {made}")]
            names = [name for name in described if not name.startswith("_") and name not in {"id", "additional_attributes"}]
            condition = " AND ".join(f"{name} IS NULL" for name in ("_reject", "_skip") if name in described) or "true"
            picked = ", ".join(f'"{name}"' for name in names)
            parts.append(f"SELECT {picked}, {-first} - row_number() OVER () AS id FROM {made} WHERE {condition}")
            first += len(self.results[maker.name])
        reference = self.fetch(f"SELECT * FROM {table} WHERE source_key IS NULL")
        self.connection.execute(f"CREATE OR REPLACE TABLE {table} AS {' UNION ALL BY NAME '.join(parts)}").fetchall()
        held = {row["column_name"] for row in self.fetch(f"DESCRIBE {table}")}
        for row in reference:
            shared = {name: value for name, value in row.items() if name in held}
            self.connection.execute(f"INSERT INTO {table} ({', '.join(shared)}) VALUES ({', '.join('?' * len(shared))})", list(shared.values())).fetchall()

    def make_part(self, name: str) -> None:
        """`shared.<name>`, with the parts that it reads; the parts are in the order in which they need each other."""
        wanted, todo = set(), [name]
        by_name = {part.name: part for part in self.parts}
        while todo:
            part = by_name[todo.pop()]
            wanted.add(part.name)
            todo += [other for other in by_name if f"shared.{other}" in _words(part.sql) and other not in wanted]
        for part in self.parts:
            if part.name in wanted and part.name not in self.parts_made:
                self.connection.execute(f"CREATE TABLE shared.{part.name} AS {part.sql}").fetchall()
                self.parts_made.add(part.name)

    def row(self, model: str, source_key: str | int) -> Row:
        found = [row for row in self.results[model] if row.source_key == str(source_key)]
        assert len(found) == 1, f"{model} has {len(found)} rows {source_key}: {[row.source_key for row in self.results[model]]}"
        return found[0]

    def made(self, resource: str, source_key: str | int) -> int:
        rows = self.fetch(f"SELECT id FROM splynx.{resource} WHERE source_key = ?", [str(source_key)])
        assert len(rows) == 1, f"{resource} {source_key}: {rows}"
        return int(rows[0]["id"])


def literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        parts = ", ".join(f"{literal(str(key))}: {literal(str(item))}" for key, item in value.items())
        return f"MAP {{{parts}}}"
    if isinstance(value, list):
        return f"[{', '.join(literal(item) for item in value)}]"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _words(sql: str) -> set[str]:
    return set(re.findall(r"[a-z]+\.\w+", sql))


@cache
def settings() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load((FOLDER / "settings.yml").read_text(encoding="utf-8")))


def _kind(name: str) -> str:
    return _DUCK[settings()[name]["type"]]


def read_models() -> tuple[list[ModelFile], list[Part]]:
    """As the engine reads them, in its order."""
    with duckdb.connect() as connection:
        register(connection, timezone="UTC", currency_exponent=2, default_country="US")
        models, parts = load_models("sonar")
        graph = build_graph([model for model in models if FOLDER in model.path.parents], parts, connection)
    found = []
    for model in graph.order:
        reads = graph.reads[model.name]
        tables = {f"sonar.{name}" for name in reads.streams} | {f"splynx.{name}" for name in reads.resources} | {f"shared.{name}" for name in reads.parts}
        text = model.path.read_text(encoding="utf-8")
        found.append(ModelFile(model.name, model.resource.name, model.mode == "patch", model.description, text, model.sql, frozenset(tables)))
    return found, graph.parts


def empty_bench(connection: duckdb.DuckDBPyConnection, shipped: Shipped) -> Bench:
    models, parts = shipped
    register(connection, timezone="America/Chicago", currency_exponent=2, default_country="US")
    for schema in ("sonar", "splynx", "shared", "result"):
        connection.execute(f"CREATE SCHEMA {schema}").fetchall()
    known = streams()
    for stream in read_streams(models, parts):
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns(stream, known[stream]).items())
        connection.execute(f"CREATE TABLE sonar.{stream} ({listed})").fetchall()
    fresh_splynx(connection)
    engine_tables(connection)
    bench = Bench(connection, models, parts)
    bench.set(**{name: setting["default"] for name, setting in settings().items()})
    return bench


def fill_from_store(bench: Bench, path: Path) -> None:
    """Every stream that a model reads, out of the sandbox's SQLite store."""
    store = sqlite3.connect(path)
    contents = dict(store.execute("SELECT file_id, content FROM _file_content").fetchall())
    known = streams()
    for stream in sorted(set(read_streams(bench.models, bench.parts)) - optional_streams().keys()):
        kinds = columns(stream, known[stream])
        own = [name for name in kinds if name not in (*RELATIONS.get(stream, ()), *ADDED.get(stream, ()))]
        picked = ", ".join('"' + name + '"' for name in own)
        rows = store.execute(f'SELECT {picked} FROM "{known[stream]}"').fetchall()
        lists = {name for name in own if kinds[name].endswith("[]")}
        file = path.with_name(f"{stream}.jsonl")
        with file.open("w", encoding="utf-8") as out:
            related: dict[str, dict[int, list[int]]] = {}
            for name in RELATIONS.get(stream, ()):
                related[name] = {}
                for owner, target in store.execute(
                    "SELECT owner_id, target_id FROM _relation WHERE owner_type = ? AND field = ? ORDER BY target_id", (known[stream], RELATION_FIELDS[name])
                ):
                    related[name].setdefault(owner, []).append(target)
            for values in rows:
                row = dict(zip(own, values, strict=True))
                for name in lists:
                    row[name] = json.loads(row[name]) if row[name] else None
                row |= {name: ids.get(row["id"], []) for name, ids in related.items()}
                if stream == "files":
                    row["content_base64"] = base64.b64encode(contents[row["id"]]).decode("ascii")
                out.write(json.dumps(row) + "\n")
        if rows:
            shape = ", ".join(f"'{name}': '{kind.replace('BOOLEAN', 'BIGINT')}'" for name, kind in kinds.items())
            casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in kinds.items())
            bench.connection.execute(
                f"INSERT INTO sonar.{stream} SELECT {casts} FROM read_json('{file}', format='newline_delimited', columns={{{shape}}})"
            ).fetchall()
    store.close()
