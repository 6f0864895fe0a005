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
from target_splynx.accounting.tables import fates
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
    newest = fates(stage.connection, graph, ledger, settings.workspace)
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
    account.read = _number(connection, "SELECT count(*) FROM row_keys")
    for outcome, why, number, keys in _verdicts(connection, told, parts, read=read, examples=examples):
        account.counts[outcome] += number
        account.why[outcome, why] = number
        if outcome == "unaccounted":
            account.examples[why] = keys
    account.why = dict(sorted(account.why.items(), key=lambda entry: (-entry[1], entry[0])))
    return account


def _verdicts(
    connection: duckdb.DuckDBPyConnection, told: Companion | None, parts: PartsFor, *, read: bool, examples: int
) -> Iterator[tuple[str, str, int, list[str]]]:
    """(outcome, rule or reason, rows, keys of the first ones) of one stream."""
    if told is None:
        verdict = "unaccounted|there is no accounting file for it" if read else f"skipped|{UNREAD}"
        yield from _summed(connection, f"SELECT id, '{verdict}' AS verdict FROM row_keys", examples)
        return
    columns = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in COLUMNS)
    try:
        parts.make(told)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE told AS SELECT {columns} FROM ({told.sql}\n)")
    except (duckdb.Error, ModelError) as error:
        why = f"accounting/{told.name}.sql: {str(error).splitlines()[0]}".replace("'", "''")
        yield from _summed(connection, f"SELECT id, 'unaccounted|{why}' AS verdict FROM row_keys", examples)
        return
    # One join at a time: the memory of a run is small, and a stream may have a million rows.
    for statement in _FAULTS:
        connection.execute(statement)
    yield from _summed(connection, "SELECT id, verdict FROM faults", examples)
    yield from _summed(connection, _JUDGEMENT, examples)


_FAULTS = (
    """CREATE OR REPLACE TEMP TABLE faults AS
    SELECT id, 'unaccounted|the stream has no such row' AS verdict FROM told ANTI JOIN row_keys USING (id)""",
    """INSERT INTO faults
    SELECT id, 'unaccounted|the accounting file does not name it' FROM row_keys ANTI JOIN told USING (id)""",
    """INSERT INTO faults
    SELECT id, 'unaccounted|the accounting file names it ' || count(*) || ' times'
    FROM told GROUP BY id HAVING count(*) > 1""",
)
_JUDGEMENT = """
SELECT
    told.id,
    CASE
        WHEN told.skip IS NOT NULL THEN 'skipped|' || told.skip
        WHEN told.model IS NULL THEN 'unaccounted|neither a model nor a rule'
        WHEN known.section IS NULL THEN 'unaccounted|there is no model ' || told.model
        WHEN coalesce(told.part, 'written') NOT IN ('written', 'merged')
            THEN 'unaccounted|part is ' || told.part || ', not written or merged'
        WHEN fate.source_key IS NULL THEN 'unaccounted|' || told.model || ' yields no row for it'
        WHEN fate.skip IS NOT NULL THEN 'skipped|' || fate.skip
        WHEN NOT known.planned THEN 'skipped|section ' || known.section || ' is not loaded'
        WHEN fate.decision IN ('rejected', 'blocked') THEN 'rejected|' || coalesce(fate.reason, fate.decision)
        WHEN fate.record IN ('live', 'ended') THEN coalesce(told.part, 'written') || '|' || told.model
        WHEN fate.decision IS NOT NULL OR fate.record = 'deleted' THEN 'pending|' || told.model
        WHEN fate.reject IS NOT NULL THEN 'rejected|' || fate.reject
        -- A change that changes nothing needs no record.
        WHEN known.mode = 'patch' THEN coalesce(told.part, 'written') || '|' || told.model
        ELSE 'unaccounted|' || told.model || ' planned nothing for it'
    END AS verdict
FROM (SELECT * FROM told ANTI JOIN faults USING (id)) AS told
LEFT JOIN known_models AS known ON known.model = told.model
LEFT JOIN fates AS fate ON fate.model = told.model AND fate.source_key = told.source_key
"""


def _summed(
    connection: duckdb.DuckDBPyConnection, query: str, examples: int
) -> Iterator[tuple[str, str, int, list[str]]]:
    """Verdicts of a query (id, verdict) with their rows; keys only of those that nobody can account for."""
    rows = connection.execute(
        f"SELECT verdict, count(*), min(id, {int(examples)}) FILTER (WHERE starts_with(verdict, 'unaccounted|')) "
        f"FROM ({query}) GROUP BY verdict"
    ).fetchall()
    for verdict, number, keys in rows:
        outcome, _, why = str(verdict).partition("|")
        yield outcome, why, int(number), sorted((keys or []), key=lambda key: (len(key), key))


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
