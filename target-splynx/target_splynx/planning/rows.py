"""What one row of a model becomes: operations, a reject, or nothing.

In: a row, what the ledger holds of it, which existing record it is. Out: numbered operations; counts of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from target_splynx.contract.live import LiveContract
from target_splynx.contract.values import Problem
from target_splynx.ledger.entries import Operation, Record
from target_splynx.ledger.store import CANNOT_CHANGE, Ledger
from target_splynx.modelling.evaluate import Row
from target_splynx.modelling.model import Model
from target_splynx.planning.adoption import Match
from target_splynx.planning.diff import before_image, changes, is_provisional, references
from target_splynx.planning.existing import Existing, held_fields
from target_splynx.planning.files import FILE, FileStore
from target_splynx.planning.payload import build, missing
from target_splynx.planning.summary import ModelCounts

HELD_BY_OTHERS = frozenset({"ipv4"})
"""Fields that Splynx refuses because another record has the value: it may be free by now, so each run asks again."""


class RowPlanner:
    """Plans the rows of one run, model by model in load order: who hangs on a rejected record waits for it."""

    def __init__(
        self, *, ledger: Ledger, live: LiveContract, existing: Existing, files: FileStore | None = None
    ) -> None:
        """`files`: where the contents of planned files wait."""
        self._ledger, self._live, self._existing, self._files = ledger, live, existing, files
        self._failing: dict[int, int] = {}  # provisional id of a rejected or blocked record → its operation
        self._planned_attributes: dict[str, set[str]] = {}
        self._refused_model = ""
        self._refused: dict[str, Operation] = {}
        self._next_operation = ledger.next_operation_id()

    def plan(
        self,
        model: Model,
        row: Row,
        record: Record | None,
        *,
        own: int | None,
        match: Match | None,
        counts: ModelCounts,
        turned: bool = False,
    ) -> list[Operation]:
        """One row. `record`: what the ledger holds of it; `own`: its id, maybe provisional; `match`: the existing
        record that it is, or why that cannot be told; `turned`: its record was one of another resource before."""
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
        row = replace(row, id=own) if turned else row
        new = model.mode == "create" and record is None and (match is None or match.row is None)
        if new:
            problems += missing(self._live.of(model.resource), payload, model)
        if stopped := self._stopped_row(base, row, match, problems, counts):
            return stopped
        if model.mode == "patch":
            return self._patch(model, base, row, record, counts)
        if record is not None:
            return self._change(model, replace(base, splynx_id=record.splynx_id), record.payload, counts)
        if match is not None and match.row is not None:
            return self._adoption(model, base, match, counts)
        if turned:
            return self._change(model, replace(base, splynx_id=str(own), provisional_id=None), {}, counts)
        if refused := self.refused_before(model, base, counts):
            return refused
        counts.create += 1
        self._note_field(model, path, payload)
        return [self.numbered(base)]

    def _stopped_row(
        self,
        base: Operation,
        row: Row,
        match: Match | None,
        problems: list[Problem],
        counts: ModelCounts,
    ) -> list[Operation]:
        """Why a row cannot be written, as a rejected or blocked operation; nothing when it can."""
        if row.reject:
            code, message, remedy = row.reject
            return self._rejected(base, counts, code, "", message, remedy)
        if match is not None and match.row is None:
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
        update = replace(
            base,
            action="update",
            payload=changed,
            before=before_image(old, changed),
            provisional_id=base.provisional_id if model.becomes else None,
        )
        if refused := self.refused_before(model, update, counts):
            return refused
        counts.update += 1
        return [self.numbered(update)]

    def refused_before(self, model: Model, base: Operation, counts: ModelCounts) -> list[Operation]:
        """A reject when Splynx refused this very request and nothing has changed since; else nothing."""
        refusal = self._refusals(model).get(base.source_key)
        if refusal is None or (refusal.action, refusal.payload) != (base.action, base.payload):
            return []
        if refusal.field in HELD_BY_OTHERS:
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
        return [self.numbered(adopt), *self._change(model, found, held, counts)]

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

    def numbered(self, operation: Operation) -> Operation:
        """The operation with the next free number; the files that it will send are kept for it."""
        if self._files is not None:
            self._files.keep(operation.payload)
        number = self._next_operation
        self._next_operation += 1
        return replace(operation, id=number)

    def _rejected(
        self, base: Operation, counts: ModelCounts, reason: str, field_name: str, message: str, remedy: str
    ) -> list[Operation]:
        counts.rejected += 1
        operation = self.numbered(
            replace(base, state="rejected", reason=reason, field=field_name, message=message, remedy=remedy)
        )
        if base.provisional_id is not None:
            self._failing[base.provisional_id] = operation.id
        return [operation]

    def _blocked(self, base: Operation, counts: ModelCounts, by: int) -> list[Operation]:
        counts.blocked += 1
        operation = self.numbered(
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
