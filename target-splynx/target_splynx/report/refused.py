"""Rows that were not written, from the ledger, and grouped by reason.

In: the ledger, and which run decided last about each model. Out: `Refused`, `Reason`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from target_splynx.ledger.entries import Operation
from target_splynx.ledger.store import Ledger
from target_splynx.loading.masking import masked, without_secrets
from target_splynx.report.content import Reason, Refused

EXAMPLES = 5


def refused_rows(
    ledger: Ledger, newest: Mapping[str, int], plain: Callable[[str], str] | None = None
) -> Iterator[Refused]:
    """Rejected and blocked rows. `newest`: model → run; `plain`: takes what is particular out of a message, and the
    record's name is left out."""
    for run in sorted(set(newest.values())):
        for operation in ledger.operations(run, states=("rejected", "blocked")):
            if newest.get(operation.model) == run:
                yield _refused(operation, plain)


def _refused(operation: Operation, plain: Callable[[str], str] | None) -> Refused:
    message = without_secrets(operation.message or "", operation.payload)
    remedy = without_secrets(operation.remedy or "", operation.payload)
    value = masked(operation.payload).get(operation.field or "")
    return Refused(
        id=f"{operation.model}:{operation.source_key}",
        section=operation.model.split("/")[0],
        resource=operation.resource,
        source_key=operation.source_key,
        record="" if plain else operation.label,
        state=operation.state,
        reason=operation.reason or operation.state,
        field=operation.field or "",
        value="" if plain or value is None else str(value),
        message=plain(message) if plain else message,
        remedy=plain(remedy) if plain else remedy,
    )


def reasons_of(rows: Iterable[Refused]) -> list[Reason]:
    """By resource and reason: rejected ones first, then the most frequent; the remedy told most often."""
    found: dict[tuple[str, str, str], Reason] = {}
    remedies: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in rows:
        key = (row.resource, row.reason, row.state)
        reason = found.setdefault(key, Reason(row.resource, row.reason, row.state, 0, "", []))
        reason.number += 1
        told = remedies.setdefault(key, {})
        told[row.remedy] = told.get(row.remedy, 0) + 1
        if len(reason.examples) < EXAMPLES:
            reason.examples.append(row)
    for key, reason in found.items():
        reason.remedy = max(remedies[key].items(), key=lambda entry: entry[1])[0]
    return sorted(found.values(), key=lambda r: (r.state != "rejected", -r.number, r.resource, r.reason))
