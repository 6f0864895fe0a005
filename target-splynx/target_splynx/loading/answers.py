"""What an answer of Splynx to a write means: the record that is there now, its number, whether it was there before."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from target_splynx.contract.live import MARKER
from target_splynx.ledger.entries import Operation, Record
from target_splynx.loading.later import at_once
from target_splynx.loading.uploads import without_file
from target_splynx.modelling.model import Model
from target_splynx.planning.diff import ATTRIBUTES
from target_splynx.splynx.errors import Unavailable, ValidationRefused


def record_of(model: Model, operation: Operation, splynx_id: str, *, whole: bool = True) -> Record:
    """What the ledger keeps of a write. `whole`: with its file, and with the fields that come later."""
    part = at_once(model, without_file(operation.payload))
    return Record(
        model=operation.model,
        source_key=operation.source_key,
        resource=operation.resource,
        splynx_id=splynx_id,
        payload=operation.payload if whole else part,
        path=operation.path,
    )


def id_of(model: Model, answer: Any, operation: Operation) -> str:
    """The number that Splynx gave to what was created.

    Raises:
        Unavailable: it accepted the record and told none: it has to be looked up.
    """
    resource, name = model.resource, model.resource.id
    if resource.own_field or resource.deletes_by_body:
        return str(resource.record_id(operation.payload))
    if isinstance(answer, list) and answer:  # one record was sent, one is told
        answer = answer[0]
    if name and isinstance(answer, dict) and answer.get(name) is not None:
        value = answer[name]
        return str(value[0] if isinstance(value, list) and value else value)
    if name is None:
        return operation.source_key
    raise Unavailable(HTTPStatus.CREATED, f"accepted a {model.resource.name} but told no {name}")


def is_marked(model: Model, operation: Operation) -> bool:
    """Whether the record carries the marker by which it is found without doubt."""
    return model.marked and MARKER in operation.payload.get(ATTRIBUTES, {})


def tells_apart(model: Model, error: ValidationRefused) -> bool:
    """Whether Splynx complains about a field by which the record can be found: it may be there already."""
    complaints = {complaint.field.removeprefix(f"{ATTRIBUTES}.") for complaint in error.fields}
    return bool(complaints & ({MARKER} if model.marked else set(model.natural_key)))
