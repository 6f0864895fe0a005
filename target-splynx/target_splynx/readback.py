"""Records as Splynx shows them now, for comparing with what was applied. Reads only.

Lists where the API has them, a GET per record where it does not (customer-info, customer-billing).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from target_splynx.contract.resource import Resource
from target_splynx.ledger.entries import Record
from target_splynx.loading.paths import item_path
from target_splynx.planning.diff import ATTRIBUTES, merged
from target_splynx.planning.existing import list_path
from target_splynx.planning.relations import identity
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotFound, ValidationRefused

UNREADABLE = frozenset({"password", "secret", "radius_secret"})
"""Fields that Splynx never shows."""


@dataclass
class Expected:
    """What a record should hold: the creating model's payload with the patches of later models on top."""

    source_key: str
    splynx_id: str
    path: dict[str, Any]
    payload: dict[str, Any]


def expect(into: dict[str, dict[str, Expected]], record: Record) -> None:
    """Add a record of the ledger: `into` is resource → id → expectation. Models come in load order."""
    own = identity(record.resource, record.splynx_id, record.path)[1]
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
    if resource.name == "additional_fields":
        rows: dict[str, dict[str, Any]] = {}
        for module in sorted({str(each.path.get("module")) for each in wanted.values()}):
            for row in _module(client, module):
                rows[f"{module}--{row.get('name')}"] = row
        yield from ((each, rows.get(key)) for key, each in wanted.items())
        return
    path, query = list_path(resource)
    if path is not None and resource.id:
        listed = {
            str(row.get(resource.id)): row for row in client.pages(path, query) if str(row.get(resource.id)) in wanted
        }
        yield from ((each, listed.get(key)) for key, each in wanted.items())
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda each: (each, one(client, resource, each.path, each.splynx_id)), wanted.values())


def one(client: Client, resource: Resource, path: Mapping[str, Any], splynx_id: str) -> dict[str, Any] | None:
    """One record; None when it is gone."""
    if resource.name == "additional_fields":
        return next((r for r in _module(client, str(path.get("module"))) if r.get("name") == splynx_id), None)
    try:
        row = client.get(item_path(resource, path, splynx_id))
    except NotFound:
        return None
    return row if isinstance(row, dict) else None


def _module(client: Client, module: str) -> Iterable[dict[str, Any]]:
    try:
        return [row for row in client.get(f"/admin/config/additional-fields/{module}") if isinstance(row, dict)]
    except (NotFound, ValidationRefused):
        return []  # 400 on a module without fields (research/splynx-api.md §7)


def pairs(payload: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any, bool]]:
    """(field, applied, held, whether Splynx shows it); additional fields as `additional_attributes.<name>`."""
    for name, applied in payload.items():
        if name != ATTRIBUTES:
            yield name, applied, found.get(name), name in found and name not in UNREADABLE
            continue
        held = found.get(ATTRIBUTES)
        for attribute, value in (applied or {}).items():
            shown = isinstance(held, Mapping) and attribute in held
            yield f"{ATTRIBUTES}.{attribute}", value, held.get(attribute) if isinstance(held, Mapping) else None, shown
