"""What the ledger keeps, as types: records, operations, outcomes, and their form as rows of its tables.

A value of `payload` is kept as JSON with exact decimals; references to records that did not exist when the plan was
made are negative provisional ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")
_decoder = msgspec.json.Decoder(type=dict[str, Any], float_hook=Decimal)


def encode(payload: dict[str, Any]) -> str:
    """Canonical JSON of a payload."""
    return _encoder.encode(payload).decode()


def decode(text: str) -> dict[str, Any]:
    """A payload from its JSON; numbers with a point become Decimal."""
    return _decoder.decode(text)


@dataclass(frozen=True)
class Record:
    """What was last applied for one source key."""

    model: str
    source_key: str
    resource: str
    splynx_id: str
    payload: dict[str, Any]
    path: dict[str, Any] = field(default_factory=dict)
    state: str = "live"


@dataclass(frozen=True)
class Operation:
    """One planned write, and what became of it."""

    model: str
    resource: str
    source_key: str
    action: str
    payload: dict[str, Any]
    path: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    label: str = ""
    provisional_id: int | None = None
    splynx_id: str | None = None
    state: str = "planned"
    reason: str | None = None
    field: str | None = None
    message: str | None = None
    remedy: str | None = None
    blocked_by: int | None = None
    matched_by: str | None = None
    id: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of an operation; written to the journal, and to `records` when it succeeded."""

    operation: Operation
    state: str
    splynx_id: str | None = None
    record: Record | None = None
    parted: tuple[str, ...] = ()
    """Resources of which records with the operation's old number are no more."""
    reason: str | None = None
    field: str | None = None
    message: str | None = None
    remedy: str | None = None
    blocked_by: int | None = None


@dataclass(frozen=True)
class Doubt:
    """An operation whose request left and whose answer was never journalled. `sent_at`: ISO 8601, UTC."""

    run: int
    sent_at: str
    operation: Operation


def now() -> str:
    """UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def record_of(row: Any) -> Record:
    """A record from its row."""
    return Record(
        model=row["model"],
        source_key=row["source_key"],
        resource=row["resource"],
        splynx_id=row["splynx_id"],
        payload=decode(row["payload"]),
        path=decode(row["path"]),
        state=row["state"],
    )


def operation_of(row: Any) -> Operation:
    """An operation from its row."""
    return Operation(
        id=row["id"],
        model=row["model"],
        resource=row["resource"],
        source_key=row["source_key"],
        label=row["label"],
        action=row["action"],
        state=row["state"],
        provisional_id=row["provisional_id"],
        splynx_id=row["splynx_id"],
        path=decode(row["path"]),
        payload=decode(row["payload"]),
        before=decode(row["before"]) if row["before"] else None,
        reason=row["reason"],
        field=row["field"],
        message=row["message"],
        remedy=row["remedy"],
        blocked_by=row["blocked_by"],
        matched_by=row["matched_by"],
    )


def operation_row(run: int, operation: Operation) -> dict[str, Any]:
    """The row of an operation of a run."""
    return {
        "id": operation.id,
        "run": run,
        "model": operation.model,
        "resource": operation.resource,
        "source_key": operation.source_key,
        "label": operation.label,
        "action": operation.action,
        "state": operation.state,
        "provisional_id": operation.provisional_id,
        "splynx_id": operation.splynx_id,
        "path": encode(operation.path),
        "payload": encode(operation.payload),
        "before": encode(operation.before) if operation.before is not None else None,
        "reason": operation.reason,
        "field": operation.field,
        "message": operation.message,
        "remedy": operation.remedy,
        "blocked_by": operation.blocked_by,
        "matched_by": operation.matched_by,
        "at": now(),
    }
