"""Counts what became of every row of every stream that a migration reads.

In: settings, stage, ledger (nothing is asked of Splynx). Out: `Account` per stream. Each row has exactly one outcome:

* written: it is a record of its own in Splynx (also when it did not change lately);
* merged: it became part of another record;
* skipped: left out on purpose, by a rule with a name;
* rejected: refused or held back, with a reason (`splynx-migration rejects`);
* pending: planned, and not written yet (a dry run, or a run that was stopped);
* unaccounted: nobody can say. That is a fault, of a model or of its accounting file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb

from target_splynx.accounting.streams import COLUMNS, row_keys, told_streams
from target_splynx.accounting.tables import ledger_rows, planned_rows
from target_splynx.errors import ModelError, StageError
from target_splynx.ledger.store import Ledger
from target_splynx.modelling.companions import Companion, PartsFor
from target_splynx.modelling.dependencies import Graph
from target_splynx.modelling.evaluate import Evaluator
from target_splynx.run import prepare_models
from target_splynx.settings import Settings
from target_splynx.stage.fingerprint import evaluated_from_this
from target_splynx.stage.store import Stage

OUTCOMES = ("written", "merged", "skipped", "rejected", "pending", "unaccounted")
UNREAD = "no model reads this stream"


@dataclass
class Account:
    """One stream. `why`: (outcome, rule or reason) → rows. `examples`: keys of rows that nobody can account for."""

    stream: str
    sentence: str = ""
    read: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    why: dict[tuple[str, str], int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        """Whether every row is accounted for."""
        return self.counts["unaccounted"] == 0 and sum(self.counts.values()) == self.read


def count(settings: Settings, stage: Stage, ledger: Ledger, *, examples: int = 5) -> list[Account]:
    """All streams that were staged or that a model reads, by name.

    Raises:
        StageError: models have not been evaluated since records were staged, or since the models changed.
    """
    graph, _ = prepare_models(settings, stage)
    if not evaluated_from_this(stage, graph.order, graph.parts):
        raise StageError(
            "Records have been staged, or models changed, since the last plan: make a new one with `splynx-migration "
            "plan --refresh` (it reads Splynx and writes nothing), or run the pipeline."
        )
    evaluator = Evaluator(stage.connection, settings.workspace, keep=True)
    evaluator.set_variables(settings.variables)
    parts = PartsFor(evaluator, graph.parts, stage.connection, reuse=True)
    planned_rows(stage.connection, graph)
    newest = ledger_rows(stage.connection, ledger, settings.workspace)
    _models(stage.connection, graph, newest)
    told = told_streams(settings, graph)
    read = {stream for reads in graph.reads.values() for stream in reads.streams}
    staged = stage.streams()
    return [
        _account(stage, name, told.get(name), parts, read=name in read, examples=examples)
        for name in sorted(staged.keys() | read | told.keys())
        if name in staged
    ]


def _models(connection: duckdb.DuckDBPyConnection, graph: Graph, newest: dict[str, int]) -> None:
    """`known_models` (model, section, mode, planned): for the reasons."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE known_models (model VARCHAR, section VARCHAR, mode VARCHAR, planned BOOLEAN)"
    )
    connection.executemany(
        "INSERT INTO known_models VALUES (?, ?, ?, ?)",
        [[model.name, model.section, model.mode, model.name in newest] for model in graph.order],
    )


def _account(stage: Stage, name: str, told: Companion | None, parts: PartsFor, *, read: bool, examples: int) -> Account:
    account = Account(name, told.comment if told else "")
    connection = stage.connection
    connection.execute(f"CREATE OR REPLACE TEMP TABLE row_keys AS {row_keys(stage, name)}")
    if told is None:
        outcome, why = ("unaccounted", f"there is no accounting/{name}.sql") if read else ("skipped", UNREAD)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE outcomes AS SELECT id, '{outcome}' AS outcome, '{why}' AS why FROM row_keys"
        )
    else:
        _judge(connection, told, parts)
    for outcome, why, number in connection.execute(
        "SELECT outcome, why, count(*) FROM outcomes GROUP BY ALL ORDER BY count(*) DESC, why"
    ).fetchall():
        account.counts[outcome] += number
        account.why[outcome, why or ""] = number
    account.read = _number(connection, "SELECT count(*) FROM row_keys")
    account.examples = dict(_examples(connection, examples))
    return account


def _judge(connection: duckdb.DuckDBPyConnection, told: Companion, parts: PartsFor) -> None:
    """`outcomes` (id, outcome, why): one row per row of the stream, and one per row that the file invents."""
    columns = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in COLUMNS)
    try:
        parts.make(told)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE told AS SELECT {columns} FROM ({told.sql}\n)")
    except (duckdb.Error, ModelError) as error:
        why = f"accounting/{told.name}.sql: {str(error).splitlines()[0]}"
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE outcomes AS "
            "SELECT id, 'unaccounted' AS outcome, CAST(? AS VARCHAR) AS why FROM row_keys",
            [why],
        )
        return
    connection.execute(_JUDGEMENT)


_JUDGEMENT = """
CREATE OR REPLACE TEMP TABLE outcomes AS
WITH tellings AS (
    SELECT
        id, count(*) AS times, any_value(model) AS model, any_value(source_key) AS source_key,
        any_value(part) AS part, any_value(skip) AS skip
    FROM told
    GROUP BY id
),
joined AS (
    SELECT
        coalesce(here.id, told.id) AS id, here.id IS NULL AS invented, told.times, told.model, told.source_key,
        coalesce(told.part, 'written') AS part, told.skip, known.section, known.mode, known.planned AS model_planned,
        planned.source_key IS NOT NULL AS yielded, planned.skip AS row_skip, planned.reject AS row_reject,
        decided.state AS decision, decided.reason, record.state AS record
    FROM row_keys AS here
    FULL JOIN tellings AS told ON told.id = here.id
    LEFT JOIN known_models AS known ON known.model = told.model
    LEFT JOIN planned_rows AS planned ON planned.model = told.model AND planned.source_key = told.source_key
    LEFT JOIN decided ON decided.model = told.model AND decided.source_key = told.source_key
    LEFT JOIN record_states AS record ON record.model = told.model AND record.source_key = told.source_key
),
judged AS (
    SELECT
        id,
        CASE
            WHEN invented THEN ['unaccounted', 'the stream has no such row']
            WHEN times IS NULL THEN ['unaccounted', 'the accounting file does not name it']
            WHEN times > 1 THEN ['unaccounted', 'the accounting file names it ' || times || ' times']
            WHEN skip IS NOT NULL THEN ['skipped', skip]
            WHEN model IS NULL THEN ['unaccounted', 'neither a model nor a rule']
            WHEN section IS NULL THEN ['unaccounted', 'there is no model ' || model]
            WHEN part NOT IN ('written', 'merged') THEN ['unaccounted', 'part is ' || part || ', not written or merged']
            WHEN NOT yielded THEN ['unaccounted', model || ' yields no row for it']
            WHEN row_skip IS NOT NULL THEN ['skipped', row_skip]
            WHEN NOT model_planned THEN ['skipped', 'section ' || section || ' is not loaded']
            WHEN decision IN ('rejected', 'blocked') THEN ['rejected', coalesce(reason, decision)]
            WHEN record IN ('live', 'ended') THEN [part, model]
            WHEN decision IS NOT NULL OR record = 'deleted' THEN ['pending', model]
            WHEN row_reject IS NOT NULL THEN ['rejected', row_reject]
            -- A change that changes nothing needs no record.
            WHEN mode = 'patch' THEN [part, model]
            ELSE ['unaccounted', model || ' planned nothing for it']
        END AS verdict
    FROM joined
)
SELECT id, verdict[1] AS outcome, verdict[2] AS why FROM judged
"""


def _examples(connection: duckdb.DuckDBPyConnection, number: int) -> Iterator[tuple[str, list[str]]]:
    """Reason → keys of the first rows that nobody can account for."""
    rows = connection.execute(
        f"SELECT why, list(id ORDER BY TRY_CAST(id AS BIGINT), id)[:{int(number)}] FROM outcomes "
        "WHERE outcome = 'unaccounted' GROUP BY why ORDER BY why"
    ).fetchall()
    yield from ((str(why), [str(key) for key in keys]) for why, keys in rows)


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
