"""From a model's row to the payload that Splynx gets, checked before anything is sent."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from target_splynx.contract.live import MARKER, LiveResource
from target_splynx.contract.resource import Field
from target_splynx.contract.values import Problem, WrongType, attribute, check, to_api
from target_splynx.modelling.evaluate import Row
from target_splynx.modelling.model import Model
from target_splynx.planning.diff import ATTRIBUTES, is_provisional
from target_splynx.planning.files import FILE, FileStore


def build(
    model: Model,
    row: Row,
    *,
    known_attributes: frozenset[str],
    files: FileStore | None = None,
    absent: frozenset[str] = frozenset(),
) -> tuple[dict[str, Any], dict[str, Any], list[Problem]]:
    """(payload, parameters of the path, problems) of a row. Fields that are NULL are left out.

    In a patch the parameters of the path are the record's address, not a change. `absent`: fields that this server does
    not have (`LiveResource.absent`); they are left out, too.
    """
    payload, path, problems = _fields(model, row, absent)
    problems += _address(model, path)
    attributes = _attributes(row.fields.get(ATTRIBUTES))
    if model.marked:
        attributes[MARKER] = row.source_key
    if not model.resource.free_attributes:
        problems += _unknown(model, attributes, known_attributes)
    if attributes:
        payload[ATTRIBUTES] = attributes
    if row.file is not None and files is not None:
        described, problem = files.describe(row.file)
        if described:
            payload[FILE] = described
        if problem:
            problems.append(problem)
    return payload, path, problems


def _fields(model: Model, row: Row, absent: frozenset[str]) -> tuple[dict[str, Any], dict[str, Any], list[Problem]]:
    """The fields proper, and the parameters of the path."""
    payload: dict[str, Any] = {}
    path: dict[str, Any] = {}
    problems: list[Problem] = []
    parameters = {*model.resource.collection_parameters, *model.resource.item_parameters}
    for name, raw in row.fields.items():
        if name == ATTRIBUTES or name in absent:
            continue
        field = model.resource.fields.get(name)
        if name in parameters and raw is not None:
            path[name] = raw
            if model.mode == "patch":
                continue
        if field is None or raw is None:
            continue
        value, problem = _value(name, field, raw)
        if value is not None:
            payload[name] = value
        if problem:
            problems.append(problem)
    return payload, path, problems


def _address(model: Model, path: dict[str, Any]) -> list[Problem]:
    """Parts of the record's address that are missing; its own id comes from the answer, or from the column id."""
    resource = model.resource
    parameters = {*resource.collection_parameters, *resource.item_parameters}
    own = {resource.own_parameter} if model.mode == "patch" or not resource.own_field else set()
    return [
        Problem("required", name, f"{name} is empty; it is part of the record's address.", "Look at the joins.")
        for name in sorted(parameters.difference(path, own))
    ]


def _unknown(model: Model, attributes: dict[str, Any], known: frozenset[str]) -> list[Problem]:
    return [
        Problem(
            "unknown_additional_field",
            f"{ATTRIBUTES}.{name}",
            f"Splynx has no additional field {name} for {model.resource.name}.",
            "Add it to the model foundation/additional_fields, or take it out.",
        )
        for name in attributes
        if name not in known
    ]


def _value(name: str, field: Field, raw: Any) -> tuple[Any, Problem | None]:
    """A field in the API's form, and what is wrong with it."""
    if is_provisional(raw):
        # A number whatever the field's type says; it is replaced before sending.
        return raw, None
    try:
        value = to_api(field, raw)
    except WrongType as error:
        return None, Problem("wrong_type", name, f"{name}: {error}.", "Mend the model or the source.")
    return value, check(name, field, value)


def missing(live: LiveResource, payload: dict[str, Any], model: Model) -> list[Problem]:
    """Fields that a create must carry and this payload does not."""
    found = []
    resource = model.resource
    for name in sorted(live.required - set(model.generate)):
        field = resource.fields.get(name, Field())
        if name in resource.collection_parameters and name not in resource.fields:
            continue
        value = payload.get(name)
        if (
            value is None
            or (value == "" and field.type != "string")
            or (value == "" and name in {"name", "title", "login"})
        ):
            found.append(
                Problem(
                    "required",
                    name,
                    f"{name} is empty; Splynx demands it.",
                    f"Fill {name} at the source, or give the model a default.",
                )
            )
    return found


def _attributes(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, str):
        value = json.loads(value, parse_float=Decimal)
    return {str(name): attribute(entry) for name, entry in dict(value).items() if entry is not None}
