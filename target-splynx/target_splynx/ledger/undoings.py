"""What a rollback, a saved plan and a retry ask of the ledger beyond a plain run.

Each function is one transaction on a `Ledger`; in and out are the types of `ledger.entries`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from target_splynx.ledger.entries import Operation, Record, decode, operation_of, record_of
from target_splynx.ledger.store import CHUNK, REFUSED, Ledger
from target_splynx.ledger.tables import operations, records, runs, undoings

ROLLBACK_OF = "rollback_of"
"""Key in the settings of a run: the run that it takes back."""


def run_of(ledger: Ledger, number: int) -> dict[str, Any] | None:
    """A run as a dict of its columns, `settings` and `summary` parsed."""
    with ledger.engine.connect() as connection:
        row = connection.execute(sa.select(runs).where(runs.c.id == number)).mappings().first()
    if row is None:
        return None
    return {**row, "settings": decode(row["settings"] or "{}"), "summary": decode(row["summary"] or "{}")}


def link(ledger: Ledger, pairs: Sequence[tuple[int, int]]) -> None:
    """(operation of a rollback, the operation that it undoes)."""
    if pairs:
        with ledger.engine.begin() as connection:
            connection.execute(undoings.insert(), [{"operation": new, "undoes": old} for new, old in pairs])


def undone(ledger: Ledger, run: int) -> dict[int, int]:
    """operation of a rollback → the operation that it undoes, of one rollback."""
    query = (
        sa.select(undoings.c.operation, undoings.c.undoes)
        .join(operations, operations.c.id == undoings.c.operation)
        .where(operations.c.run == run)
    )
    with ledger.engine.connect() as connection:
        return {int(new): int(old) for new, old in connection.execute(query)}


def held_resources(ledger: Ledger, states: Sequence[str] = ("live", "ended")) -> list[str]:
    """Resources of which the ledger holds records."""
    query = sa.select(records.c.resource).where(records.c.state.in_(states)).distinct()
    with ledger.engine.connect() as connection:
        return sorted(name for (name,) in connection.execute(query))


def held_records(ledger: Ledger, resource: str, states: Sequence[str] = ("live", "ended")) -> Iterator[Record]:
    """Records of a resource, those of the model that wrote first coming first (patches come on top)."""
    first = sa.select(operations.c.model, sa.func.min(operations.c.id).label("first")).group_by(operations.c.model)
    order = first.subquery()
    query = (
        sa.select(records)
        .join(order, order.c.model == records.c.model, isouter=True)
        .where(records.c.resource == resource, records.c.state.in_(states))
        .order_by(order.c.first, records.c.source_key)
    )
    with ledger.engine.connect() as connection:
        for row in connection.execution_options(yield_per=1000).execute(query).mappings():
            yield record_of(row)


def drop_records(ledger: Ledger, gone: Iterable[tuple[str, str]]) -> int:
    """These (model, source key) stand for nothing in Splynx any more: the next run begins anew with them."""
    pairs = list(gone)
    with ledger.engine.begin() as connection:
        for start in range(0, len(pairs), CHUNK):
            for model, key in pairs[start : start + CHUNK]:
                connection.execute(
                    records.update()
                    .where(records.c.model == model, records.c.source_key == key)
                    .values(state="deleted")
                )
    return len(pairs)


def newest_first(ledger: Ledger, run: int) -> Iterator[Operation]:
    """What a run did (state `done`), the last first."""
    query = (
        sa.select(operations)
        .where(operations.c.run == run, operations.c.state == "done")
        .order_by(operations.c.id.desc())
    )
    with ledger.engine.connect() as connection:
        for row in connection.execution_options(yield_per=1000).execute(query).mappings():
            yield operation_of(row)


def begin_loading(ledger: Ledger, run: int) -> bool:
    """A saved plan is carried out now; False when another process was first or the plan was overtaken."""
    with ledger.engine.begin() as connection:
        changed = connection.execute(
            runs.update()
            .where(runs.c.id == run, runs.c.state == "planned")
            .values(state="loading", dry_run=False, finished_at=None)
        )
        return changed.rowcount == 1


def forget_refusals(
    ledger: Ledger,
    *,
    resource: str | None = None,
    reason: str | None = None,
    keys: Sequence[tuple[str | None, str]] = (),
) -> int:
    """Let the next run send again what Splynx refused. Returns of how many records.

    `keys`: (model, source key), the model None for any. The operations stay in the journal, as `retried`.
    """
    chosen = [operations.c.state == "rejected", operations.c.reason == REFUSED]
    if resource:
        chosen.append(operations.c.resource == resource)
    if reason:
        chosen.append(operations.c.reason == reason)
    if keys:
        chosen.append(
            sa.or_(
                *(
                    sa.and_(operations.c.source_key == key, *([operations.c.model == model] if model else []))
                    for model, key in keys
                )
            )
        )
    with ledger.engine.begin() as connection:
        counted = connection.execute(
            sa.select(sa.func.count()).select_from(
                sa.select(operations.c.model, operations.c.source_key).where(*chosen).distinct().subquery()
            )
        ).scalar()
        connection.execute(operations.update().where(*chosen).values(state="retried"))
    return int(counted or 0)


def deleted_operations(ledger: Ledger) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(resource, Splynx id, path) of everything that was deleted in Splynx, by any run."""
    query = sa.select(operations.c.resource, operations.c.splynx_id, operations.c.path).where(
        operations.c.action == "delete", operations.c.state == "done"
    )
    with ledger.engine.connect() as connection:
        for resource, splynx_id, path in connection.execution_options(yield_per=5000).execute(query):
            yield str(resource), str(splynx_id), decode(path)
