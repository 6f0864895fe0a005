"""What became of every row that models yielded: the plan's tables joined with the ledger.

In: the stage's connection, the graph, a `Ledger`. Out: the temporary table `fates` (model, source_key, skip and reject
as the model says, state of the record, decision of the newest run and its reason). One join at a time: the memory of a
run is small, and a ledger may hold millions of rows.
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


def fates(connection: duckdb.DuckDBPyConnection, graph: Graph, ledger: Ledger, workspace: Path) -> dict[str, int]:
    """Make `fates`. Returns model → the newest run that planned it."""
    newest = outcomes.planned_in(ledger)
    _planned_rows(connection, graph)
    _load(connection, workspace, "record_states", ("model", "source_key", "state"), outcomes.states(ledger))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE with_record AS SELECT planned.*, record.state AS record "
        "FROM planned_rows AS planned LEFT JOIN record_states AS record USING (model, source_key)"
    )
    _drop(connection, "planned_rows", "record_states")
    columns = ("model", "source_key", "state", "reason")
    _load(connection, workspace, "operations_now", columns, outcomes.decisions(ledger, newest))
    # A record may be adopted and changed in one run: what went wrong counts, then what is not done yet.
    rank = "CASE WHEN state IN ('rejected', 'blocked') THEN 1 WHEN state = 'done' THEN 3 ELSE 2 END"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE decided AS SELECT model, source_key, arg_min(state, {rank}) AS decision, "
        f"arg_min(reason, {rank}) AS reason FROM operations_now GROUP BY model, source_key"
    )
    _drop(connection, "operations_now")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE fates AS SELECT known.*, decided.decision, decided.reason "
        "FROM with_record AS known LEFT JOIN decided USING (model, source_key)"
    )
    _drop(connection, "with_record", "decided")
    return newest


def _planned_rows(connection: duckdb.DuckDBPyConnection, graph: Graph) -> None:
    """Every row that a model yielded when models were last evaluated."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE planned_rows (model VARCHAR, source_key VARCHAR, skip VARCHAR, reject VARCHAR)"
    )
    tables = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'plan'"
    made = {name for (name,) in connection.execute(tables).fetchall()}
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


def _drop(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    for table in tables:
        connection.execute(f"DROP TABLE {table}")


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
            "auto_detect = false, header = false, "
            "delim = ',', quote = '\"', escape = '\"', nullstr = '\\N', allow_quoted_nulls = true)"
        )
    finally:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
