"""Running models: each SELECT becomes a table `plan.<model>`, each Splynx resource a table `splynx.<resource>`.

In: the stage's connection, the settings that models read, rows for the reference tables. Out: tables, and typed rows.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import duckdb

from target_splynx.contract.resource import Resource
from target_splynx.errors import ModelError
from target_splynx.modelling.dependencies import sql_error
from target_splynx.modelling.model import Model, Part
from target_splynx.planning import pilot
from target_splynx.planning.diff import ATTRIBUTES, PROVISIONAL
from target_splynx.stage.types import quoted

KEY = "source_key"
FILE_COLUMNS = ("_file_path", "_file_name", "_file_content_base64")
"""A file that goes with the record: where it lies (or its content), and what it is called."""
POSITION = "_position"
"""A number: rows are planned and written in its order, not in that of their keys."""
RESERVED = {"_reject", "_skip", "_label", pilot.ACCOUNT, POSITION, *FILE_COLUMNS}
CHUNK = 2000
CHUNK_WITH_CONTENT = 4
"""Rows at once; few when they hold the contents of files (20 MB each)."""


@dataclass(frozen=True)
class FileSource:
    """Where the file of a record comes from: a path, or base64 text; `name` is what people see."""

    path: str | None
    name: str | None
    content: str | None


@dataclass(frozen=True)
class Row:
    """One row of a model.

    `id`: of a patch, a number or (addresses, paths of settings) a text. `reject`: (code, message, remedy) or None;
    `skip`: the rule by which it is left out on purpose; `account`: source key of the customer it belongs to.
    `file_name`: what people see of its file, also where its contents were not asked for.
    """

    source_key: str
    fields: dict[str, Any]
    id: int | str | None
    label: str
    reject: tuple[str, str, str] | None
    skip: str | None
    file: FileSource | None = None
    account: str | None = None
    file_name: str | None = None


class Evaluator:
    """The tables that models read and make, on the stage's connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, workspace: Path, *, keep: bool = False) -> None:
        """Schemas `splynx`, `shared`, `plan` and `engine` are made anew: they belong to one run.

        `keep`: what the last run left there stays (who only looks makes a table or two anew).
        """
        self._connection = connection
        self._workspace = workspace
        self._provisional = 0
        for schema in ("splynx", "plan", "engine", "shared"):
            if not keep:
                connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")

    def set_variables(self, values: Mapping[str, Any]) -> None:
        """`getvariable('name')`: scalars as they are, mappings as MAP(VARCHAR, VARCHAR), lists as VARCHAR[]."""
        for name, value in values.items():
            if isinstance(value, Mapping):
                keys = [str(key) for key in value]
                texts = [None if entry is None else str(entry) for entry in value.values()]
                self._connection.execute(
                    f"SET VARIABLE {quoted(name)} = map(?::VARCHAR[], ?::VARCHAR[])", [keys, texts]
                )
            elif isinstance(value, (list, tuple)):
                self._connection.execute(f"SET VARIABLE {quoted(name)} = ?::VARCHAR[]", [[str(v) for v in value]])
            else:
                self._connection.execute(f"SET VARIABLE {quoted(name)} = ?", [value])

    def engine_table(self, name: str, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows as `engine.<name>`; `columns`: name → DuckDB type."""
        self._load("engine_rows", columns, rows)
        self._connection.execute(f"CREATE OR REPLACE TABLE engine.{quoted(name)} AS SELECT * FROM engine_rows")

    def single_row(self, part: str) -> dict[str, Any]:
        """The first row of a shared part; empty when no model has read the part, or it has no row."""
        known = self._connection.execute(
            "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'shared' AND table_name = ?", [part]
        ).fetchone()
        if known is None:
            return {}
        cursor = self._connection.execute(f"SELECT * FROM shared.{quoted(part)} LIMIT 1")
        names = [entry[0] for entry in cursor.description or []]
        row = cursor.fetchone()
        return dict(zip(names, row, strict=True)) if row else {}

    def run_part(self, part: Part) -> None:
        """Evaluate a shared part into `shared.<name>`.

        Raises:
            ModelError: the SQL fails.
        """
        try:
            self._connection.execute(f"CREATE OR REPLACE TABLE shared.{quoted(part.name)} AS {part.sql}")
        except duckdb.Error as error:
            raise sql_error(part, error) from None

    def run(self, model: Model) -> list[str]:
        """Evaluate a model into `plan.<table>`; returns its field columns.

        Raises:
            ModelError: the SQL fails, a column is no field of the resource, or keys are missing or double.
        """
        table = f"plan.{quoted(model.table)}"
        try:
            self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS {model.sql}")
        except duckdb.Error as error:
            raise sql_error(model, error) from None
        columns = [row[0] for row in self._connection.execute(f"DESCRIBE {table}").fetchall()]
        self._check_columns(model, columns)
        self._check_keys(model, table)
        pilot.narrow(self._connection, model, columns)
        return [column for column in columns if column not in RESERVED | {KEY}]

    def rows(self, model: Model, *, files: bool = True) -> Iterator[list[Row]]:
        """The rows of an evaluated model, by position and key, in chunks; `files`: with the contents of files."""
        cursor = self._connection.cursor()
        names = self._columns("plan", model.table)
        content = FILE_COLUMNS[-1]
        size = CHUNK_WITH_CONTENT if files and content in names else CHUNK
        shown = ", ".join(quoted(name) for name in names if files or name != content)
        order = f"{POSITION}, {KEY}" if POSITION in names else KEY
        cursor.execute(f"SELECT {shown} FROM plan.{quoted(model.table)} ORDER BY {order}")
        names = [entry[0] for entry in cursor.description or []]
        while chunk := cursor.fetchmany(size):
            yield [_row(model, dict(zip(names, values, strict=True))) for values in chunk]

    def keys(self, model: Model) -> Iterator[tuple[str, bool]]:
        """(source key, whether it is left out on purpose) of every row; who only waits for the pilot's end is not."""
        skip = pilot.LEFT_OUT if "_skip" in self._columns("plan", model.table) else "false"
        cursor = self._connection.cursor()
        cursor.execute(f"SELECT {KEY}, {skip} FROM plan.{quoted(model.table)} ORDER BY {KEY}")
        while chunk := cursor.fetchmany(10_000):
            yield from chunk

    def resource_table(
        self,
        resource: Resource,
        creators: list[Model],
        ids: Iterable[tuple[str, int]],
        reference: Iterable[Mapping[str, Any]],
        *,
        provisional: bool,
    ) -> None:
        """`splynx.<resource>`: known ids by source key, provisional ids for new keys, and records nobody migrated.

        `reference`: rows of Splynx's own list (with `id`); those whose id is already known by a source key are left
        out. `provisional`: whether keys without an id get a provisional one (false for a section that is not loaded
        now).
        """
        table = f"splynx.{quoted(resource.name)}"
        self._load("known", {KEY: "VARCHAR", "id": "BIGINT"}, ({KEY: k, "id": i} for k, i in ids))
        read = {
            name: _read_type(name, kind) for name, kind in resource.read.items() if name not in {"id", KEY, ATTRIBUTES}
        }
        # Splynx shows numbers as texts, too ("3.0000"), and gives nothing as "": read as text, then cast what can be
        # cast.
        self._load("listed_text", {"id": "BIGINT", **dict.fromkeys(read, "VARCHAR")}, reference)
        cast = "".join(f", TRY_CAST({quoted(name)} AS {kind}) AS {quoted(name)}" for name, kind in read.items())
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE listed AS SELECT id{cast} FROM listed_text")
        parts = [self._creator_part(model, provisional=provisional) for model in creators]
        made = " UNION ALL BY NAME ".join(parts) if parts else None
        columns = ", ".join(quoted(name) for name in ("id", *read))
        listed = f"SELECT NULL::VARCHAR AS {KEY}, {columns} FROM listed " + (
            "WHERE id NOT IN (SELECT id FROM known WHERE id IS NOT NULL)" if parts else ""
        )
        if made is None:
            # Nobody makes it in this mapping: what Splynx lists, plus the keys that earlier runs wrote.
            # What was never listed (large resources) is known by the ledger alone.
            unlisted = self._connection.execute("SELECT count(*) = 0 FROM listed").fetchone() == (True,)
            self._connection.execute(
                f"CREATE OR REPLACE TABLE {table} AS SELECT k.{KEY}, coalesce(l.id, k.id) AS id, l.* EXCLUDE (id) "
                f"FROM listed l {'FULL' if unlisted else 'LEFT'} JOIN known k ON l.id = k.id"
            )
            return
        self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS ({made}) UNION ALL BY NAME ({listed})")
        self._align(table, read)

    def _creator_part(self, model: Model, *, provisional: bool) -> str:
        name = f"plan.{quoted(model.table)}"
        columns = self._columns("plan", model.table)
        fields = [c for c in columns if c not in RESERVED | {KEY, "id"}]
        fresh = "NULL"
        if provisional:
            fresh = f"({PROVISIONAL - self._provisional} - row_number() OVER (ORDER BY m.{KEY}))"
            count = self._connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            self._provisional += int(count[0]) if count else 0
        where = []
        if "_skip" in columns:
            where.append(pilot.KNOWN)
        if not provisional:
            where.append("k.id IS NOT NULL")
        listed = "".join(f", m.{quoted(c)}" for c in fields)
        return (
            f"SELECT m.{KEY}, coalesce(k.id, {fresh})::BIGINT AS id{listed} FROM {name} m "
            f"LEFT JOIN known k USING ({KEY})" + (f" WHERE {' AND '.join(where)}" if where else "")
        )

    def _align(self, table: str, read: Mapping[str, str]) -> None:
        """Readable columns that neither a model nor the list gave, as NULL: a model may name any of them."""
        have = {row[0] for row in self._connection.execute(f"DESCRIBE {table}").fetchall()}
        for name, kind in read.items():
            if name not in have:
                self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(name)} {kind}")

    def ids(self, resource: str) -> dict[str, int]:
        """source key → id (maybe provisional) of `splynx.<resource>`."""
        rows = self._connection.execute(
            f"SELECT {KEY}, id FROM splynx.{quoted(resource)} WHERE {KEY} IS NOT NULL AND id IS NOT NULL"
        ).fetchall()
        return {str(key): int(number) for key, number in rows}

    # -- inside --------------------------------------------------------------------------------------------------

    def _columns(self, schema: str, table: str) -> list[str]:
        return [row[0] for row in self._connection.execute(f"DESCRIBE {schema}.{quoted(table)}").fetchall()]

    def _load(self, table: str, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows into a temporary table by way of a file: DuckDB's row-by-row insert is slow."""
        spec = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items()) + "}"
        with tempfile.NamedTemporaryFile("w", dir=self._workspace, suffix=".ndjson", delete=False) as file:
            for row in rows:
                file.write(json.dumps({name: _cell(row.get(name)) for name in columns}, default=str) + "\n")
        path = Path(file.name)
        try:
            self._connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {quoted(table)} AS SELECT * FROM "
                f"read_json('{path}', format = 'newline_delimited', columns = {spec})"
            )
        finally:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def _check_columns(self, model: Model, columns: list[str]) -> None:
        if KEY not in columns:
            raise ModelError(model.path, "the SELECT has no column `source_key`.", line=model.first_line)
        if model.mode == "patch" and "id" not in columns:
            raise ModelError(model.path, "a patch needs the column `id` (the Splynx id).", line=model.first_line)
        allowed = set(model.resource.fields) | {KEY, ATTRIBUTES} | RESERVED
        allowed |= set(model.resource.item_parameters) | set(model.resource.collection_parameters)
        if model.mode == "patch":
            allowed.add("id")
        if model.resource.upload is None and (files := sorted(set(columns) & set(FILE_COLUMNS))):
            raise ModelError(
                model.path, f"Splynx takes no file with {model.resource.name}: `{files[0]}`.", line=model.first_line
            )
        for column in columns:
            if column not in allowed:
                line = next((n for n, text in enumerate(model.sql.splitlines()) if column in text), 0)
                raise ModelError(
                    model.path,
                    f"`{column}` is no field of {model.resource.name}.",
                    line=model.first_line + line,
                    remedy="See docs/splynx for the fields, or begin its name with one of "
                    + ", ".join(sorted(RESERVED))
                    + ".",
                )

    def _check_keys(self, model: Model, table: str) -> None:
        bad = self._connection.execute(
            f"SELECT {KEY}, count(*) FROM {table} GROUP BY 1 HAVING {KEY} IS NULL OR count(*) > 1 ORDER BY 1 LIMIT 3"
        ).fetchall()
        if bad:
            shown = ", ".join(f"{key!r} ({number}×)" for key, number in bad)
            raise ModelError(
                model.path,
                f"source_key must be there once per row; found {shown}.",
                line=model.first_line,
                remedy="Look at the joins.",
            )


def _read_type(name: str, kind: str) -> str:
    if kind in {"number", "decimal"}:
        return "BIGINT" if name.endswith("_id") else "DECIMAL(19,4)"
    return "VARCHAR"


def _cell(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


def _row(model: Model, values: dict[str, Any]) -> Row:
    key = str(values.pop(KEY))
    reject = values.pop("_reject", None)
    skip = values.pop("_skip", None)
    label = values.pop("_label", None)
    account = values.pop(pilot.ACCOUNT, None)
    values.pop(POSITION, None)
    own = values.pop("id", None) if model.mode == "patch" else None
    file = FileSource(*(values.pop(name, None) or None for name in FILE_COLUMNS))
    parts = [*str(reject).split("|"), "", ""][:3] if reject else None
    return Row(
        source_key=key,
        fields=values,
        id=int(own) if own is not None and str(own).lstrip("-").isdigit() else own,
        label=str(label or f"{model.resource.name} {key}"),
        reject=(parts[0].strip(), parts[1].strip(), parts[2].strip()) if parts else None,
        skip=str(skip) if skip else None,
        file=file if file.path or file.content else None,
        account=None if account is None else str(account),
        file_name=file.name or (PurePath(file.path).name if file.path else None),
    )
