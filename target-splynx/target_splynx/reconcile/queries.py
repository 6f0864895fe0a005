"""Asking the stage: the mapping's files under `reconcile/`, with the shared parts that they read, as tables of DuckDB.

In: settings, stage, ledger. Out: the rows of each file. The files read the source's tables, shared parts and two
tables of the engine: `engine.records(model, source_key, resource, splynx_id, …)`, what lives in Splynx, and
`engine.rejects(model, source_key, reject)`, what was refused. They never read `splynx.*`: the source's side must not
come from Splynx.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from target_splynx.errors import MigrationError, StageError
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.written import RECORD_COLUMNS, REJECT_COLUMNS, refused, written
from target_splynx.modelling.companions import Companion, PartsFor, load
from target_splynx.modelling.dependencies import Reads, sql_error
from target_splynx.modelling.evaluate import Evaluator
from target_splynx.planning.engine_tables import fill
from target_splynx.reconcile.saved import FOLDER
from target_splynx.run import prepare_models
from target_splynx.settings import Settings
from target_splynx.stage.store import Stage

RESOURCES = (
    "customers",
    "customer_billing",
    "services_internet",
    "services_voice",
    "services_recurring",
    "services_bundle",
    "additional_discounts",
    "invoices",
    "transactions",
    "payments",
    "credit_notes",
)
"""Resources in which money and what is charged regularly live."""


@dataclass
class Queries:
    """The files, ready to be asked. `streams`: what they read of the source, through shared parts, too."""

    connection: duckdb.DuckDBPyConnection
    files: Mapping[str, Companion]
    streams: frozenset[str]

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of one file.

        Raises:
            ModelError: its SQL fails.
        """
        part = self.files[name].part
        try:
            # On the connection itself: settings are variables of a session, which a cursor does not share.
            cursor = self.connection.execute(part.sql)
        except duckdb.Error as error:
            raise sql_error(part, error) from None
        names = [column[0] for column in cursor.description or ()]
        while chunk := cursor.fetchmany(5000):
            yield from (dict(zip(names, values, strict=True)) for values in chunk)


def prepare(settings: Settings, stage: Stage, ledger: Ledger) -> Queries:
    """Evaluate what the files need.

    Raises:
        MigrationError: the mapping says nothing of money.
        StageError: a stream that is needed was never staged in full.
        ModelError: a file is wrong.
    """
    files = load(FOLDER, settings.mapping, settings.models_path)
    missing = {"accounts", "items", "lines"} - files.keys()
    if missing:
        raise MigrationError(
            f"The mapping {settings.mapping} does not say what its source's money comes to: {FOLDER}/"
            f"{', '.join(sorted(missing))}.sql are missing. `reconcile` works with mapping sonar, or with such files "
            "in `models_path`."
        )
    graph, _ = prepare_models(settings, stage)
    # What the last run left stays: `accounting` asks it.
    evaluator = Evaluator(stage.connection, settings.workspace, keep=True)
    evaluator.set_variables(settings.variables)
    fill(evaluator, graph, stage, ledger)
    parts = PartsFor(evaluator, graph.parts, stage.connection)
    found = Reads()
    for file in files.values():
        found |= parts.reads(file)
    if found.resources:
        raise MigrationError(
            f"{FOLDER}/*.sql read splynx.{min(found.resources)}, but the source's side must not come from Splynx."
        )
    if partial := sorted(found.streams - graph.optional.keys() - stage.complete()):
        raise StageError(
            f"Stream {partial[0]} was never staged in full, so nothing can be said of the money. Select it in the tap "
            "and run once with --full-refresh."
        )
    evaluator.engine_table("records", RECORD_COLUMNS, written(ledger, RESOURCES))
    evaluator.engine_table("rejects", REJECT_COLUMNS, refused(ledger, RESOURCES))
    for file in files.values():
        parts.make(file)
    return Queries(stage.connection, files, found.streams)
