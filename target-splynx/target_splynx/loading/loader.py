"""The loader: models in order, independent ones side by side, a fixed number of requests in flight.

In: the planned operations of a run. Out: outcomes in the ledger. One thread (this one) talks to the ledger; workers
only talk to Splynx. Operations are journalled as `sent` in batches before they leave, and settled in small batches
after they return. Workers have a short queue of work before them, so that none waits while the journal is written.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
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
AHEAD = 3
"""Operations per worker that are handed out at once: one in flight, the others next. The journal's commits take less
time than these."""
FAREWELLS = frozenset({"end", "delete"})
RELEASE, WRITE, PART = "release", "write", "part"
"""The passes of a load: what a patch gives back (an address) is free before anybody takes it; dependants leave before
what they hang on, after everything was written."""


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
        self._waiting: list[str] = []
        self._finished: set[str] = {m.name for m in graph.order if m.name not in active}
        self._cursor: dict[str, int] = {}
        self._open: dict[str, int] = {}  # model → operations claimed whose outcome is not known yet
        self._exhausted: set[str] = set()
        self._closed: dict[str, Outcome] = {}  # models that Splynx does not allow
        self._ready: deque[tuple[Operation, dict[str, Any]]] = deque()
        self._flying: dict[Future[Outcome | None], tuple[Operation, dict[str, Any]]] = {}
        self._landed: queue.SimpleQueue[Future[Outcome | None]] = queue.SimpleQueue()
        self._settle: list[Outcome] = []
        self._settled_at = time.monotonic()
        self._rejected = 0
        self._failure: MigrationError | None = None
        self._pass = WRITE

    def load(self) -> None:
        """Write everything that is planned.

        Raises:
            Stopped: a signal came; what had begun is finished and journalled.
            MigrationError: Splynx went away, or too many records were rejected.
        """
        self._progress.begin()
        with ThreadPoolExecutor(self._limits.workers, thread_name_prefix="splynx") as pool:
            try:
                for name in (RELEASE, WRITE, PART):
                    if self._goes_on():
                        self._begin(name)
                        self._drive(pool)
            finally:
                pool.shutdown(cancel_futures=True)  # on an unforeseen error: what was handed out stays in doubt
                self._flush()
                self._ledger.release([operation.id for operation, _ in self._ready])
        if self._failure is not None:
            raise self._failure
        if self._stop.is_set():
            raise Stopped("Stopped by a signal: what had begun is finished. Run again to go on.")

    # -- the loop ------------------------------------------------------------------------------------------------

    def _goes_on(self) -> bool:
        return self._failure is None and not self._stop.is_set()

    def _drive(self, pool: ThreadPoolExecutor) -> None:
        while True:
            if self._goes_on():
                self._refill()
                self._hand_out(pool)
            if not self._flying:
                self._flush()
                if self._goes_on() and (self._waiting or self._ready):
                    continue
                return
            self._collect()
            if len(self._settle) >= SETTLE_COUNT or time.monotonic() - self._settled_at > SETTLE_SECONDS:
                self._flush()
            self._progress.tick()

    def _hand_out(self, pool: ThreadPoolExecutor) -> None:
        while len(self._flying) < self._limits.workers * AHEAD:
            handed_out = (operation for operation, _ in self._flying.values())
            index = first_free((operation for operation, _ in self._ready), handed_out, self._models)
            if index is None:
                return
            operation, old = self._ready[index]
            del self._ready[index]
            future = pool.submit(self._work, operation, old)
            self._flying[future] = operation, old
            future.add_done_callback(self._landed.put)

    def _work(self, operation: Operation, old: dict[str, Any]) -> Outcome | None:
        """In a worker's thread: one write; None when it did not leave because the load has ended meanwhile."""
        if not self._goes_on():
            return None
        if first := self._closed.get(operation.model):
            return Outcome(operation, "rejected", reason="not_allowed", message=first.message, remedy=first.remedy)
        outcome = self._executor.carry_out(self._models[operation.model], operation, old)
        if outcome.reason == "not_allowed":
            self._closed.setdefault(operation.model, outcome)
        return outcome

    def _collect(self) -> None:
        """Wait for an outcome, and take all that are there."""
        try:
            self._land(self._landed.get(timeout=1.0))
            while True:
                self._land(self._landed.get_nowait())
        except queue.Empty:
            return

    def _land(self, future: Future[Outcome | None]) -> None:
        operation, old = self._flying.pop(future)
        try:
            outcome = future.result()
        except MigrationError as error:
            # The operation stays `sent`: the next run looks it up.
            self._failure = self._failure or error
            return
        if outcome is None:
            self._ready.append((operation, old))
        else:
            self._take(outcome)

    def _refill(self) -> None:
        """Claim the next batch when the workers would run dry."""
        while len(self._ready) < self._limits.workers:
            self._open_models()
            model = self._next_model()
            if model is None:
                return
            limit = self._limits.batch_size
            if model not in self._cursor:  # workers wait for the first ones of a model that others waited for
                limit = min(limit, self._limits.workers * AHEAD)
            page = self._ledger.planned(self._run, model, after=self._cursor.get(model, 0), limit=limit)
            if len(page) < limit:
                self._exhausted.add(model)
            if page:
                self._cursor[model] = page[-1].id
                self._claim(model, [op for op in page if self._pass_of(op) == self._pass])
            self._maybe_finish(model)

    def _open_models(self) -> None:
        for name in list(self._waiting):
            if name not in self._open and self._may_begin(name):
                self._open[name] = 0

    def _may_begin(self, name: str) -> bool:
        if self._pass == RELEASE:
            return True
        if self._pass == PART:
            return not any(name in self._graph.waits_for[other] for other in self._waiting if other != name)
        return self._graph.waits_for[name] <= self._finished

    def _next_model(self) -> str | None:
        candidates = [name for name in self._open if name not in self._exhausted]
        if not candidates:
            return None
        return min(candidates, key=lambda name: self._open[name])

    def _maybe_finish(self, name: str) -> None:
        """A model has ended when its last outcome is known. Who waits for it may begin before that is journalled: what
        is in doubt then is looked up, each record for itself."""
        if self._open.get(name) != 0 or name not in self._exhausted:
            return
        del self._open[name]
        self._waiting.remove(name)
        self._finished.add(name)
        self._progress.finished(name)

    # -- claiming ------------------------------------------------------------------------------------------------

    def _claim(self, model: str, page: list[Operation]) -> None:
        self._open[model] += len(page)
        adopted = [operation for operation in page if operation.action == "adopt"]
        for operation in adopted:
            self._take(Outcome(operation, "done", splynx_id=operation.splynx_id, record=_adopted(operation)))
        if adopted:
            self._flush()  # what follows on the same record reads it from the ledger
        old = self._ledger.records(model, [op.source_key for op in page if op.action not in {"create", "adopt"}])
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
        self._open[operation.model] -= 1
        self._maybe_finish(operation.model)

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
        if self._limits.on_reject == "stop":
            self._failure = self._failure or RejectLimitReached(
                f"{operation.label} was rejected ({outcome.reason}: {outcome.message}) and on_reject is stop."
            )
        elif self._limits.max_rejects is not None and self._rejected > self._limits.max_rejects:
            self._failure = self._failure or RejectLimitReached(
                f"More than {self._limits.max_rejects} records were rejected (reject_limit). "
                "See `splynx-migration rejects`."
            )

    def _flush(self) -> None:
        self._settled_at = time.monotonic()
        if self._settle:
            batch, self._settle = self._settle, []
            self._ledger.settle(self._run, batch)

    def _pass_of(self, operation: Operation) -> str:
        if operation.action not in FAREWELLS:
            return WRITE
        return RELEASE if _releases(self._models[operation.model]) and operation.action == "end" else PART

    def _begin(self, name: str) -> None:
        """Another pass over what is planned; only models that patch and end have anything to release."""
        self._pass = name
        self._finished = {model for model in self._finished if model not in self._models}
        waiting = [m for m in self._graph.order if m.name in self._models and (name != RELEASE or _releases(m))]
        self._waiting = [model.name for model in waiting]
        self._cursor, self._open, self._exhausted = {}, {}, set()


def _releases(model: Model) -> bool:
    return model.mode == "patch" and bool(model.end)


def _adopted(operation: Operation) -> Record:
    return Record(
        operation.model,
        operation.source_key,
        operation.resource,
        operation.splynx_id or "",
        operation.payload,
        operation.path,
    )
