"""What a model yields now, from what is staged: rows, and what a run would make of them. Nothing is written.

In: settings, stage, ledger (read only), client (reads only), the name of a model. Out: `Sketch`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from target_splynx.contract.live import LiveContract
from target_splynx.errors import MigrationError
from target_splynx.ledger.entries import Operation
from target_splynx.ledger.store import Ledger
from target_splynx.modelling.dependencies import Graph
from target_splynx.modelling.evaluate import Evaluator, Row
from target_splynx.modelling.model import Model
from target_splynx.planning.billed import Billed
from target_splynx.planning.existing import Existing
from target_splynx.planning.planner import Planner
from target_splynx.planning.summary import PlanSummary
from target_splynx.run import prepare_models
from target_splynx.settings import Settings
from target_splynx.splynx.client import Client
from target_splynx.stage.store import Stage


@dataclass
class Sketch:
    """A model with all that it needs, evaluated. `operations`: what a run would write of this model."""

    model: Model
    evaluator: Evaluator
    operations: dict[str, Operation]
    customers: dict[str, int]

    def rows(self, *, key: str | None = None, account: str | None = None) -> Iterator[Row]:
        """Rows of the model: of one source key, or those that belong to one account."""
        customer = None if account is None else self.customers.get(account)
        for chunk in self.evaluator.rows(self.model):
            for row in chunk:
                if (key is not None and row.source_key == key) or (
                    account is not None and self._belongs(row, account, customer)
                ):
                    yield row

    def _belongs(self, row: Row, account: str, customer: int | None) -> bool:
        resource = self.model.resource.name
        if resource == "customers" or resource.startswith("customer_"):
            if row.source_key == account:
                return True
            if customer is not None and customer in {row.id, row.fields.get("customer_id")}:
                return True
        return customer is not None and row.fields.get("customer_id") == customer


class _Unwritten(Ledger):
    """A ledger that only reads; what the planner would save is kept for a look."""

    def __init__(self, ledger: Ledger, model: str) -> None:
        self.engine = ledger.engine
        self.kept: dict[str, Operation] = {}
        self._model = model

    def add_operations(self, run: int, planned: Iterable[Operation]) -> None:  # noqa: ARG002 - the run is none
        for operation in planned:
            if operation.model == self._model:
                self.kept[operation.source_key] = operation


def sketch(settings: Settings, stage: Stage, ledger: Ledger, client: Client, name: str) -> Sketch:
    """Evaluate a model and everything that it reads.

    Raises:
        MigrationError: there is no such model, or it cannot run (the message says why).
    """
    graph, _ = prepare_models(settings, stage)
    model = find(graph, name)
    needed = _needed(graph, model)
    part = Graph(
        [m for m in graph.order if m.name in needed],
        {m: reads for m, reads in graph.reads.items() if m in needed},
        graph.parts,
        {m: waits & needed for m, waits in graph.waits_for.items() if m in needed},
        graph.optional,
    )
    evaluator = Evaluator(stage.connection, settings.workspace)
    evaluator.set_variables(settings.variables)
    unwritten = _Unwritten(ledger, model.name)
    summary: PlanSummary = Planner(
        run=0,
        graph=part,
        active=frozenset(needed),
        stage=stage,
        ledger=unwritten,
        live=LiveContract(client),
        existing=Existing(client, adopt=settings.adopt),
        billed=Billed(client),
        evaluator=evaluator,
        on_delete="ignore",
    ).plan(threading.Event())
    if model.name in summary.failed:
        raise MigrationError(f"{model.name}: {summary.failed[model.name]}")
    has_customers = any(m.resource.name == "customers" and m.mode == "create" for m in part.order)
    return Sketch(model, evaluator, unwritten.kept, evaluator.ids("customers") if has_customers else {})


def find(graph: Graph, name: str) -> Model:
    """A model by `section/name`, or by its file's name where that is clear.

    Raises:
        MigrationError: none, or several.
    """
    found = [m for m in graph.order if name in {m.name, m.name.split("/")[1]}]
    if len(found) == 1:
        return found[0]
    if found:
        raise MigrationError(f"{name!r} is several models: {', '.join(m.name for m in found)}.")
    near = [m.name for m in graph.order if name.casefold()[:4] in m.name]
    raise MigrationError(f"There is no model {name!r}." + (f" Near: {', '.join(near)}." if near else ""))


def _needed(graph: Graph, model: Model) -> set[str]:
    """The model, what it reads through all steps, and whoever else makes the same resources."""
    by_name = {m.name: m for m in graph.order}
    creators: dict[str, set[str]] = {}
    for each in graph.order:
        if each.mode == "create":
            creators.setdefault(each.resource.name, set()).add(each.name)
    needed: set[str] = set()
    todo = [model.name]
    while todo:
        name = todo.pop()
        if name in needed:
            continue
        needed.add(name)
        reads = set(graph.reads[name].resources) | {by_name[name].resource.name}
        if by_name[name].resource.additional_fields:
            reads.add("additional_fields")
        for resource in reads:
            todo += creators.get(resource, set())
    return needed
