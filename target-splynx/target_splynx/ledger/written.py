"""What the ledger knows of each source row by now: where it lives in Splynx, or why it does not.

Used where the whole migration is compared with its source, over all runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from target_splynx.ledger.entries import decode
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.tables import operations, records, runs

FACTS = ("discount_value", "enabled")
"""Fields of the payload that are told, too."""
RECORD_COLUMNS = {
    "model": "VARCHAR",
    "source_key": "VARCHAR",
    "resource": "VARCHAR",
    "splynx_id": "BIGINT",
    "discount_value": "DECIMAL(19,4)",
    "enabled": "VARCHAR",
}
REJECT_COLUMNS = {"model": "VARCHAR", "source_key": "VARCHAR", "reject": "VARCHAR"}


def written(ledger: Ledger, resources: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The live records of some resources: model, source_key, resource, splynx_id, and the `FACTS` as last applied."""
    columns = [records.c[name] for name in ("model", "source_key", "resource", "splynx_id", "payload")]
    query = sa.select(*columns).where(records.c.state == "live", records.c.resource.in_(list(resources)))
    with ledger.engine.connect() as connection:
        for row in connection.execution_options(yield_per=5000).execute(query).mappings():
            text = row["payload"]
            payload = decode(text) if any(fact in text for fact in FACTS) else {}
            yield {**row, **{fact: payload.get(fact) for fact in FACTS}}


def refused(ledger: Ledger, resources: Iterable[str]) -> Iterator[dict[str, str]]:
    """Rows that were rejected, or wait for a rejected one, and live nowhere: model, source_key, reject
    (`code|message|remedy` of what stands at the beginning)."""
    live = sa.and_(
        records.c.model == operations.c.model,
        records.c.source_key == operations.c.source_key,
        records.c.state == "live",
    )
    columns = [
        operations.c[name] for name in ("id", "model", "source_key", "reason", "message", "remedy", "blocked_by")
    ]
    query = (
        sa.select(*columns)
        .join(records, live, isouter=True)
        .where(
            operations.c.state.in_(["rejected", "blocked"]),
            operations.c.resource.in_(list(resources)),
            records.c.model.is_(None),
        )
        .order_by(operations.c.id)
    )
    newest: dict[tuple[str, str], Any] = {}
    by_id: dict[int, Any] = {}
    with ledger.engine.connect() as connection:
        for row in connection.execution_options(yield_per=5000).execute(query):
            by_id[row.id] = row
            newest[row.model, row.source_key] = row
    for (model, key), row in newest.items():
        first = row
        while first.blocked_by is not None and first.blocked_by in by_id:
            first = by_id[first.blocked_by]
        yield {"model": model, "source_key": key, "reject": f"{first.reason}|{first.message}|{first.remedy}"}


def last_writing_run(ledger: Ledger) -> int:
    """The number of the newest run that wrote, or that may have written; 0 when there is none."""
    wrote = sa.select(sa.func.max(operations.c.run)).where(operations.c.state.in_(["sent", "done"]))
    with ledger.engine.connect() as connection:
        return int(connection.execute(wrote.where(operations.c.run.in_(sa.select(runs.c.id)))).scalar() or 0)
