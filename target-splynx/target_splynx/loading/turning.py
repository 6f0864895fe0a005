"""A record that becomes one of another resource: a lead that signs on is converted, not made a second time.

In: a change of a model with `becomes`. Out: the number of the record that it became. Leads and customers share their
ids (research/mapping.md §9), so it should be the same; where it is not, the new one is looked for by name and day.
"""

from __future__ import annotations

from target_splynx.contract.resource import resources
from target_splynx.ledger.entries import Operation
from target_splynx.loading.paths import item_path
from target_splynx.modelling.model import Model
from target_splynx.planning.adoption import marker_of
from target_splynx.readback import one
from target_splynx.splynx.client import Client
from target_splynx.splynx.query import Query

REACHABLE = ("email", "billing_email", "phone")
"""Emptied before, so that no welcome message finds an address; the record's own model sets them again."""

PARTED = ("leads", "leads_info", "leads_notes", "leads_documents")
"""Resources whose records of a lead are no more when it is a customer."""


def turn(client: Client, model: Model, operation: Operation) -> str | None:
    """Convert; None when it cannot be told what became of it. A conversion that was done already is not repeated.

    Raises:
        SplynxError: Splynx refused, or did not answer.
    """
    source, target = resources()[model.resource.parent[0]], resources()[model.becomes or ""]
    own = operation.splynx_id or ""
    before = one(client, source, {}, own)
    if before is not None:
        if reachable := {name: "" for name in REACHABLE if before.get(name)}:
            client.put(item_path(source, {}, own), reachable)
        client.put(item_path(model.resource, operation.path, own), operation.payload)
    made = one(client, target, {}, own)
    if made is not None and made.get("category") != "lead":
        return own
    if before is None:
        return None
    rows = client.get(target.path or "", Query(main={"name": before.get("name")}))
    free = [row for row in rows if not marker_of(row) and row.get("date_add") == before.get("date_add")]
    return str(free[0]["id"]) if len(free) == 1 else None
