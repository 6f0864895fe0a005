"""Records as Splynx shows them now, for comparing with what was applied. Reads only.

Lists where the API has them, a GET per record where it does not (customer-info, customer-billing).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from target_splynx.contract.resource import Resource, path_parameters, resources
from target_splynx.ledger.entries import Record
from target_splynx.loading.paths import filled, identity, item_path
from target_splynx.planning.diff import ATTRIBUTES, merged
from target_splynx.planning.existing import list_path
from target_splynx.planning.files import FILE
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotFound, SplynxError, ValidationRefused

UNREADABLE = frozenset({"password", "secret", "radius_secret"})
"""Fields that Splynx never shows."""

MOVING = frozenset({"updated_at"})
"""Fields that Splynx sets anew whenever something happens to the record: a later value says nothing of who changed it.
A ticket's moves with every message."""


@dataclass
class Expected:
    """What a record should hold: the creating model's payload with the patches of later models on top."""

    source_key: str
    splynx_id: str
    path: dict[str, Any]
    payload: dict[str, Any]


def expect(into: dict[str, dict[str, Expected]], record: Record) -> None:
    """Add a record of the ledger: `into` is resource → address → expectation. Models come in load order."""
    own = identity(resources()[record.resource], record.path, record.splynx_id)
    known = into.setdefault(record.resource, {}).get(own)
    if known is None:
        into[record.resource][own] = Expected(record.source_key, record.splynx_id, record.path, dict(record.payload))
    else:
        known.payload = merged(known.payload, record.payload)


def read(
    client: Client, resource: Resource, wanted: Mapping[str, Expected], workers: int = 4
) -> Iterator[tuple[Expected, dict[str, Any] | None]]:
    """Each wanted record with what Splynx shows of it; None when it is gone.

    Raises:
        SplynxError: the key may not read it, or Splynx does not answer.
    """
    expected = {identity(resource, each.path, each.splynx_id): each for each in wanted.values()}
    if resource.name == "additional_fields":
        rows: dict[str, dict[str, Any]] = {}
        for module in sorted({str(each.path.get("module")) for each in expected.values()}):
            for row in _module(client, module):
                rows[identity(resource, {"module": module}, str(row.get("name")))] = row
        yield from ((each, rows.get(key)) for key, each in expected.items())
        return
    path, query = list_path(resource)
    if path is not None and (resource.id or resource.deletes_by_body):
        paged = resource.id == "id" and resource.own_field is None
        shown = _by_identity(resource, client.pages(path, query) if paged else client.get(path, query), expected)
        yield from ((each, shown.get(key)) for key, each in expected.items())
        return
    if resource.listing is not None and path_parameters(resource.listing):
        yield from _read_by_parent(client, resource, resource.listing, expected)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda each: (each, one(client, resource, each.path, each.splynx_id)), expected.values())


def read_single(
    client: Client, resource: Resource, wanted: Mapping[str, Expected], workers: int = 4
) -> Iterator[tuple[Expected, dict[str, Any] | None]]:
    """As `read`, with a GET for each record where there is one: for a few of many.

    Raises:
        SplynxError: as `read`.
    """
    by_parent = resource.listing is not None and path_parameters(resource.listing)
    if by_parent or "read" not in resource.methods or resource.name == "additional_fields":
        yield from read(client, resource, wanted, workers)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda each: (each, one(client, resource, each.path, each.splynx_id)), wanted.values())


def shown_count(client: Client, resource: Resource) -> int | None:
    """How many records Splynx has of a resource (HEAD); None where it does not say."""
    path, query = list_path(resource)
    if path is None or not resource.id or resource.name == "additional_fields":
        return None
    try:
        return client.count(path, query)
    except SplynxError:
        return None


def _read_by_parent(
    client: Client, resource: Resource, listing: str, expected: Mapping[str, Expected]
) -> Iterator[tuple[Expected, dict[str, Any] | None]]:
    """Records that are only listed for what they hang on: documents of a customer, a checklist of a task."""
    lists: dict[str, dict[str, dict[str, Any]]] = {}
    for key, each in expected.items():
        place = filled(listing, {**each.payload, **each.path})
        if place not in lists:
            try:
                rows = client.get(place)
            except NotFound:
                rows = []
            lists[place] = _by_identity(resource, [{**each.path, **flat(row)} for row in rows], expected)
        yield each, lists[place].get(key)


def _by_identity(
    resource: Resource, rows: Iterable[dict[str, Any]], expected: Mapping[str, Expected]
) -> dict[str, dict[str, Any]]:
    """The rows that are expected, by address: a list may be much longer than what was written."""
    found = ((identity(resource, row, str(resource.record_id(row))), row) for row in rows)
    return {key: row for key, row in found if key in expected}


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A checklist tells the item and its state as objects side by side."""
    if not row or not all(isinstance(value, dict) for value in row.values()):
        return dict(row)
    return {name: value for part in row.values() for name, value in part.items()}


def one(client: Client, resource: Resource, path: Mapping[str, Any], splynx_id: str) -> dict[str, Any] | None:
    """One record; None when it is gone."""
    if resource.name == "additional_fields":
        return next((r for r in _module(client, str(path.get("module"))) if r.get("name") == splynx_id), None)
    try:
        row = client.get(item_path(resource, path, splynx_id))
    except NotFound:
        return None
    row = row[0] if isinstance(row, list) and len(row) == 1 else row  # some items come as a list of one
    return row if isinstance(row, dict) else None


def _module(client: Client, module: str) -> Iterable[dict[str, Any]]:
    try:
        return [row for row in client.get(f"/admin/config/additional-fields/{module}") if isinstance(row, dict)]
    except (NotFound, ValidationRefused):
        return []  # 400 on a module without fields (research/splynx-api.md §7)


def pairs(payload: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any, bool]]:
    """(field, applied, held, whether Splynx shows it); additional fields as `additional_attributes.<name>`."""
    for name, applied in payload.items():
        if name == FILE:
            continue
        if name != ATTRIBUTES:
            yield name, applied, found.get(name), name in found and name not in UNREADABLE | MOVING
            continue
        held = found.get(ATTRIBUTES)
        for attribute, value in (applied or {}).items():
            shown = isinstance(held, Mapping) and attribute in held
            yield f"{ATTRIBUTES}.{attribute}", value, held.get(attribute) if isinstance(held, Mapping) else None, shown
