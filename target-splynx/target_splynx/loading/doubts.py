"""Operations in doubt: a killed run left them as `sent`, and nobody knows whether Splynx carried them out.

In: ledger, executor, models. Out: the ledger knows: done, or abandoned (then they are planned anew). Workers ask
Splynx, one thread writes the ledger.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from target_splynx.ledger.entries import Doubt, Operation, Outcome, Record
from target_splynx.ledger.store import Ledger
from target_splynx.loading import execute
from target_splynx.loading.execute import LATE_PAUSES, Executor
from target_splynx.loading.probing import acquaint
from target_splynx.modelling.model import Model

logger = logging.getLogger(__name__)

_BATCH = 100


def resolve_in_doubt(ledger: Ledger, executor: Executor, models: Mapping[str, Model], *, workers: int = 4) -> int:
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
    _let_splynx_finish(pending)
    acquaint(executor, ledger, models.values())

    def look(operation: Operation, record: Record | None) -> Outcome:
        model = models.get(operation.model)
        if model is None:
            return Outcome(operation, "abandoned")
        if operation.action == "create":
            outcome = executor.resolve(model, operation)
        else:
            # A rollback's deletion would not be planned anew by a run: the ledger must learn of it here.
            outcome = executor.resolve_change(model, operation, dict(record.payload) if record else {})
        return outcome or Outcome(operation, "abandoned")

    with ThreadPoolExecutor(workers, thread_name_prefix="doubts") as pool:
        # By run: a record's `run` is the one that wrote it.
        for run, group in itertools.groupby(pending, key=lambda doubt: doubt.run):
            operations = [doubt.operation for doubt in group]
            for start in range(0, len(operations), _BATCH):
                batch = operations[start : start + _BATCH]
                records = [_record(ledger, operation) for operation in batch]
                ledger.settle(run, list(pool.map(look, batch, records)))
    return len(pending)


def _let_splynx_finish(pending: Sequence[Doubt]) -> None:
    """What left a moment ago may still be under way in Splynx: give it the time that a run would give it."""
    newest = max(datetime.fromisoformat(doubt.sent_at) for doubt in pending)
    wait = LATE_PAUSES * execute.FIRST_PAUSE_SECONDS - (datetime.now(timezone.utc) - newest).total_seconds()
    if wait > 0:
        time.sleep(min(wait, LATE_PAUSES * execute.FIRST_PAUSE_SECONDS))


def _record(ledger: Ledger, operation: Operation) -> Record | None:
    if operation.action == "create":
        return None
    return ledger.records(operation.model, [operation.source_key]).get(operation.source_key)
