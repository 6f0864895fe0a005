"""Records that are no more because another record took their place: a lead that was converted into a customer."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from target_splynx.ledger.entries import decode
from target_splynx.ledger.tables import records


def part(connection: sa.Connection, resources: Sequence[str], splynx_id: str) -> None:
    """Close the records of these resources with this number, and those of them that hang on it (`customer_id`)."""
    rows = connection.execute(
        sa.select(records.c.model, records.c.source_key, records.c.splynx_id, records.c.path, records.c.payload).where(
            records.c.resource.in_(resources), records.c.state != "deleted"
        )
    ).all()
    for model, key, own, path, payload in rows:
        owner = {**decode(path), **decode(payload)}.get("customer_id")
        if splynx_id in {str(own), str(owner)} and (owner is None or str(owner) == splynx_id):
            connection.execute(
                records.update().where(records.c.model == model, records.c.source_key == key).values(state="deleted")
            )
