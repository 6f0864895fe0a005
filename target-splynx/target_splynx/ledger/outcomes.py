"""What became of each source key, in bulk: for whoever compares the whole source with the whole ledger.

In: a `Ledger`. Out: plain tuples, streamed; nothing is decoded, so two million rows are a matter of seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from target_splynx.ledger.entries import decode
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.tables import operations, records, runs

_STREAMED = 10_000


def planned_in(ledger: Ledger) -> dict[str, int]:
    """Model → the newest run that planned it whole."""
    found: dict[str, int] = {}
    query = sa.select(runs.c.id, runs.c.summary).order_by(runs.c.id.desc())
    with ledger.engine.connect() as connection:
        for number, summary in connection.execution_options(yield_per=10).execute(query):
            for row in decode(summary or "{}").get("rows", []):
                if not row.get("problem"):
                    found.setdefault(str(row["model"]), int(number))
    return found


def states(ledger: Ledger) -> Iterator[tuple[str, str, str]]:
    """(model, source key, live | ended | deleted) of every record."""
    query = sa.select(records.c.model, records.c.source_key, records.c.state)
    with ledger.engine.connect() as connection:
        yield from map(tuple, connection.execution_options(yield_per=_STREAMED).execute(query))


def decisions(ledger: Ledger, newest: Mapping[str, int]) -> Iterator[tuple[str, str, str, str | None]]:
    """(model, source key, state, reason) of every operation of the given run of each model."""
    columns = (operations.c.model, operations.c.source_key, operations.c.state, operations.c.reason)
    with ledger.engine.connect() as connection:
        for run in sorted(set(newest.values())):
            models = [model for model, number in newest.items() if number == run]
            query = sa.select(*columns).where(operations.c.run == run, operations.c.model.in_(models))
            yield from map(tuple, connection.execution_options(yield_per=_STREAMED).execute(query))
