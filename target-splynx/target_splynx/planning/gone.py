"""What happens in Splynx to records whose source row is no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from target_splynx.ledger.entries import Operation, Record
from target_splynx.modelling.model import Model
from target_splynx.planning.diff import before_image, changes


def farewells(
    model: Model, policy: str, records: Iterable[Record], billed: Collection[str] = frozenset()
) -> Iterator[Operation]:
    """One operation per record, not yet numbered.

    `policy`: `delete` where Splynx has a DELETE, else as `end`; `end` gives the model's end values, nothing when it
    names none. `billed`: ids of records that Splynx has charged; they are ended, whatever the policy, and where the
    model names no end values that is a reject, so that somebody learns of it.
    """
    for record in records:
        # A DELETE by body names the record in its body.
        body = {n: record.payload.get(n) for n in model.resource.natural_key} if model.resource.deletes_by_body else {}
        base = Operation(
            model=model.name,
            resource=model.resource.name,
            source_key=record.source_key,
            action="delete",
            payload=body,
            path=record.path,
            before=record.payload,
            splynx_id=record.splynx_id,
            label=f"{model.resource.name} {record.source_key}",
        )
        charged = record.splynx_id in billed
        if policy == "delete" and model.resource.can_delete and not charged:
            yield base
        elif changed := changes(model.resource.fields, {**record.payload, **model.end}, record.payload):
            yield replace(base, action="end", payload=changed, before=before_image(record.payload, changed))
        elif charged and not model.end:
            yield replace(
                base,
                state="rejected",
                reason="billed",
                message="It is gone at the source, but Splynx has billed it: it is not deleted.",
                remedy="End it by hand, or give the model `end:` values.",
            )
