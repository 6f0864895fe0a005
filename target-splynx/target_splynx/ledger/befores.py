"""Old values of planned changes, where this migration itself wrote them: a later model changes what another wrote.

Splynx's lists show most old values. Billing settings are shown one by one only, and nobody asks ten thousand times; but
the ledger knows what the loading models wrote there, and a rollback brings it back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from target_splynx.ledger.entries import Operation, decode, encode, operation_of
from target_splynx.ledger.store import CHUNK, Ledger
from target_splynx.ledger.tables import operations, records
from target_splynx.planning.diff import ATTRIBUTES


def fill_befores(ledger: Ledger, run: int) -> int:
    """Give planned changes of a run, of which nobody knows an old value, those that other models wrote. Returns how
    many."""
    query = (
        sa.select(operations)
        .where(
            operations.c.run == run,
            operations.c.state == "planned",
            operations.c.action == "update",
            operations.c.before == encode({}),
        )
        .order_by(operations.c.id)
    )
    with ledger.engine.connect() as connection:
        changes = [operation_of(row) for row in connection.execute(query).mappings()]
    by_resource: dict[str, list[Operation]] = defaultdict(list)
    for change in changes:
        by_resource[change.resource].append(change)
    filled = 0
    for resource, found in by_resource.items():
        for start in range(0, len(found), CHUNK):
            filled += _fill(ledger, resource, found[start : start + CHUNK])
    return filled


def _fill(ledger: Ledger, resource: str, changes: list[Operation]) -> int:
    known = _written(ledger, resource, {str(change.splynx_id) for change in changes})
    images = []
    for change in changes:
        held: dict[str, Any] = {}
        for model, payload in known.get(str(change.splynx_id), ()):
            if model != change.model:
                held |= payload
        before = {name: held[name] for name in change.payload if name in held and name != ATTRIBUTES}
        if before:
            images.append({"_id": change.id, "_before": encode(before)})
    if images:
        statement = (
            operations.update().where(operations.c.id == sa.bindparam("_id")).values(before=sa.bindparam("_before"))
        )
        with ledger.engine.begin() as connection:
            connection.execute(statement, images)
    return len(images)


def _written(ledger: Ledger, resource: str, ids: Iterable[str]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Splynx id → (model, payload) of the records that live there, the oldest first."""
    query = (
        sa.select(records.c.splynx_id, records.c.model, records.c.payload)
        .where(records.c.resource == resource, records.c.state == "live", records.c.splynx_id.in_(list(ids)))
        .order_by(records.c.run, records.c.model)
    )
    found: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    with ledger.engine.connect() as connection:
        for row in connection.execute(query):
            found[row.splynx_id].append((row.model, decode(row.payload)))
    return found
