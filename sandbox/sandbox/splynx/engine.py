"""The generic life of a record: create, change, delete, read, list, count, OPTIONS, for every resource of the contract.

In: a ``Splynx``, a resource, a body or query. Out: rows and JSON bytes. What is special about a resource hangs on it
as rules and effects (``registry``); a change is checked in full before anything is written: a refused one leaves
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from sandbox.splynx.contract import Path, Resource, label_of
from sandbox.splynx.errors import ApiError, ValidationFailedError, bad_request, not_found
from sandbox.splynx.fields import Field
from sandbox.splynx.query import Nested, Query, compile_query
from sandbox.splynx.registry import Change, Identity, effects_of, rules_of
from sandbox.splynx.state import Splynx
from sandbox.splynx.store import Row, Values, encode_json, encode_rows
from sandbox.splynx.validate import check_keys, clean_body

_LIVE_TYPES = {
    "int": "integer", "switch": "boolean", "number": "numeric", "decimal": "float", "bool": "boolean",
    "enum": "string", "date": "date",
    "datetime": "datetime", "list": "array", "object": "array", "any": "string", "email": "string", "time": "string",
    "file": "file", "string": "string",
}  # fmt: skip
# GUESS: default page sizes; only these are documented (research/splynx-api.md §4)
DEFAULT_LIMITS = {"voice/calls": 1000, "voice/data": 1000, "voice/messages": 1000, "scheduling/tasks-activity": 10}
_STAMPED_ON_CHANGE = ("updated_at", "last_update", "date_updated")
_STAMPED_ON_CREATE = (*_STAMPED_ON_CHANGE, "created_at", "real_create_datetime", "datetime_added", "date_created",
                      "date_time")  # fmt: skip
MADE_WITH_PARENT = {
    "fup/counter": ("customers/internet-services", "service_id"),
    "fup/compiler": ("customers/internet-services", "service_id"),
    "fup/fup-limits": ("tariffs/internet", "tariff_id"),
}
RENDERERS: dict[str, Callable[[Splynx, Row], Values]] = {}


def create(splynx: Splynx, resource: Resource, body: Any, identity: Identity, scope: Values | None = None) -> Row:
    """Check and insert a record; raises ValidationFailedError (422) or ApiError."""
    change = Change(splynx, resource, "create", {}, body=_body(body, scope), identity=identity, scope=scope or {})
    clean_body(change)
    _stamp(change)
    _check(change)
    if "id" in resource.fields:
        change.values["id"] = None
    if "added_by" in resource.fields and not change.body.get("added_by"):
        change.values["added_by"] = identity.kind if identity.kind in {"api", "admin"} else "api"
        change.values["added_by_id"] = identity.id
    change.row = splynx.table(resource.name).add(change.values, change.hidden)
    _done(change)
    return change.row


def check_only(splynx: Splynx, resource: Resource, body: Any, identity: Identity) -> None:
    """The checks of a create, without creating."""
    change = Change(splynx, resource, "create", {}, body=_body(body, None), identity=identity)
    clean_body(change)
    _check(change)


def update(
    splynx: Splynx, resource: Resource, row: Row, body: Any, identity: Identity, query: Nested | None = None
) -> None:
    """Check and write the columns sent; the others stay."""
    change = Change(splynx, resource, "update", {}, row=row, body=_body(body, None), identity=identity)
    change.query = query or {}
    clean_body(change)
    _stamp(change)
    change.before = dict(row.values)
    _check(change)
    row.hidden.update(change.hidden)
    splynx.table(resource.name).change(row, change.values)
    _done(change)


def delete(splynx: Splynx, resource: Resource, row: Row, identity: Identity) -> None:
    """Mark a record as deleted unless a rule refuses."""
    change = Change(splynx, resource, "delete", {}, row=row, before=dict(row.values), identity=identity)
    for hook in rules_of(resource.name, "delete"):
        hook(change)
    if change.errors:
        # GUESS: the status and code of "in use"; the code name is documented
        raise ApiError(405, "ENTITY_CANNOT_BE_DELETED", change.errors[0][1])
    splynx.table(resource.name).delete(row)
    _done(change)


def _body(body: Any, scope: Values | None) -> Values:
    if body is None:
        body = {}
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object.")
    if scope:
        for name, value in scope.items():
            if name in body and str(body[name]) != str(value):
                raise ValidationFailedError([(name, f"{label_of(name)} differs from the one in the path.")])
        body = {**body, **scope}
    checked: Values = body
    return checked


def _stamp(change: Change) -> None:
    """Times that the server sets itself unless the caller gave them (created_at is honoured: GUESS, research §14)."""
    names = _STAMPED_ON_CREATE if change.action == "create" else _STAMPED_ON_CHANGE
    fields = change.resource.fields
    for name in names:
        if name in fields and (name not in change.body or name in change.resource.server_made):
            day = fields[name].kind == "date" and name.startswith("date_")
            change.values[name] = change.splynx.today().isoformat() if day else change.splynx.stamp()


def _check(change: Change) -> None:
    check_keys(change)
    for hook in rules_of(change.resource.name, change.action):
        hook(change)
    if change.errors:
        raise ValidationFailedError(change.errors)


def _done(change: Change) -> None:
    for hook in effects_of(change.resource.name, change.action):
        hook(change)
    if change.row is not None:
        change.splynx.log_change(change.resource.name, change.row.id, change.action, change.body)


def rendered(splynx: Splynx, name: str, row: Row, *, in_list: bool = False) -> Values:
    """The record as an answer shows it."""
    resource = splynx.resource(name)
    renderer = RENDERERS.get(name)
    values: Values = renderer(splynx, row) if renderer else row.values
    if in_list and resource.list_hidden:
        values = {key: value for key, value in values.items() if key not in resource.list_hidden}
    if splynx.settings.strings:
        texts: Values = as_strings(values)
        return texts
    return values


def as_strings(value: Any) -> Any:
    """Old builds send every number as text (research/splynx-api.md §5)."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return {key: as_strings(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_strings(each) for each in value]
    return value


def one_json(splynx: Splynx, name: str, row: Row) -> bytes:
    """One record as JSON."""
    return encode_json(rendered(splynx, name, row))


def many_json(splynx: Splynx, name: str, rows: Iterable[Row]) -> bytes:
    """A list of records as JSON; plain rows keep their encoded form until they change."""
    resource = splynx.resource(name)
    if name in RENDERERS:
        return encode_json([rendered(splynx, name, row, in_list=True) for row in rows])
    hidden, strings = resource.list_hidden, splynx.settings.strings

    def encode(values: Values) -> bytes:
        if hidden:
            values = {key: value for key, value in values.items() if key not in hidden}
        return encode_json(as_strings(values) if strings else values)

    return encode_rows(rows, encode)


def query_of(splynx: Splynx, resource: Resource, nested: Nested) -> Query:
    """The list query that a request asks for."""
    additional = set(splynx.additional_fields(resource.module)) if resource.module else set()
    columns = resource.fields
    return compile_query(nested, columns, additional, DEFAULT_LIMITS.get(resource.name))


def scoped_rows(splynx: Splynx, resource: Resource, scope: Values) -> list[Row] | None:
    """Rows inside the collection that the path names; None = the whole table."""
    if not scope:
        return None
    (column, value), *rest = scope.items()
    rows = splynx.table(resource.name).where(column, value)
    for column, value in rest:
        rows = [row for row in rows if str(row[column]) == str(value)]
    return sorted(rows, key=lambda row: row.id)


def find(splynx: Splynx, resource: Resource, parameters: dict[str, str]) -> Row:
    """The record that an item path names; 404 when there is none."""
    table = splynx.table(resource.name)
    columns = {column: parameters[name] for name, column in resource.locate.items()}
    if "id" in columns and "id" in resource.fields:
        row = table.get(columns.pop("id"))
        found = [row] if row is not None else []
    elif columns:
        name, value = columns.popitem()
        found = table.where(name, value)
    else:
        found = []
    for name, value in columns.items():
        found = [row for row in found if str(row[name]) == str(value)]
    if not found:
        return _made_when_asked(splynx, resource, parameters)
    return found[0]


def _made_when_asked(splynx: Splynx, resource: Resource, parameters: dict[str, str]) -> Row:
    """Rows that exist with their parent and are made when first looked at; else 404."""
    parent, column = MADE_WITH_PARENT.get(resource.name, ("", ""))
    owner = splynx.table(parent).get(parameters.get(column)) if parent else None
    if owner is None:
        raise not_found()
    return splynx.new_row(resource.name, {column: owner.id})


def options_json(splynx: Splynx, path: Path, resource: Resource | None) -> bytes:
    """What OPTIONS answers: as recorded where recorded, else from the contract; created additional fields with it."""
    if path.options is not None:
        attributes = [_recorded_attribute(row) for row in path.options]
    elif resource is not None:
        names = [n for n in resource.fields if n in resource.creatable or n in resource.updatable or n == "id"]
        attributes = [_derived_attribute(resource, resource.fields[name]) for name in names]
    else:
        attributes = []
    answer: dict[str, Any] = {"attributes": attributes}
    if resource is not None and resource.module:
        answer["additional_attributes"] = [
            {"name": n, "title": f["title"], "type": f["type"], "required": bool(f["is_required"])}
            for n, f in splynx.additional_fields(resource.module).items()
        ]
    elif path.options_additional:
        answer["additional_attributes"] = []
    return encode_json(answer)


def _recorded_attribute(row: tuple[Any, ...]) -> dict[str, Any]:
    title = row[3] if len(row) > 3 else label_of(row[0])
    return {"name": row[0], "title": title, "type": row[1], "required": row[2]}


def _derived_attribute(resource: Resource, spec: Field) -> dict[str, Any]:
    # GUESS: not recorded for this path, derived from the document
    required = spec.name in resource.required
    return {"name": spec.name, "title": spec.title, "type": _LIVE_TYPES[spec.kind], "required": required}


def canonical(splynx: Splynx, only: str | None = None, volatile: bool = True) -> dict[str, Any]:
    """The live state, sorted, for comparing two servers; ``volatile=False`` leaves out what the clock decides."""
    skip = frozenset() if volatile else splynx.contract.volatile
    result = {}
    for name, table in sorted(splynx.store.tables.items()):
        if only is not None and name != only:
            continue
        rows = [{k: v for k, v in sorted(row.values.items()) if k not in skip} for row in table]
        if rows:
            result[name] = sorted(rows, key=lambda values: (str(values.get("id", "")).zfill(12), str(values)))
    return result


def decode_json(raw: bytes) -> Any:
    """The body of a request; nothing is an empty object. 400 when it is no JSON."""
    if not raw:
        return {}
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise bad_request("The body is not JSON.") from None
