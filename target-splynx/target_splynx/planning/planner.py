"""The plan: models are evaluated in order, each row becomes an operation or nothing.

In: graph of models, stage, ledger, live contract, existing records. Out: operations in the ledger, `PlanSummary`.
Nothing is written to Splynx here. The whole plan exists before the first write.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from target_splynx.contract.live import LiveContract
from target_splynx.contract.resource import resources
from target_splynx.contract.values import Problem
from target_splynx.errors import ModelError, Stopped
from target_splynx.ledger.entries import Operation, Record
from target_splynx.ledger.store import CANNOT_CHANGE, Ledger
from target_splynx.modelling.dependencies import Graph
from target_splynx.modelling.evaluate import Evaluator, Row
from target_splynx.modelling.model import Model
from target_splynx.planning import pilot
from target_splynx.planning.adoption import Match, compared_fields
from target_splynx.planning.billed import Billed
from target_splynx.planning.diff import before_image, changes, is_provisional, references
from target_splynx.planning.engine_tables import fill
from target_splynx.planning.existing import Existing, held_fields
from target_splynx.planning.files import FILE, FileStore
from target_splynx.planning.gone import farewells
from target_splynx.planning.large import LARGE
from target_splynx.planning.obstacles import obstacles
from target_splynx.planning.payload import build, missing
from target_splynx.planning.summary import ModelCounts, PlanSummary
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
        self._stage, self._ledger, self._live = stage, ledger, live
        self._existing, self._evaluator, self._on_delete = existing, evaluator, on_delete
        self._billed = billed
        self._files = files
        self._stopped = obstacles(graph, stage)
        self._creators: dict[str, list[Model]] = {}
        for model in graph.order:
            if model.mode == "create" and model.name not in self._stopped:
                self._creators.setdefault(model.resource.name, []).append(model)
        self._adopted: dict[str, tuple[dict[str, Match], dict[str, Match]]] = {}
        self._failing: dict[int, int] = {}  # provisional id of a rejected or blocked record → its operation
        self._planned_attributes: dict[str, set[str]] = {}
        self._existing_ids: dict[str, dict[str, str]] = {}  # model → source key → id of an adopted record
        self._parts_made: set[str] = set()
        self._refused_model = ""
        self._refused: dict[str, Operation] = {}
        self._next_operation = ledger.next_operation_id()

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

    # -- one model -----------------------------------------------------------------------------------------------

    def _evaluate(self, model: Model) -> None:
        """Run the SELECT; after the last model that makes a resource, make the table that other models join."""
        for part in self._graph.parts:
            if part.name in self._graph.reads[model.name].parts and part.name not in self._parts_made:
                self._evaluator.run_part(part)
                self._parts_made.add(part.name)
        self._evaluator.run(model)
        if model.mode != "create":
            return
        if model.name in self._active:
            self._adopted[model.name] = self._adopt(model)
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
        adopted, ambiguous = self._adopted.get(model.name, ({}, {}))
        for chunk in self._evaluator.rows(model):
            counts.read += len(chunk)
            records = self._ledger.records(model.name, [row.source_key for row in chunk])
            planned: list[Operation] = []
            for row in chunk:
                planned += self._plan_row(model, row, records.get(row.source_key), ids, adopted, ambiguous, counts)
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

    def _adopt(self, model: Model) -> tuple[dict[str, Match], dict[str, Match]]:
        """Existing records for keys that the ledger does not know, and keys of which it cannot be told."""
        known = set(self._ledger.keys(model.name, ("live", "ended")))
        names = compared_fields(model)
        wanted: list[tuple[str, dict[str, Any]]] = []
        for chunk in self._evaluator.rows(model, files=False):
            wanted += [
                (row.source_key, {name: row.fields.get(name) for name in (*names, "module")})
                for row in chunk
                if row.source_key not in known and not row.skip
            ]
        taken: dict[str, set[str]] = {}
        for key, splynx_id in self._ledger.ids(model.resource.name) if wanted else ():
            taken.setdefault(splynx_id, set()).add(key)
        adopted: dict[str, Match] = {}
        ambiguous: dict[str, Match] = {}
        for key, found in self._existing.find(model, wanted, taken).items():
            (ambiguous if found.row is None else adopted)[key] = found
        self._existing_ids[model.name] = {
            key: str(model.resource.record_id(found.row or {})) for key, found in adopted.items()
        }
        return adopted, ambiguous

    def _plan_row(
        self,
        model: Model,
        row: Row,
        record: Record | None,
        ids: Mapping[str, int],
        adopted: Mapping[str, Match],
        ambiguous: Mapping[str, Match],
        counts: ModelCounts,
    ) -> list[Operation]:
        if row.skip:
            counts.skipped[row.skip] += 1
            return []
        if record is not None and record.state == "deleted":
            record = None
        payload, path, problems = build(
            model,
            row,
            known_attributes=self._attributes(model),
            files=self._files,
            absent=self._live.of(model.resource).absent,
        )
        own = ids.get(row.source_key)
        base = Operation(
            model=model.name,
            resource=model.resource.name,
            source_key=row.source_key,
            action="create",
            payload=payload,
            path=path,
            label=row.label,
            provisional_id=own if is_provisional(own) else None,
        )
        new = model.mode == "create" and record is None and row.source_key not in adopted
        if new:
            problems += missing(self._live.of(model.resource), payload, model)
        if stopped := self._stopped_row(base, row, ambiguous, problems, counts):
            return stopped
        if model.mode == "patch":
            return self._patch(model, base, row, record, counts)
        if record is not None:
            return self._change(model, replace(base, splynx_id=record.splynx_id), record.payload, counts)
        if not new:
            return self._adoption(model, base, adopted[row.source_key], counts)
        if refused := self._refused_before(model, base, counts):
            return refused
        counts.create += 1
        self._note_field(model, path, payload)
        return [self._numbered(base)]

    def _stopped_row(
        self,
        base: Operation,
        row: Row,
        ambiguous: Mapping[str, Match],
        problems: list[Problem],
        counts: ModelCounts,
    ) -> list[Operation]:
        """Why a row cannot be written, as a rejected or blocked operation; nothing when it can."""
        if row.reject:
            code, message, remedy = row.reject
            return self._rejected(base, counts, code, "", message, remedy)
        if row.source_key in ambiguous:
            match = ambiguous[row.source_key]
            several = f"Splynx has several records that this could be: {', '.join(match.ambiguous)}."
            return self._rejected(base, counts, match.code, "", match.message or several, match.remedy)
        if problems:
            first = problems[0]
            message = "; ".join(p.message for p in problems)
            return self._rejected(base, counts, first.code, first.field, message, first.remedy)
        for reference in references({"payload": base.payload, "path": base.path, "id": row.id}):
            if reference in self._failing:
                return self._blocked(base, counts, self._failing[reference])
        return []

    def _patch(
        self, model: Model, base: Operation, row: Row, record: Record | None, counts: ModelCounts
    ) -> list[Operation]:
        if row.id is None:
            return self._rejected(
                base,
                counts,
                "missing_reference",
                "id",
                f"There is no {model.resource.name} record to change.",
                "Look why the record itself was not written.",
            )
        old = record.payload if record else {}
        found = self._change(model, replace(base, splynx_id=str(row.id)), old, counts, fresh=record is None)
        return found if record or is_provisional(row.id) else self._existing.with_before(model, found)

    def _change(
        self, model: Model, base: Operation, old: Mapping[str, Any], counts: ModelCounts, *, fresh: bool = False
    ) -> list[Operation]:
        changed = changes(model.resource.fields, base.payload, old)
        self._note_field(model, base.path, base.payload)
        upload = model.resource.upload
        if not changed.get(FILE) or upload is None or upload.path is None:
            changed.pop(FILE, None)  # gone at the source, or there is no way to put another in its place
        if not changed and not (fresh and model.resource.action):  # an action without fields is done all the same
            counts.unchanged += 1
            return []
        if not model.resource.can_update:
            told = replace(base, action="update", provisional_id=None)
            if self._told_before(model, told):
                counts.skipped["changed at the source, and Splynx cannot follow (told before)"] += 1
                return []
            return self._rejected(
                told,
                counts,
                CANNOT_CHANGE,
                next(iter(changed)),
                f"Splynx has no way to change {model.resource.name} once it is made ({', '.join(sorted(changed))}).",
                "Change it in Splynx by hand, or undo the change at the source.",
            )
        update = replace(base, action="update", payload=changed, before=before_image(old, changed), provisional_id=None)
        if refused := self._refused_before(model, update, counts):
            return refused
        counts.update += 1
        return [self._numbered(update)]

    def _refused_before(self, model: Model, base: Operation, counts: ModelCounts) -> list[Operation]:
        """A reject when Splynx refused this very request and nothing has changed since; else nothing."""
        refusal = self._refusals(model).get(base.source_key)
        if refusal is None or (refusal.action, refusal.payload) != (base.action, base.payload):
            return []
        return self._rejected(
            base, counts, refusal.reason or "refused", refusal.field or "", refusal.message or "", refusal.remedy or ""
        )

    def _told_before(self, model: Model, base: Operation) -> bool:
        """Whether an earlier run said of this very change that Splynx has no way to make it."""
        earlier = self._refusals(model).get(base.source_key)
        return earlier is not None and (earlier.reason, earlier.payload) == (CANNOT_CHANGE, base.payload)

    def _adoption(self, model: Model, base: Operation, match: Match, counts: ModelCounts) -> list[Operation]:
        existing = match.row or {}
        found = replace(base, splynx_id=str(model.resource.record_id(existing)))
        held = held_fields(model, base.payload, existing)
        counts.adopt += 1
        adopt = replace(found, action="adopt", payload=held, provisional_id=None, matched_by=match.policy)
        return [self._numbered(adopt), *self._change(model, found, held, counts)]

    def _plan_gone(self, model: Model, counts: ModelCounts) -> None:
        """Records whose source row is no more."""
        policy = model.on_delete or (
            self._on_delete if isinstance(self._on_delete, str) else self._on_delete.get(model.resource.name, "ignore")
        )
        if policy == "ignore" or (model.mode == "patch" and not (policy == "delete" and model.resource.stands_alone)):
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
                planned.append(self._numbered(farewell))
                continue
            refused = self._refused_before(model, farewell, counts)
            planned += refused or [self._numbered(farewell)]
            counts.delete += not refused and farewell.action == "delete"
            counts.end += not refused and farewell.action == "end"
        self._ledger.add_operations(self._run, planned)

    # -- small things --------------------------------------------------------------------------------------------

    def _attributes(self, model: Model) -> frozenset[str]:
        live = self._live.of(model.resource).additional
        return live | frozenset(self._planned_attributes.get(model.resource.additional_fields or "", ()))

    def _refusals(self, model: Model) -> dict[str, Operation]:
        """What Splynx refused in earlier runs: the same payload is not sent again until something changed."""
        if self._refused_model != model.name:
            self._refused_model, self._refused = model.name, self._ledger.refusals(model.name)
        return self._refused

    def _note_field(self, model: Model, path: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
        if model.resource.name == "additional_fields":
            self._planned_attributes.setdefault(str(path.get("module")), set()).add(str(payload.get("name")))

    def _numbered(self, operation: Operation) -> Operation:
        if self._files is not None:
            self._files.keep(operation.payload)
        number = self._next_operation
        self._next_operation += 1
        return replace(operation, id=number)

    def _rejected(
        self, base: Operation, counts: ModelCounts, reason: str, field_name: str, message: str, remedy: str
    ) -> list[Operation]:
        counts.rejected += 1
        operation = self._numbered(
            replace(base, state="rejected", reason=reason, field=field_name, message=message, remedy=remedy)
        )
        if base.provisional_id is not None:
            self._failing[base.provisional_id] = operation.id
        return [operation]

    def _blocked(self, base: Operation, counts: ModelCounts, by: int) -> list[Operation]:
        counts.blocked += 1
        operation = self._numbered(
            replace(
                base,
                state="blocked",
                reason="blocked",
                blocked_by=by,
                message=f"It needs a record that was rejected (operation {by}).",
                remedy="Mend that one first.",
            )
        )
        if base.provisional_id is not None:
            self._failing[base.provisional_id] = operation.id
        return [operation]
