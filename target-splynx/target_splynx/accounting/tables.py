"""The tables that accounting joins: rows of the plan, records and operations of the ledger.

In: the stage's connection, the graph, a `Ledger`. Out: temporary tables `planned_rows` (model, source_key, skip,
reject), `record_states` (model, source_key, state), `decided` (model, source_key, state, reason).
"""

from __future__ import annotations

import contextlib
import csv
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from target_splynx.ledger import outcomes
from target_splynx.ledger.store import Ledger
from target_splynx.modelling.dependencies import Graph
from target_splynx.stage.types import quoted

_NULL = "\\N"


def planned_rows(connection: duckdb.DuckDBPyConnection, graph: Graph) -> None:
    """Every row that a model yielded when models were last evaluated."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE planned_rows (model VARCHAR, source_key VARCHAR, skip VARCHAR, reject VARCHAR)"
    )
    made = {
        name
        for (name,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'plan'"
        ).fetchall()
    }
    for model in graph.order:
        if model.table not in made:
            continue
        table = f"plan.{quoted(model.table)}"
        columns = {row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()}
        skip = "CAST(_skip AS VARCHAR)" if "_skip" in columns else "NULL"
        reject = "trim(split_part(CAST(_reject AS VARCHAR), '|', 1))" if "_reject" in columns else "NULL"
        connection.execute(
            f"INSERT INTO planned_rows SELECT ?, CAST(source_key AS VARCHAR), {skip}, {reject} FROM {table}",
            [model.name],
        )


def ledger_rows(connection: duckdb.DuckDBPyConnection, ledger: Ledger, workspace: Path) -> dict[str, int]:
    """Records, and what the newest run of each model decided. Returns model → that run."""
    newest = outcomes.planned_in(ledger)
    _load(connection, workspace, "record_states", ("model", "source_key", "state"), outcomes.states(ledger))
    _load(
        connection,
        workspace,
        "operations_now",
        ("model", "source_key", "state", "reason"),
        outcomes.decisions(ledger, newest),
    )
    # A record may be adopted and changed in one run: what went wrong counts, then what is not done yet.
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE decided AS "
        "SELECT model, source_key, arg_min(state, rank) AS state, arg_min(reason, rank) AS reason FROM ("
        "SELECT *, CASE WHEN state IN ('rejected', 'blocked') THEN 1 WHEN state = 'done' THEN 3 ELSE 2 END AS rank "
        "FROM operations_now) GROUP BY model, source_key"
    )
    return newest


def _load(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str | None]],
) -> None:
    """Rows of text into a temporary table by way of a file: DuckDB's row-by-row insert is slow."""
    with tempfile.NamedTemporaryFile(
        "w", dir=folder, suffix=".csv", delete=False, newline="", encoding="utf-8"
    ) as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([_NULL if cell is None else cell for cell in row] for row in rows)
    path = Path(file.name)
    spec = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in columns) + "}"
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM read_csv('{path}', columns = {spec}, "
            "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '\\N', "
            "allow_quoted_nulls = true)"
        )
    finally:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
