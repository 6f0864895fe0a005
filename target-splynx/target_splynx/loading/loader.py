"""The loader: models in order, independent ones side by side, a fixed number of requests in flight.

In: the planned operations of a run. Out: outcomes in the ledger. One thread (this one) talks to the ledger; workers
only talk to Splynx. Operations are journalled as `sent` in batches before they leave, and settled in small batches
after they return.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any

from target_splynx.errors import MigrationError, RejectLimitReached, Stopped
from target_splynx.ledger.entries import Operation, Outcome, Record
from target_splynx.ledger.store import Ledger
from target_splynx.loading.execute import Executor
from target_splynx.loading.probing import acquaint
from target_splynx.loading.progress import Progress
from target_splynx.loading.sequence import first_free
from target_splynx.modelling.dependencies import Graph
from target_splynx.modelling.model import Model
from target_splynx.planning.diff import is_provisional, references, replaced

logger = logging.getLogger(__name__)

SETTLE_SECONDS = 0.5
SETTLE_COUNT = 50
FAREWELLS = frozenset({"end", "delete"})


@dataclass(frozen=True)
class Limits:
    """How much at once, and when to give up."""

    workers: int = 4
    batch_size: int = 100
    on_reject: str = "continue"
    max_rejects: int | None = None


class Loader:
    """Carries out the plan of one run."""

    def __init__(
        self,
        *,
        run: int,
        graph: Graph,
        active: frozenset[str],
        ledger: Ledger,
        executor: Executor,
        progress: Progress,
        limits: Limits,
        stop: threading.Event,
    ) -> None:
        """`stop`: set by a signal; what is in flight is finished, nothing new begins."""
        self._run, self._ledger, self._executor = run, ledger, executor
        self._graph, self._progress, self._limits, self._stop = graph, progress, limits, stop
        self._models: dict[str, Model] = {m.name: m for m in graph.order if m.name in active}
        acquaint(executor, ledger, self._models.values())
        self._ids: dict[int, str] = {}
        self._dead: dict[int, int] = {}
        self._waiting = [m.name for m in graph.order if m.name in active]
        self._finished: set[str] = {m.name for m in graph.order if m.name not in active}
        self._cursor: dict[str, int] = {}
        self._open: dict[str, int] = {}  # model → operations claimed and not yet settled
        self._exhausted: set[str] = set()
        self._closed: dict[str, Outcome] = {}  # models that Splynx does not allow
        self._ready: deque[tuple[Operation, dict[str, Any]]] = deque()
        self._settle: list[Outcome] = []
        self._settled_at = time.monotonic()
        self._rejected = 0
        self._failure: MigrationError | None = None
        self._parting = False

    def load(self) -> None:
        """Write everything that is planned.

        Raises:
            Stopped: a signal came; what had begun is finished and journalled.
            MigrationError: Splynx went away, or too many records were rejected.
        """
        with ThreadPoolExecutor(self._limits.workers, thread_name_prefix="splynx") as pool:
            try:
                self._drive(pool)
                if self._failure is None and not self._stop.is_set():
                    self._begin_farewells()
                    self._drive(pool)
            finally:
                self._flush()
                self._ledger.release([operation.id for operation, _ in self._ready])
        if self._failure is not None:
            raise self._failure
        if self._stop.is_set():
            raise Stopped("Stopped by a signal: what had begun is finished. Run again to go on.")

    # -- the loop ------------------------------------------------------------------------------------------------

    def _drive(self, pool: ThreadPoolExecutor) -> None:
        flying: dict[Future[Outcome], Operation] = {}
        while True:
            if self._failure is None and not self._stop.is_set():
                self._refill()
                self._hand_out(pool, flying)
            if not flying:
                self._flush()
                if self._failure is None and not self._stop.is_set() and self._more():
                    continue
                return
            done, _ = wait(flying, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in done:
                del flying[future]
                try:
                    self._take(future.result())
                except MigrationError as error:
                    # The operation stays `sent`: the next run looks it up.
                    self._failure = self._failure or error
            if len(self._settle) >= SETTLE_COUNT or time.monotonic() - self._settled_at > SETTLE_SECONDS:
                self._flush()
            self._progress.tick()

    def _hand_out(self, pool: ThreadPoolExecutor, flying: dict[Future[Outcome], Operation]) -> None:
        while len(flying) < self._limits.workers:
            index = first_free((operation for operation, _ in self._ready), flying.values(), self._models)
            if index is None:
                return
            operation, old = self._ready[index]
            del self._ready[index]
            if operation.model in self._closed:
                self._take(self._not_allowed(operation))
                continue
            model = self._models[operation.model]
            flying[pool.submit(self._executor.carry_out, model, operation, old)] = operation

    def _more(self) -> bool:
        return bool(self._waiting or self._ready)

    def _refill(self) -> None:
        """Claim the next batch when the workers would run dry."""
        while len(self._ready) < self._limits.workers:
            self._open_models()
            model = self._next_model()
            if model is None:
                return
            page = self._ledger.planned(
                self._run, model, after=self._cursor.get(model, 0), limit=self._limits.batch_size
            )
            page = [op for op in page if (op.action in FAREWELLS) is self._parting]
            if not page:
                self._exhausted.add(model)
                if not self._open.get(model):
                    self._finish(model)
                continue
            self._cursor[model] = page[-1].id
            self._claim(model, page)

    def _open_models(self) -> None:
        for name in list(self._waiting):
            if name not in self._open and self._may_begin(name):
                self._open[name] = 0

    def _may_begin(self, name: str) -> bool:
        if self._parting:
            return not any(name in self._graph.waits_for[other] for other in self._waiting if other != name)
        return self._graph.waits_for[name] <= self._finished

    def _next_model(self) -> str | None:
        candidates = [name for name in self._open if name not in self._exhausted]
        if not candidates:
            return None
        return min(candidates, key=lambda name: self._open[name])

    def _finish(self, name: str) -> None:
        self._open.pop(name, None)
        if name in self._waiting:
            self._waiting.remove(name)
        self._finished.add(name)
        self._progress.finished(name)

    # -- claiming ------------------------------------------------------------------------------------------------

    def _claim(self, model: str, page: list[Operation]) -> None:
        self._open[model] += len(page)
        for operation in page:
            if operation.action == "adopt":
                record = Record(
                    model,
                    operation.source_key,
                    operation.resource,
                    operation.splynx_id or "",
                    operation.payload,
                    operation.path,
                )
                self._take(Outcome(operation, "done", splynx_id=operation.splynx_id, record=record))
        self._flush()
        old = self._ledger.records(model, [op.source_key for op in page if op.action != "create"])
        ready: list[tuple[Operation, dict[str, Any]]] = []
        for operation in page:
            if operation.action == "adopt":
                continue
            resolved = self._resolved(operation)
            if isinstance(resolved, Outcome):
                self._take(resolved)
            else:
                known = old.get(operation.source_key)
                ready.append((resolved, dict(known.payload) if known else {}))
        if ready:
            self._ledger.mark_sent([operation for operation, _ in ready])
            self._ready.extend(ready)

    def _resolved(self, operation: Operation) -> Operation | Outcome:
        """The operation with real ids, or why it cannot be written."""
        own = int(operation.splynx_id) if operation.splynx_id and operation.splynx_id.lstrip("-").isdigit() else None
        for reference in references({"payload": operation.payload, "path": operation.path, "own": own}):
            if reference not in self._ids:
                by = self._dead.get(reference)
                return Outcome(
                    operation,
                    "blocked",
                    reason="blocked",
                    message="It needs a record that was not written" + (f" (operation {by})." if by else "."),
                    remedy="Mend that one first.",
                    blocked_by=by,
                )
        return replace(
            operation,
            payload=replaced(operation.payload, self._ids),
            path=replaced(operation.path, self._ids),
            splynx_id=self._ids[own] if own is not None and is_provisional(own) else operation.splynx_id,
        )

    # -- outcomes ------------------------------------------------------------------------------------------------

    def _take(self, outcome: Outcome) -> None:
        operation = outcome.operation
        if operation.provisional_id is not None:
            if outcome.state == "done" and outcome.splynx_id is not None:
                self._ids[operation.provisional_id] = outcome.splynx_id
            else:
                self._dead[operation.provisional_id] = operation.id
        if outcome.state == "rejected":
            self._note_reject(outcome)
        self._settle.append(outcome)
        self._progress.settled(outcome)

    def _note_reject(self, outcome: Outcome) -> None:
        operation = outcome.operation
        self._rejected += 1
        logger.warning(
            "rejected %s %s: %s (%s)",
            operation.resource,
            operation.source_key,
            outcome.reason,
            outcome.field or "no field",
        )
        if outcome.reason == "not_allowed" and operation.model not in self._closed:
            self._closed[operation.model] = outcome
        if self._limits.on_reject == "stop":
            self._failure = self._failure or RejectLimitReached(
                f"{operation.label} was rejected ({outcome.reason}: {outcome.message}) and on_reject is stop."
            )
        elif self._limits.max_rejects is not None and self._rejected > self._limits.max_rejects:
            self._failure = self._failure or RejectLimitReached(
                f"More than {self._limits.max_rejects} records were rejected (reject_limit). "
                "See `splynx-migration rejects`."
            )

    def _not_allowed(self, operation: Operation) -> Outcome:
        first = self._closed[operation.model]
        return Outcome(operation, "rejected", reason="not_allowed", message=first.message, remedy=first.remedy)

    def _flush(self) -> None:
        self._settled_at = time.monotonic()
        if not self._settle:
            return
        batch, self._settle = self._settle, []
        self._ledger.settle(self._run, batch)
        for outcome in batch:
            name = outcome.operation.model
            if name in self._open:
                self._open[name] -= 1
        for name in [n for n, count in self._open.items() if count == 0 and n in self._exhausted]:
            self._finish(name)

    def _begin_farewells(self) -> None:
        """Second pass: ends and deletes, dependants before what they hang on."""
        self._parting = True
        self._finished = {name for name in self._finished if name not in self._models}
        self._waiting = [m.name for m in self._graph.order if m.name in self._models]
        self._cursor, self._open, self._exhausted = {}, {}, set()


def resolve_in_doubt(ledger: Ledger, executor: Executor, models: Mapping[str, Model]) -> int:
    """What a killed run left as `sent` is looked up; what was not carried out is planned anew. Returns how many.

    From here on no other run may write with this ledger.

    Raises:
        MigrationError: a create cannot be decided; nothing is written before it is.
    """
    ledger.hold()
    pending = ledger.in_doubt()
    if not pending:
        return 0
    logger.info("%d operations of an interrupted run are in doubt: looking them up", len(pending))
    acquaint(executor, ledger, models.values())
    for operation in pending:
        model = models.get(operation.model)
        outcome: Outcome | None = None
        if model is not None:
            if operation.action == "create":
                outcome = executor.resolve(model, operation)
            else:
                # A rollback's deletion would not be planned anew by a run: the ledger must learn of it here.
                known = ledger.records(operation.model, [operation.source_key]).get(operation.source_key)
                outcome = executor.resolve_change(model, operation, dict(known.payload) if known else {})
        ledger.settle(0, [outcome or Outcome(operation, "abandoned")])
    return len(pending)
