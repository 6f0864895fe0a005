"""Runs the shipped models over rows that a test gives: a small engine without ledger and network.

`bench` has empty `sonar.*` tables with the contract's types and the reference data of a fresh Splynx. A test adds rows, calls
`run()`, and looks at single records. Every record that a model makes gets a negative id, as in the first plan.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
import target_splynx.models
import yaml
from sandbox.sonar.contract import load_contract
from target_splynx.functions import register
from target_splynx.models.shared import expand, read_shared

FOLDER = Path(target_splynx.models.__file__).parent / "sonar"
SECTIONS = ("foundation", "catalogue", "network", "customers", "services", "go_live")
RELATIONS = {"accounts": ("account_group_ids", "geo_tax_zone_ids"), "contacts": ("email_category_ids",)}
MARKED = (
    "partners", "locations", "admins", "customers", "tariffs_internet", "tariffs_voice", "tariffs_custom", "tariffs_one_time",
    "ipv4_networks", "ipv6_networks", "services_internet", "services_voice", "services_custom",
)  # fmt: skip
_TYPES = {"Int64Bit": "BIGINT", "Int": "BIGINT", "Float": "DOUBLE", "Boolean": "BOOLEAN", "Datetime": "TIMESTAMPTZ", "Date": "DATE"}
_DUCK = {"integer": "BIGINT", "string": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE", "list": "VARCHAR[]", "map": "MAP(VARCHAR, VARCHAR)"}


@dataclass
class ModelFile:
    """One model: header, SQL with the shared queries put in, and the tables that it reads."""

    name: str
    header: dict[str, Any]
    text: str
    sql: str
    reads: frozenset[str] = frozenset()


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


def streams() -> dict[str, str]:
    """Stream (root field) → type."""
    contract = load_contract()
    found = dict(contract.singletons)
    for name, root in contract.query.items():
        entity = contract.entity_of(root.type.name)
        if entity and entity in contract.stored_types and not name.startswith("core_"):
            found[name] = entity
    return found


def columns(stream: str, type_name: str) -> dict[str, str]:
    found = {
        name: _TYPES.get(leaf.type.name, "VARCHAR") + ("[]" if leaf.type.is_list else "")
        for name, leaf in load_contract().leaf_fields(type_name).items()
    }
    return found | dict.fromkeys(RELATIONS.get(stream, ()), "BIGINT[]")


@dataclass
class Bench:
    """The stage of a test."""

    connection: duckdb.DuckDBPyConnection
    models: list[ModelFile]
    results: dict[str, list[Row]] = field(default_factory=dict)
    next_ids: dict[str, int] = field(default_factory=dict)

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
        self.connection.execute(
            f"INSERT INTO sonar.{stream} ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values())
        ).fetchall()
        return number

    def set(self, **variables: Any) -> None:
        for name, value in variables.items():
            self.connection.execute(f"SET VARIABLE {name} = CAST({literal(value)} AS {_kind(name)})").fetchall()

    def run(self) -> Bench:
        left = list(self.models)
        made = {model.header["resource"] for model in left if model.header.get("mode") != "patch"}
        done: set[str] = set()
        while left:
            model = next(
                candidate for candidate in left
                if {table[7:] for table in candidate.reads if table.startswith("splynx.")} & made <= done
                and (candidate.header.get("mode") != "patch" or candidate.header["resource"] not in made - done)
            )  # fmt: skip
            left.remove(model)
            self._run(model)
            if model.header.get("mode") != "patch":
                done.add(model.header["resource"])
        return self

    def _run(self, model: ModelFile) -> None:
        table = f'result."{model.name}"'
        self.connection.execute(f"CREATE OR REPLACE TABLE {table} AS {model.sql}").fetchall()
        rows = self.fetch(f"SELECT * FROM {table}")
        self.results[model.name] = [Row(row) for row in rows]
        if model.header.get("mode") == "patch":
            return
        resource = model.header["resource"]
        names = [name for name in (rows[0] if rows else {}) if not name.startswith("_") and name not in {"id", "additional_attributes"}]
        condition = " AND ".join(f"{name} IS NULL" for name in ("_reject", "_skip") if rows and name in rows[0]) or "true"
        picked = ", ".join(f'"{name}"' for name in names)
        if not rows:
            return
        old = f"CREATE OR REPLACE TABLE splynx.{resource} AS SELECT {picked}, -row_number() OVER () AS id FROM {table} WHERE {condition}"
        reference = self.fetch(f"SELECT * FROM splynx.{resource}")
        self.connection.execute(old).fetchall()
        kept = [row for row in reference if row.get("source_key") is None]
        for row in kept:
            shared = {name: value for name, value in row.items() if name in {*names, "id"}}
            self.connection.execute(
                f"INSERT INTO splynx.{resource} ({', '.join(shared)}) VALUES ({', '.join('?' * len(shared))})", list(shared.values())
            ).fetchall()

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


def settings() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load((FOLDER / "settings.yml").read_text(encoding="utf-8")))


def _kind(name: str) -> str:
    return _DUCK[settings()[name]["type"]]


def read_models() -> list[ModelFile]:
    shared = read_shared(FOLDER)
    found = []
    with duckdb.connect() as connection:
        # The parser wants to know the functions; tables need not exist.
        register(connection, timezone="UTC", currency_exponent=2, default_country="US")
        for path in sorted(FOLDER.glob("*/*.sql"), key=lambda path: (SECTIONS.index(path.parent.name), path.stem)):
            lines = path.read_text(encoding="utf-8").splitlines()
            header = [line[2:].strip() for line in lines[: next(i for i, line in enumerate(lines) if not line.startswith("--"))]]
            sql = expand("\n".join(lines[len(header) :]), shared)
            reads = frozenset(
                re.sub(r'"| AS .*', "", name) for name in connection.get_table_names(sql, qualified=True)
            )
            found.append(ModelFile(f"{path.parent.name}/{path.stem}", yaml.safe_load("\n".join(header)), path.read_text(), sql, reads))
    return found


def fresh_splynx(connection: duckdb.DuckDBPyConnection) -> None:
    """Reference data of a fresh server (research/splynx-samples.json) as `splynx.*` tables."""
    tables = {
        "partners": "(NULL::VARCHAR, 1, 'Main')) t(source_key, id, name)",
        "locations": "(NULL::VARCHAR, 1, 'Main')) t(source_key, id, name)",
        "administrators": "(NULL::VARCHAR, 1, 'admin1')) t(source_key, id, login)",
        "labels": "(NULL::VARCHAR, 0, '', '')) t(source_key, id, module, label) WHERE false",
        "transaction_categories": "(NULL::VARCHAR, 1, 'Service'), (NULL, 4, 'Refund')) t(source_key, id, name)",
        "payment_methods": "(NULL::VARCHAR, 1, 'Cash'), (NULL, 2, 'Bank transfer'), (NULL, 3, 'Credit card')) t(source_key, id, name)",
        "taxes": "(NULL::VARCHAR, 11, '5.5 percent', 5.5, 'single'), (NULL, 12, 'Excise', 3.0, 'single')) t(source_key, id, name, rate, type)",
        "states_provinces": "(NULL::VARCHAR, 50, 'WI', 'Wisconsin'), (NULL, 24, 'MN', 'Minnesota')) t(source_key, id, code, name)",
    }
    for name, values in tables.items():
        connection.execute(f"CREATE TABLE splynx.{name} AS SELECT * FROM (VALUES {values}").fetchall()
        connection.execute(f"ALTER TABLE splynx.{name} ALTER id TYPE BIGINT").fetchall()
    for name in (
        "additional_fields", "tariffs_internet", "tariffs_voice", "tariffs_recurring", "tariffs_one_time", "customers",
        "network_sites", "services_internet", "services_voice", "services_recurring",
    ):  # fmt: skip
        connection.execute(f"CREATE TABLE splynx.{name} (source_key VARCHAR, id BIGINT)").fetchall()
    for name in ("ipv4_networks", "ipv6_networks"):
        connection.execute(f"CREATE TABLE splynx.{name} (source_key VARCHAR, id BIGINT, type_of_usage VARCHAR)").fetchall()


def empty_bench(connection: duckdb.DuckDBPyConnection, models: list[ModelFile]) -> Bench:
    register(connection, timezone="America/Chicago", currency_exponent=2, default_country="US")
    for schema in ("sonar", "splynx", "engine", "result"):
        connection.execute(f"CREATE SCHEMA {schema}").fetchall()
    wanted = {table[6:] for model in models for table in model.reads if table.startswith("sonar.")}
    known = streams()
    for stream in sorted(wanted):
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns(stream, known[stream]).items())
        connection.execute(f"CREATE TABLE sonar.{stream} ({listed})").fetchall()
    connection.execute("CREATE TABLE engine.marker_modules (module VARCHAR)").fetchall()
    connection.execute(f"INSERT INTO engine.marker_modules VALUES {', '.join(f'({module!r})' for module in MARKED)}").fetchall()
    fresh_splynx(connection)
    bench = Bench(connection, models)
    bench.set(**{name: setting["default"] for name, setting in settings().items()})
    return bench


def fill_from_store(bench: Bench, path: Path) -> None:
    """Every stream that a model reads, out of the sandbox's SQLite store."""
    store = sqlite3.connect(path)
    known = streams()
    for stream in sorted({table[6:] for model in bench.models for table in model.reads if table.startswith("sonar.")}):
        kinds = columns(stream, known[stream])
        own = [name for name in kinds if name not in RELATIONS.get(stream, ())]
        picked = ", ".join('"' + name + '"' for name in own)
        rows = store.execute(f'SELECT {picked} FROM "{known[stream]}"').fetchall()
        lists = {name for name in own if kinds[name].endswith("[]")}
        file = path.with_name(f"{stream}.jsonl")
        with file.open("w", encoding="utf-8") as out:
            related: dict[str, dict[int, list[int]]] = {}
            for name in RELATIONS.get(stream, ()):
                relation = {"account_group_ids": "account_groups", "geo_tax_zone_ids": "geo_tax_zones", "email_category_ids": "email_categories"}[name]
                related[name] = {}
                for owner, target in store.execute(
                    "SELECT owner_id, target_id FROM _relation WHERE owner_type = ? AND field = ? ORDER BY target_id", (known[stream], relation)
                ):
                    related[name].setdefault(owner, []).append(target)
            for values in rows:
                row = dict(zip(own, values, strict=True))
                for name in lists:
                    row[name] = json.loads(row[name]) if row[name] else None
                row |= {name: ids.get(row["id"], []) for name, ids in related.items()}
                out.write(json.dumps(row) + "\n")
        if rows:
            shape = ", ".join(f"'{name}': '{kind.replace('BOOLEAN', 'BIGINT')}'" for name, kind in kinds.items())
            casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in kinds.items())
            bench.connection.execute(
                f"INSERT INTO sonar.{stream} SELECT {casts} FROM read_json('{file}', format='newline_delimited', columns={{{shape}}})"
            ).fetchall()
    store.close()


@pytest.fixture(scope="session")
def models() -> list[ModelFile]:
    return read_models()


@pytest.fixture
def bench(models: list[ModelFile]) -> Iterator[Bench]:
    with duckdb.connect() as connection:
        yield empty_bench(connection, models)
