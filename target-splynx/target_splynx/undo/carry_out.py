"""A rollback from beginning to end: doubts, plan, load, a ledger that tells the truth.

In: settings, ledger, the run to take back. Out: `Rollback`. The same loader writes it as writes a migration: journalled
before each request, in parallel, dependants first, stopped by a signal when what is in flight has ended.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from target_splynx import functions
from target_splynx.contract.resource import resources
from target_splynx.errors import MigrationError, ModelError, SettingsError, Stopped
from target_splynx.ledger.entries import Operation, Outcome
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.undoings import (
    ROLLBACK_OF,
    deleted_operations,
    drop_records,
    held_records,
    held_resources,
    link,
    run_of,
)
from target_splynx.loading.execute import Executor
from target_splynx.loading.progress import Progress
from target_splynx.loading.session import LoadSession
from target_splynx.modelling.dependencies import Graph, build_graph
from target_splynx.modelling.library import load_models
from target_splynx.modelling.model import Model
from target_splynx.planning.relations import FIELDS, Identity, identity, went_with
from target_splynx.settings import Settings
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed
from target_splynx.undo.plan import UndoPlan, UndoPlanner
from target_splynx.watching.pulse import Pulse

logger = logging.getLogger(__name__)

_CHUNK = 1000

PASSES = 3
"""How often a delete that Splynx refused is tried: a network inside another one is no reference that could be seen."""

KEPT = "kept_by_splynx"

_KEPT_BY_SPLYNX = 405
"""Status of "cannot be deleted" and of a missing DELETE alike (GUESS: sandbox/splynx/engine.py)."""


@dataclass
class Rollback:
    """What a rollback did, or would do. `left`: operations that say what stays, and why."""

    of: int
    run: int | None = None
    deleted: Counter[str] = field(default_factory=Counter)
    restored: Counter[str] = field(default_factory=Counter)
    forgotten: Counter[str] = field(default_factory=Counter)
    left: list[Operation] = field(default_factory=list)
    requests: int = 0
    seconds: float = 0.0

    def sentence(self) -> str:
        """The result in one line."""
        head = f"rollback of run {self.of}" + (f" (run {self.run})" if self.run else "")
        return (
            f"{head}: {self.deleted.total()} deleted, {self.restored.total()} restored, "
            f"{self.forgotten.total()} only forgotten, {len(self.left)} left"
        )


class UndoExecutor(Executor):
    """Deletes and restores; a record stays when something that hangs on it had to stay."""

    def __init__(self, client: Client, plan: UndoPlan, *, retry_attempts: int) -> None:
        """`plan`: tells which deletes come before which, and what the ledger holds afterwards."""
        super().__init__(client, retry_attempts=retry_attempts)
        self._after, self._children = plan.after, plan.children
        self._left: set[int] = {operation.id for operation in plan.left}

    def carry_out(self, model: Model, operation: Operation, old: dict[str, Any]) -> Outcome:
        """Undo one thing."""
        held_by = next((child for child in self._children.get(operation.id, ()) if child in self._left), None)
        if held_by is not None:
            self._left.add(operation.id)
            return Outcome(
                operation,
                "blocked",
                splynx_id=operation.splynx_id,
                reason="needed",
                message=f"A record that hangs on it could not be deleted (operation {held_by}).",
                remedy="Take care of that one first, then roll back again.",
                blocked_by=held_by,
            )
        outcome = super().carry_out(model, operation, old)
        if outcome.state != "done":
            self._left.add(operation.id)
            return replace(outcome, splynx_id=operation.splynx_id)
        if operation.id in self._after:
            return replace(outcome, record=self._after[operation.id])
        return outcome

    def _delete(self, model: Model, operation: Operation, old: dict[str, Any]) -> Outcome:
        try:
            return super()._delete(model, operation, old)
        except NotAllowed as error:
            if error.status != _KEPT_BY_SPLYNX:
                raise
            return self._refused(operation, KEPT, "", error.message, "Splynx does not let it go: see what uses it.")


def rollback(
    settings: Settings,
    ledger: Ledger,
    client: Client,
    run: int,
    *,
    stop: threading.Event,
    public_settings: Mapping[str, Any],
    force: bool = False,
    dry_run: bool = False,
) -> Rollback:
    """Take back what `run` did. Call it again after a kill: it goes on.

    Raises:
        MigrationError: there is nothing to take back, or it cannot be seen what must stay.
        Stopped: a signal came; what had begun is finished.
    """
    began = time.monotonic()
    _check(ledger, run)
    client.check()
    graph = _graph(settings, ledger)
    session = LoadSession(settings, ledger, client, graph, stop=stop)
    if not dry_run:
        session.resolve_doubts()
        _sweep(ledger)
    elif ledger.in_doubt():
        logger.warning("operations of an interrupted run are in doubt; the rollback itself will look them up first")
    result = Rollback(run)
    left: dict[tuple[str, str], Operation] = {}
    for _ in range(1 if dry_run else PASSES):
        plan = UndoPlanner(ledger, client, workers=settings.parallel_workers, force=force).plan(run)
        for operation in (*plan.deletes, *plan.restores, *plan.left):
            left.pop((operation.model, operation.source_key), None)  # this pass tells anew what becomes of it
        result.forgotten.update(operation.resource for operation, _ in plan.forgets)
        if dry_run:
            result.deleted.update(operation.resource for operation in plan.deletes)
            result.restored.update(operation.resource for operation in plan.restores)
            result.left = list(plan.left)
            return _timed(result, client, began)
        before = result.deleted.total()
        _load(settings, ledger, client, session, graph, plan, result, public_settings)
        left |= {(operation.model, operation.source_key): operation for operation in result.left}
        refused = any(operation.reason == KEPT for operation in result.left)
        if not refused or result.deleted.total() == before:
            break
        logger.info("Splynx kept records that others stood on; these are gone now: trying once more")
    result.left = list(left.values())
    return _timed(result, client, began)


def _timed(result: Rollback, client: Client, began: float) -> Rollback:
    result.requests, result.seconds = client.counters.requests, time.monotonic() - began
    return result


def _check(ledger: Ledger, run: int) -> None:
    found = run_of(ledger, run)
    if found is None:
        raise MigrationError(f"There is no run {run}. `splynx-migration status` tells the number of the last one.")
    if found["dry_run"]:
        raise MigrationError(f"Run {run} was a dry run: it wrote nothing, so there is nothing to take back.")
    of = found["settings"].get(ROLLBACK_OF)
    if of is not None:
        raise MigrationError(f"Run {run} is itself the rollback of run {of}. Run the migration again instead.")


def _load(
    settings: Settings,
    ledger: Ledger,
    client: Client,
    session: LoadSession,
    graph: Graph,
    plan: UndoPlan,
    result: Rollback,
    public_settings: Mapping[str, Any],
) -> None:
    """Journal the plan and carry it out."""
    run = ledger.start_run(dry_run=False, settings={**public_settings, ROLLBACK_OF: result.of})
    result.run = run
    state = "failed"
    moving = [*plan.restores, *plan.deletes]
    totals = dict(Counter(operation.model for operation in moving))
    progress = Progress(totals, pulse=Pulse(settings.workspace, client.counters).beat)
    try:
        forgets = [replace(operation, state="done") for operation, _ in plan.forgets]
        for batch in _chunks([*moving, *plan.left, *forgets]):
            ledger.add_operations(run, batch)
        link(ledger, plan.undoes)
        outcomes = [Outcome(o, "done", splynx_id=o.splynx_id, record=record) for o, record in plan.forgets]
        for some in _chunks(outcomes):
            ledger.settle(run, some)
        ledger.set_run_state(run, "loading")
        session.load(
            run,
            active=frozenset(operation.model for operation in moving),
            progress=progress,
            executor=UndoExecutor(client, plan, retry_attempts=settings.retry_attempts),
        )
        _sweep(ledger)
        state = "done"
    except Stopped:
        state = "stopped"
        raise Stopped(
            f"Stopped by a signal: what had begun is finished. `splynx-migration rollback {result.of}` goes on."
        ) from None
    finally:
        result.left = list(ledger.operations(run, states=("rejected", "blocked")))
        for model, loaded in progress.models.items():
            resource = next((m.resource.name for m in graph.order if m.name == model), model)
            result.deleted[resource] += loaded.deleted
            result.restored[resource] += loaded.changed
        rows = _rows(plan, progress, result.left)
        ledger.finish_run(run, state, {"rows": rows, "requests": client.counters.requests, "seconds": 0})


def _chunks(entries: list[Any]) -> list[list[Any]]:
    return [entries[start : start + _CHUNK] for start in range(0, len(entries), _CHUNK)]


def _rows(plan: UndoPlan, progress: Progress, left: list[Operation]) -> list[dict[str, Any]]:
    """The summary in the form of a run's, so that `status` shows it."""
    stays = Counter((operation.model, operation.state) for operation in left)
    restores = Counter(operation.model for operation in plan.restores)
    everything = [*plan.restores, *plan.deletes, *plan.left, *(operation for operation, _ in plan.forgets)]
    rows = []
    for model in dict.fromkeys(operation.model for operation in everything):
        loaded = progress.models.get(model)
        rows.append(
            {
                "section": model.split("/")[0],
                "model": model,
                "read": sum(operation.model == model for operation in everything),
                "to_create": 0,
                "to_change": restores[model],
                "created": 0,
                "changed": loaded.changed if loaded else 0,
                "ended": 0,
                "deleted": loaded.deleted if loaded else 0,
                "adopted": 0,
                "unchanged": 0,
                "skipped": 0,
                "skip_rules": {},
                "rejected": stays[model, "rejected"],
                "blocked": stays[model, "blocked"],
                "seconds": round(loaded.seconds, 1) if loaded else 0.0,
                "problem": "",
            }
        )
    return rows


def _sweep(ledger: Ledger) -> None:
    """Records that went with a deleted one are no longer held: patches, sub-resources, and what has no DELETE."""
    dead: set[Identity] = {
        identity(resource, splynx_id, path) for resource, splynx_id, path in deleted_operations(ledger)
        if resource != FIELDS  # a field of the same name may have been made anew
    }  # fmt: skip
    if not dead:
        return
    for name in held_resources(ledger):
        gone = [
            (record.model, record.source_key)
            for record in held_records(ledger, name)
            if went_with(name, record.splynx_id, record.payload, record.path, dead)
        ]
        drop_records(ledger, gone)


def _graph(settings: Settings, ledger: Ledger) -> Graph:
    """The models in load order. A rollback must work although models were changed or taken away since.

    What the mapping no longer names is put behind the rest, each waiting for all that was written before it.
    """
    try:
        connection = duckdb.connect()
        functions.register(
            connection,
            timezone=settings.timezone,
            currency_exponent=settings.currency_exponent,
            default_country=settings.default_country,
        )
        graph = build_graph(*load_models(settings.mapping, settings.models_path), connection)
        connection.close()
    except (ModelError, SettingsError) as error:
        logger.warning("the models cannot be read (%s): undoing in the reverse order of writing", error)
        graph = Graph([], {})
    known = {model.name for model in graph.order}
    written: dict[str, str] = {}
    for resource in held_resources(ledger):
        for record in held_records(ledger, resource):
            written.setdefault(record.model, resource)
    for name in ledger.models():
        if name in known or name not in written:
            continue
        section = name.split("/")[0]
        model = Model(name, section, settings.workspace, "", 1, resources()[written[name]])
        graph.waits_for[name] = {other.name for other in graph.order}
        graph.order.append(model)
    return graph
