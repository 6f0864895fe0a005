"""Which operation may leave next: those of one sequence (`sequence` of the model) never overtake each other.

A ticket's messages get their numbers in the order in which they were said, whatever the number of workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from target_splynx.ledger.entries import Operation
from target_splynx.modelling.model import Model


def first_free(ready: Iterable[Operation], flying: Iterable[Operation], models: Mapping[str, Model]) -> int | None:
    """Index of the first ready operation that follows none in flight; None when all have to wait."""
    busy = {sequence for operation in flying if (sequence := _sequence(operation, models)) is not None}
    return next((index for index, op in enumerate(ready) if _sequence(op, models) not in busy), None)


def _sequence(operation: Operation, models: Mapping[str, Model]) -> tuple[str, Any] | None:
    """Model and value that tell a sequence; only new records have a place in one."""
    field = models[operation.model].sequence
    if field is None or operation.action != "create":
        return None
    return operation.model, operation.payload.get(field, operation.path.get(field))
