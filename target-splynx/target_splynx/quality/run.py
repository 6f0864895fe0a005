"""Carries out the checks over what is staged. Neither Splynx nor the source is asked, nothing is written.

In: settings, stage. Out: one `Result` per check; all findings in the table `engine.findings`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from target_splynx.errors import ModelError
from target_splynx.ledger.store import Ledger
from target_splynx.modelling.companions import PartsFor
from target_splynx.modelling.evaluate import Evaluator
from target_splynx.planning import engine_tables
from target_splynx.quality.checks import COLUMNS, Check, load_checks
from target_splynx.run import prepare_models
from target_splynx.settings import Settings
from target_splynx.stage.store import Stage

_TYPES = ("VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR")


@dataclass(frozen=True)
class Result:
    """What a check found. `accounts`: how many accounts it concerns. `problem`: why it could not be carried out."""

    check: Check
    count: int = 0
    accounts: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)
    accepted: bool = False
    problem: str = ""

    @property
    def open(self) -> bool:
        """Whether a person must look: a grave finding that nobody accepted, or a check that could not run."""
        return bool(self.problem) or (self.count > 0 and self.check.grave and not self.accepted)


def run_checks(settings: Settings, stage: Stage, ledger: Ledger, *, examples: int = 3) -> list[Result]:
    """Every check of the mapping, the gravest first. `ledger`: for what parts ask of earlier runs.

    Raises:
        MigrationError: a setting or a file is wrong.
    """
    graph, _ = prepare_models(settings, stage)
    evaluator = Evaluator(stage.connection, settings.workspace, keep=True)
    evaluator.set_variables(settings.variables)
    engine_tables.fill(evaluator, graph, stage, ledger)
    parts = PartsFor(evaluator, graph.parts, stage.connection)
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(COLUMNS, _TYPES, strict=True))
    stage.connection.execute(f"CREATE OR REPLACE TABLE engine.findings (code VARCHAR, {columns})")
    accepted = set(settings.variables.get("accepted_findings") or ())
    return [
        _run(check, stage, parts, graph.optional, examples=examples, accepted=check.code in accepted)
        for check in load_checks(settings.mapping, settings.models_path)
    ]


def findings(connection: duckdb.DuckDBPyConnection, codes: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Every finding of the last `run_checks`, by code, stream and id; with `codes` only those."""
    names = ("code", *COLUMNS)
    where = "WHERE list_contains(?, code)" if codes else ""
    cursor = connection.cursor()
    cursor.execute(
        f"SELECT {', '.join(names)} FROM engine.findings {where} ORDER BY code, stream, TRY_CAST(id AS BIGINT), id",
        [list(codes)] if codes else [],
    )
    while chunk := cursor.fetchmany(2000):
        yield from (dict(zip(names, row, strict=True)) for row in chunk)


def _run(
    check: Check, stage: Stage, parts: PartsFor, optional: Iterable[str], *, examples: int, accepted: bool
) -> Result:
    if problem := _obstacle(check, stage, parts, optional):
        return Result(check, accepted=accepted, problem=problem)
    connection = stage.connection
    shown = ", ".join(f"CAST({name} AS VARCHAR)" for name in COLUMNS)
    try:
        parts.make(check.source)
        connection.execute(f"INSERT INTO engine.findings SELECT ?, {shown} FROM ({check.source.sql}\n)", [check.code])
    except (duckdb.Error, ModelError) as error:
        return Result(check, accepted=accepted, problem=str(error).splitlines()[0])
    row = connection.execute(
        "SELECT count(*), count(DISTINCT account_id) FROM engine.findings WHERE code = ?", [check.code]
    ).fetchone()
    count, accounts = row or (0, 0)
    few = list(_first(connection, check.code, examples)) if count else []
    return Result(check, int(count), int(accounts), few, accepted)


def _obstacle(check: Check, stage: Stage, parts: PartsFor, optional: Iterable[str]) -> str:
    try:
        found = parts.reads(check.source)
    except ModelError as error:
        return str(error)
    if found.resources:
        return f"it reads splynx.{min(found.resources)}; a check reads only the source."
    missing = sorted(found.streams.difference(optional, stage.complete()))
    return f"stream {missing[0]} was never staged in full: select it in the tap." if missing else ""


def _first(connection: duckdb.DuckDBPyConnection, code: str, number: int) -> Iterator[dict[str, Any]]:
    rows = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM engine.findings WHERE code = ? "
        "ORDER BY stream, TRY_CAST(id AS BIGINT), id LIMIT ?",
        [code, number],
    ).fetchall()
    yield from (dict(zip(COLUMNS, row, strict=True)) for row in rows)
