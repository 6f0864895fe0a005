"""The plan: models are evaluated in order, each row becomes an operation or nothing.

In: graph of models, stage, ledger, live contract, existing records. Out: operations in the ledger, `PlanSummary`.
Nothing is written to Splynx here. The whole plan exists before the first write.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from target_splynx.contract.live import LiveContract
from target_splynx.contract.resource import resources
from target_splynx.errors import ModelError, Stopped
from target_splynx.ledger.entries import Operation
from target_splynx.ledger.store import Ledger
from target_splynx.modelling.dependencies import Graph
from target_splynx.modelling.evaluate import Evaluator
from target_splynx.modelling.model import Model
from target_splynx.planning import pilot
from target_splynx.planning.adoption import Match, compared_fields
from target_splynx.planning.billed import Billed
from target_splynx.planning.engine_tables import fill
from target_splynx.planning.existing import Existing
from target_splynx.planning.files import FileStore, named
from target_splynx.planning.gone import farewells
from target_splynx.planning.large import LARGE
from target_splynx.planning.obstacles import obstacles
from target_splynx.planning.rows import RowPlanner
from target_splynx.planning.summary import ModelCounts, PlanSummary
from target_splynx.planning.turning import turning
from target_splynx.stage.store import Stage

logger = logging.getLogger(__name__)


class Planner:
    """Plans one run."""

    def __init__(
        self,
        *,
        run: int,
        graph: Graph,
        active: frozenset[str],
        stage: Stage,
        ledger: Ledger,
        live: LiveContract,
        existing: Existing,
        evaluator: Evaluator,
        billed: Billed,
        on_delete: str | Mapping[str, str] = "ignore",
        files: FileStore | None = None,
    ) -> None:
        """`active`: names of the models that are loaded now; the others are evaluated only because models read them."""
        self._run, self._graph, self._active = run, graph, active
        self._stage, self._ledger = stage, ledger
        self._existing, self._evaluator, self._on_delete = existing, evaluator, on_delete
        self._billed = billed
        self._stopped = obstacles(graph, stage)
        self._creators: dict[str, list[Model]] = {}
        for model in graph.order:
            if model.mode == "create" and model.name not in self._stopped:
                self._creators.setdefault(model.resource.name, []).append(model)
        self._matches: dict[str, dict[str, Match]] = {}  # model → source key → existing record
        self._existing_ids: dict[str, dict[str, str]] = {}  # model → source key → id of an adopted record
        self._parts_made: set[str] = set()
        self._turning: dict[str, dict[str, int]] = {}  # resource → source key → id of what becomes such a record
        self._rows = RowPlanner(ledger=ledger, live=live, existing=existing, files=files)

    def plan(self, stop: threading.Event) -> PlanSummary:
        """Evaluate everything, in order.

        Raises:
            Stopped: `stop` was set by a signal.
        """
        summary = PlanSummary()
        fill(self._evaluator, self._graph, self._stage, self._ledger)
        self._reference_tables()
        for model in self._graph.order:
            if model.name in self._active:
                summary.models[model.name] = ModelCounts(problem=self._stopped.get(model.name, ""))
        for model in self._graph.order:
            if model.name in self._stopped:
                if model.name in self._active:
                    logger.error("%s is not planned: %s", model.name, self._stopped[model.name])
                continue
            if stop.is_set():
                raise Stopped("Stopped by a signal while planning: nothing was written. Run again to go on.")
            started = time.monotonic()
            self._evaluate(model)
            for ready in self._ready_after(model):
                if ready.name in self._active:
                    counts = summary.models[ready.name]
                    self._plan_rows(ready, counts)
                    counts.seconds = time.monotonic() - started
                    logger.info("planned %s: %s", ready.name, counts)
        return summary

    def _reference_tables(self) -> None:
        """Tables of resources that no model makes."""
        wanted = {r for reads in self._graph.reads.values() for r in reads.resources} - set(self._creators)
        for name in sorted(wanted):
            resource = resources().get(name)
            if resource is None:
                readers = [m for m in self._graph.order if name in self._graph.reads[m.name].resources]
                raise ModelError(
                    readers[0].path, f"`splynx.{name}` is no resource of Splynx.", remedy="See docs/splynx."
                )
            listed = [] if name in LARGE else self._existing.listing(resource)
            self._evaluator.resource_table(resource, [], self._ids(name), listed, provisional=False)

    def _ids(self, resource: str) -> Iterator[tuple[str, int]]:
        creators = [model.name for model in self._creators.get(resource, ())]
        for key, splynx_id in self._ledger.ids(resource, creators):
            if splynx_id.lstrip("-").isdigit():
                yield key, int(splynx_id)
        for model in self._creators.get(resource, ()):
            for key, splynx_id in self._existing_ids.get(model.name, {}).items():
                if splynx_id.lstrip("-").isdigit():
                    yield key, int(splynx_id)
        yield from self._turning.get(resource, {}).items()

    # -- one model -----------------------------------------------------------------------------------------------

    def _evaluate(self, model: Model) -> None:
        """Run the SELECT; after the last model that makes a resource, make the table that other models join."""
        for part in self._graph.parts:
            if part.name in self._graph.reads[model.name].parts and part.name not in self._parts_made:
                self._evaluator.run_part(part)
                self._parts_made.add(part.name)
        self._evaluator.run(model)
        if model.becomes and model.name in self._active:
            self._turning[model.becomes] = turning(
                model, self._evaluator, self._ledger, self._creators.get(model.becomes, ())
            )
        if model.mode != "create":
            return
        if model.name in self._active:
            self._matches[model.name] = self._match(model)
        if self._creators[model.resource.name][-1] is model:
            self._make_resource_table(model)

    def _ready_after(self, model: Model) -> list[Model]:
        """Models whose rows can be planned now: ids are known once all models of a resource were evaluated."""
        if model.mode == "patch":
            return [model]
        creators = self._creators[model.resource.name]
        return creators if creators[-1] is model else []

    def _plan_rows(self, model: Model, counts: ModelCounts) -> None:
        ids = self._evaluator.ids(model.resource.name) if model.mode == "create" else {}
        ids = self._turning.get(model.becomes, {}) if model.becomes else ids
        turned = self._turning.get(model.resource.name, {})
        matches = self._matches.get(model.name, {})
        for chunk in self._evaluator.rows(model):
            counts.read += len(chunk)
            records = self._ledger.records(model.name, [row.source_key for row in chunk])
            planned: list[Operation] = []
            for row in chunk:
                key = row.source_key
                planned += self._rows.plan(
                    model,
                    row,
                    records.get(key),
                    own=ids.get(key),
                    match=matches.get(key),
                    counts=counts,
                    turned=key in turned and model.mode == "create",
                )
            self._ledger.add_operations(self._run, planned)
        self._plan_gone(model, counts)

    def _make_resource_table(self, model: Model) -> None:
        resource = model.resource
        read_by_models = any(resource.name in reads.resources for reads in self._graph.reads.values())
        reads_list = read_by_models and resource.name not in LARGE | {"additional_fields"}
        listed = self._existing.listing(resource) if reads_list else []
        creators = self._creators[resource.name]
        provisional = any(creator.name in self._active for creator in creators)
        self._evaluator.resource_table(resource, creators, self._ids(resource.name), listed, provisional=provisional)

    def _match(self, model: Model) -> dict[str, Match]:
        """Existing records for keys that the ledger does not know, or why it cannot be told which."""
        known = {*self._ledger.keys(model.name, ("live", "ended")), *self._turning.get(model.resource.name, ())}
        names = compared_fields(model)
        wanted: list[tuple[str, dict[str, Any]]] = []
        for chunk in self._evaluator.rows(model, files=False):
            wanted += [
                (row.source_key, {name: row.fields.get(name) for name in (*names, "module")} | named(row.file_name))
                for row in chunk
                if row.source_key not in known and not row.skip
            ]
        taken: dict[str, set[str]] = {}
        for key, splynx_id in self._ledger.ids(model.resource.name) if wanted else ():
            taken.setdefault(splynx_id, set()).add(key)
        found = self._existing.find(model, wanted, taken)
        self._existing_ids[model.name] = {
            key: str(model.resource.record_id(match.row)) for key, match in found.items() if match.row is not None
        }
        return found

    def _plan_gone(self, model: Model, counts: ModelCounts) -> None:
        """Records whose source row is no more."""
        policy = model.on_delete or (
            self._on_delete if isinstance(self._on_delete, str) else self._on_delete.get(model.resource.name, "ignore")
        )
        if policy == "ignore" or (model.mode == "patch" and not _can_end(model, policy)):
            return
        here = {key for key, skipped in self._evaluator.keys(model) if not skipped}
        gone = [key for key in self._ledger.keys(model.name) if key not in here]
        planned: list[Operation] = []
        leaving = pilot.leaving(self._stage.connection, model, self._ledger.records(model.name, gone).values())
        billed = (
            self._billed.among(model.resource, [r.splynx_id for r in leaving]) if policy == "delete" else frozenset()
        )
        for farewell in farewells(model, policy, leaving, billed):
            if farewell.state == "rejected":
                counts.rejected += 1
                planned.append(self._rows.numbered(farewell))
                continue
            refused = self._rows.refused_before(model, farewell, counts)
            planned += refused or [self._rows.numbered(farewell)]
            counts.delete += not refused and farewell.action == "delete"
            counts.end += not refused and farewell.action == "end"
        self._ledger.add_operations(self._run, planned)


def _can_end(patch: Model, policy: str) -> bool:
    """A patch is undone where its record can be deleted by itself, or where its model says how it is given back."""
    return (policy == "delete" and patch.resource.stands_alone) or (patch.on_delete == "end" and bool(patch.end))
