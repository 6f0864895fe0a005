"""Planning a rollback: each thing that a run did becomes a delete, a restoration, or a line of what is left.

In: ledger, client, the run. Out: `UndoPlan`. Splynx is read, in lists; nothing is written, neither there nor in the
ledger. The plan follows from what the ledger and Splynx hold now, so that a rollback which was killed is simply
planned again.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from target_splynx.contract.resource import resources
from target_splynx.errors import MigrationError
from target_splynx.ledger.entries import Operation, Record
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.undoings import held_records, held_resources, newest_first
from target_splynx.planning.relations import Identity, identity, owner, parents
from target_splynx.readback import Expected, expect, read
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, SplynxError
from target_splynx.undo.compare import Restoration, after, changed_fields, restoration
from target_splynx.undo.guards import BILLED, IN_USE, guards

_BATCH = 1000


@dataclass
class UndoPlan:
    """A rollback before it begins. Operations are numbered.

    `forgets`: records that were only adopted, or whose old values are back already: the ledger alone changes.
    `after`: operation → what the ledger holds when it is done. `children`: operation → the deletes that come first.
    """

    deletes: list[Operation] = field(default_factory=list)
    restores: list[Operation] = field(default_factory=list)
    forgets: list[tuple[Operation, Record]] = field(default_factory=list)
    left: list[Operation] = field(default_factory=list)
    after: dict[int, Record] = field(default_factory=dict)
    children: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    undoes: list[tuple[int, int]] = field(default_factory=list)


class UndoPlanner:
    """Plans the rollback of one run."""

    def __init__(self, ledger: Ledger, client: Client, *, workers: int = 4, force: bool = False) -> None:
        """`force`: delete also what people changed or built upon since; never what Splynx has billed."""
        self._ledger, self._client, self._workers, self._force = ledger, client, workers, force
        self._created: dict[Identity, Operation] = {}
        self._changed: dict[str, list[tuple[Operation, Record]]] = defaultdict(list)  # by resource
        self._adopted: dict[tuple[str, str], tuple[Operation, Record]] = {}
        self._deleted: list[Operation] = []
        self._kept: dict[Identity, tuple[str, str, str]] = {}  # identity → code, fields, sentence
        self._edges: dict[Identity, set[Identity]] = defaultdict(set)  # what hangs on a doomed record
        self._numbers = itertools.count(ledger.next_operation_id())
        self._plan = UndoPlan()

    def plan(self, run: int) -> UndoPlan:
        """The rollback of everything that `run` did and that still stands.

        Raises:
            MigrationError: it cannot be seen what Splynx has billed.
        """
        self._collect(run)
        for resource in sorted({*held_resources(self._ledger), *self._changed}):
            overrides = self._look(resource)
            self._connect(resource, overrides)
        self._guard()
        self._spread()
        self._emit_deletes()
        for operation, record in self._adopted.values():
            self._forget(operation, replace(record, state="deleted"))
        for operation in self._deleted:
            self._leave(
                operation,
                "deleted",
                "It was deleted; Splynx has no way to bring it back under its number.",
                "While the source still has it, the next run makes it anew.",
            )
        return self._plan

    # -- what the run did ----------------------------------------------------------------------------------------

    def _collect(self, run: int) -> None:
        """Operations of the run that still stand, sorted by what they did."""
        stream = newest_first(self._ledger, run)
        while batch := list(itertools.islice(stream, _BATCH)):
            keys: dict[str, list[str]] = defaultdict(list)
            for operation in batch:
                keys[operation.model].append(operation.source_key)
            records = {model: self._ledger.records(model, found) for model, found in keys.items()}
            for operation in batch:
                self._sort(operation, records[operation.model].get(operation.source_key))

    def _sort(self, operation: Operation, record: Record | None) -> None:
        same_record = record is not None and record.splynx_id == operation.splynx_id
        if operation.action == "delete":
            if record is not None and record.state == "deleted" and same_record:
                self._deleted.append(operation)
            return
        if record is None or not same_record or record.state == "deleted":
            return  # undone already, or made anew by a later run
        if operation.action == "adopt":
            self._adopted[operation.model, operation.source_key] = (operation, record)
        elif operation.action == "create":
            own = identity(operation.resource, record.splynx_id, record.path)
            if resources()[operation.resource].can_delete:
                # The payload may be large, and a delete needs only the record's own address.
                self._created[own] = replace(operation, payload={}, path=record.path)
            else:
                self._leave(
                    operation,
                    "no_delete",
                    f"Splynx's API cannot delete {operation.resource}.",
                    "It goes out of sight with the record it belongs to, or is deleted by hand.",
                )
        else:
            self._changed[operation.resource].append((replace(operation, path=record.path), record))

    # -- what became of it since ---------------------------------------------------------------------------------

    def _look(self, resource: str) -> dict[tuple[str, str], dict[str, object]]:
        """Read back what the run touched. Returns payloads as they will be, by (model, source key)."""
        wanted: dict[str, dict[str, Expected]] = {}
        changed = {identity(resource, record.splynx_id, record.path) for _, record in self._changed.get(resource, ())}
        for record in held_records(self._ledger, resource):
            own = identity(resource, record.splynx_id, record.path)
            if owner(own) in self._created or own in changed:
                expect(wanted, record)
        if resource not in wanted:
            return {}
        rows: dict[Identity, dict[str, object] | None] = {}
        for each, row in self._read(resource, wanted[resource]):
            own = identity(resource, each.splynx_id, each.path)
            if own in changed:
                rows[own] = row
            if owner(own) in self._created and row is not None and (fields := changed_fields(each.payload, row)):
                self._keep(
                    owner(own),
                    "changed_since",
                    f"{', '.join(fields)} {'was' if len(fields) == 1 else 'were'} changed in Splynx since.",
                    ", ".join(fields),
                )
        return self._restore(resource, rows)

    def _read(self, resource: str, wanted: Mapping[str, Expected]) -> list[tuple[Expected, dict[str, object] | None]]:
        try:
            return list(read(self._client, resources()[resource], wanted, self._workers))
        except SplynxError as error:
            raise MigrationError(
                f"{resource} cannot be read back ({error}), so nobody knows what was changed since. Nothing was undone."
            ) from None

    def _restore(
        self, resource: str, rows: Mapping[Identity, dict[str, object] | None]
    ) -> dict[tuple[str, str], dict[str, object]]:
        overrides: dict[tuple[str, str], dict[str, object]] = {}
        for operation, record in self._changed.get(resource, ()):
            own = identity(resource, record.splynx_id, record.path)
            if owner(own) in self._created:
                continue  # lives and dies with the record that the run made
            row = rows.get(own)
            if row is None:
                self._forget(operation, replace(record, state="deleted"))
                continue
            way = restoration(resources()[resource], operation, row)
            payload = after(record.payload, way.back)
            overrides[record.model, record.source_key] = payload
            self._emit_restore(operation, record, way, payload)
        return overrides

    def _emit_restore(self, operation: Operation, record: Record, way: Restoration, payload: dict[str, object]) -> None:
        adopted = (record.model, record.source_key) in self._adopted
        held = replace(record, payload=payload, state="live" if payload and not adopted else "deleted")
        if way.payload:
            applied = {name: operation.payload.get(name) for name in way.payload}
            restore = self._numbered(operation, action="update", payload=way.payload, before=applied)
            self._plan.restores.append(restore)
            self._plan.after[restore.id] = held
        elif way.back and (held.state, held.payload) != (record.state, record.payload):
            self._forget(operation, held)
        names = ", ".join(way.changed)
        if way.changed:
            self._leave(
                operation,
                "changed_since",
                f"{names} no longer {'holds' if len(way.changed) == 1 else 'hold'} what this run wrote.",
                "Somebody, or a later run, changed it: decide by hand.",
                names,
            )
        if way.unknown:
            self._leave(
                operation,
                "unknown_before",
                f"Nobody knows what {', '.join(way.unknown)} held before: Splynx does not show it.",
                "Set it by hand.",
                ", ".join(way.unknown),
            )

    def _connect(self, resource: str, overrides: Mapping[tuple[str, str], dict[str, object]]) -> None:
        """Which records of this resource hang on records that would be deleted."""
        known = resources()[resource]
        if known.can_create and not known.can_delete:
            return  # it could never go, and would hold everything
        if known.fresh:
            return  # Splynx made it together with what it hangs on, and lets it go with that
        for record in held_records(self._ledger, resource):
            payload = overrides.get((record.model, record.source_key), record.payload)
            own = owner(identity(resource, record.splynx_id, record.path))
            for parent in parents(resource, payload, record.path):
                if parent in self._created and parent != own:
                    self._edges[parent].add(own)

    def _guard(self) -> None:
        customers = any(resource == "customers" or resource.startswith("services_") for resource, _ in self._created)
        ids: dict[str, frozenset[str]] = {}

        def known(resource: str) -> frozenset[str]:
            if resource not in ids:
                states = ("live", "ended", "deleted")
                ids[resource] = frozenset(r.splynx_id for r in held_records(self._ledger, resource, states))
            return ids[resource]

        try:
            found = guards(self._client, self._created.keys(), known, customers=customers)
        except NotAllowed as error:
            raise MigrationError(
                f"It cannot be seen what Splynx has billed ({error}). Give the API key the right to view finance, "
                "then roll back. Nothing was undone."
            ) from None
        for own, (code, sentence) in found.items():
            self._keep(own, code, sentence)

    def _keep(self, own: Identity, code: str, sentence: str, fields: str = "") -> None:
        if self._force and code in {"changed_since", IN_USE}:
            return
        self._kept.setdefault(own, (code, fields, sentence))

    def _spread(self) -> None:
        """What a kept record hangs on is kept, too; so is what records of other runs hang on."""
        holds: dict[Identity, set[Identity]] = defaultdict(set)
        for parent, children in self._edges.items():
            for child in children:
                holds[child].add(parent)
                if child not in self._created:
                    self._keep(
                        parent,
                        "needed",
                        f"{child[0]} {child[1]} hangs on it, which another run made or this one found there.",
                    )
        todo = list(self._kept)
        while todo:
            child = todo.pop()
            for parent in holds[child]:
                if parent not in self._kept:
                    self._kept[parent] = ("needed", "", f"{child[0]} {child[1]} hangs on it, and that one is left.")
                    todo.append(parent)

    # -- operations ----------------------------------------------------------------------------------------------

    def _emit_deletes(self) -> None:
        depth = self._depths()
        numbered: dict[Identity, int] = {}
        for own, operation in sorted(self._created.items(), key=lambda item: (depth[item[0]], -item[1].id)):
            if own in self._kept:
                code, fields, sentence = self._kept[own]
                remedy = {
                    "changed_since": "Delete it by hand, or roll back with --force.",
                    BILLED: "After the first bill there is no way back but forward: end the service instead.",
                    IN_USE: "Look at it by hand, or roll back with --force.",
                }.get(code, "Take care of that one first, then roll back again.")
                self._leave(operation, code, sentence, remedy, fields, blocked=code == "needed")
                continue
            delete = self._numbered(operation, action="delete", payload={}, before=None)
            self._plan.deletes.append(delete)
            numbered[own] = delete.id
        for parent, children in self._edges.items():
            if parent in numbered:
                self._plan.children[numbered[parent]] = {numbered[c] for c in children if c in numbered}

    def _depths(self) -> dict[Identity, int]:
        """0 for records on which nothing of their own resource hangs; sub accounts go before main accounts."""
        depths: dict[Identity, int] = {}

        def depth(own: Identity, path: frozenset[Identity] = frozenset()) -> int:
            if own not in depths:
                inside = [c for c in self._edges.get(own, ()) if c[0] == own[0] and c not in path and c != own]
                depths[own] = 1 + max((depth(c, path | {own}) for c in inside), default=-1)
            return depths[own]

        for own in self._created:
            depth(own)
        return depths

    def _forget(self, operation: Operation, held: Record) -> None:
        self._plan.forgets.append((self._numbered(operation, action="forget", payload={}, before=None), held))

    def _leave(
        self, operation: Operation, code: str, message: str, remedy: str, fields: str = "", *, blocked: bool = False
    ) -> None:
        action = "delete" if operation.action == "create" else operation.action
        left = self._numbered(operation, action=action, payload={}, before=None)
        self._plan.left.append(
            replace(
                left,
                state="blocked" if blocked else "rejected",
                reason=code,
                field=fields[:120],
                message=message,
                remedy=remedy,
            )
        )

    def _numbered(
        self,
        operation: Operation,
        *,
        action: str,
        payload: dict[str, object],
        before: dict[str, object] | None,
    ) -> Operation:
        number = next(self._numbers)
        self._plan.undoes.append((number, operation.id))
        return Operation(
            id=number,
            model=operation.model,
            resource=operation.resource,
            source_key=operation.source_key,
            action=action,
            payload=payload,
            path=operation.path,
            before=before,
            label=operation.label,
            splynx_id=operation.splynx_id,
        )
