"""Reading Splynx back: every managed field of every written record, compared with what was applied.

In: ledger, client, models in load order. Out: `Verification`: counts per resource and the differences. Lists where the
API has them, one GET per record where it does not (customer-info, customer-billing). Passwords are never compared:
Splynx does not show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from target_splynx.contract.resource import Resource, path_parameters, resources
from target_splynx.contract.values import same
from target_splynx.ledger.store import Ledger
from target_splynx.loading.paths import filled, identity, item_path
from target_splynx.planning.diff import ATTRIBUTES, merged
from target_splynx.planning.existing import list_path
from target_splynx.planning.files import FILE
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, NotFound

UNREADABLE = frozenset({"password", "secret", "radius_secret"})
WRITE_ONLY = frozenset({("tickets", "message")})
"""The first message goes with the ticket, and is shown as a ticket message."""


@dataclass(frozen=True)
class Difference:
    """A field whose value in Splynx is not the one that was applied; `found` is None when the record is gone."""

    resource: str
    source_key: str
    splynx_id: str
    field: str
    applied: Any
    found: Any


@dataclass
class Checked:
    """Counts of one resource."""

    records: int = 0
    fields: int = 0
    hidden: int = 0
    different: int = 0
    missing: int = 0


@dataclass
class Verification:
    """The whole comparison."""

    resources: dict[str, Checked] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether Splynx holds everything as it was applied."""
        return not self.differences and not self.unreadable


@dataclass
class _Expected:
    source_key: str
    splynx_id: str
    path: dict[str, Any]
    payload: dict[str, Any]


def verify(ledger: Ledger, client: Client, *, model_order: Iterable[str], workers: int = 4) -> Verification:
    """Compare everything that the ledger says with what Splynx shows."""
    result = Verification()
    for name, expected in _expectations(ledger, model_order).items():
        resource = resources()[name]
        if resource.action:
            continue  # it did something once; there is nothing to read back
        checked = result.resources.setdefault(name, Checked())
        try:
            for wanted, found in _read(client, resource, expected, workers):
                _compare(resource, wanted, found, checked, result.differences)
        except (NotAllowed, NotFound) as error:
            result.unreadable[name] = str(error)
    return result


def _expectations(ledger: Ledger, model_order: Iterable[str]) -> dict[str, dict[str, _Expected]]:
    """What each record should hold: the creating model's payload with the patches of later models on top."""
    found: dict[str, dict[str, _Expected]] = {}
    order = list(model_order)
    gone = _deleted(ledger, order)
    for model in order:
        for record in ledger.all_records(model):
            records = found.setdefault(record.resource, {})
            key = identity(resources()[record.resource], record.path, record.splynx_id)
            known = records.get(key)
            if (record.resource, key) in gone:
                continue  # a patch of a record that was deleted since
            if known is None:
                records[key] = _Expected(
                    record.source_key, record.splynx_id, record.path, dict(record.payload)
                )
            else:
                known.payload = merged(known.payload, record.payload)
    return found


def _deleted(ledger: Ledger, models: Iterable[str]) -> set[tuple[str, str]]:
    """Resource and address of the records that were deleted."""
    found = set()
    for model in models:
        for record in ledger.records(model, list(ledger.keys(model, ("deleted",)))).values():
            found.add((record.resource, identity(resources()[record.resource], record.path, record.splynx_id)))
    return found


def _read(
    client: Client, resource: Resource, expected: Mapping[str, _Expected], workers: int
) -> Iterator[tuple[_Expected, dict[str, Any] | None]]:
    if resource.name == "additional_fields":
        rows: dict[str, dict[str, Any]] = {}
        for module in sorted({str(wanted.path.get("module")) for wanted in expected.values()}):
            for row in client.get(f"/admin/config/additional-fields/{module}"):
                rows[identity(resource, {"module": module}, str(row.get("name")))] = row
        yield from ((wanted, rows.get(key)) for key, wanted in expected.items())
        return
    path, query = list_path(resource)
    if path is not None and (resource.id or resource.deletes_by_body):
        paged = resource.id == "id" and resource.own_field is None
        listed = _by_identity(resource, client.pages(path, query) if paged else client.get(path, query))
        yield from ((wanted, listed.get(key)) for key, wanted in expected.items())
        return
    if resource.listing is not None and path_parameters(resource.listing):
        yield from _read_by_parent(client, resource, resource.listing, expected)
        return

    def one(wanted: _Expected) -> tuple[_Expected, dict[str, Any] | None]:
        try:
            row = client.get(item_path(resource, wanted.path, wanted.splynx_id))
        except NotFound:
            return wanted, None
        row = row[0] if isinstance(row, list) and len(row) == 1 else row  # some items come as a list of one
        return wanted, row if isinstance(row, dict) else None

    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(one, expected.values())


def _read_by_parent(
    client: Client, resource: Resource, listing: str, expected: Mapping[str, _Expected]
) -> Iterator[tuple[_Expected, dict[str, Any] | None]]:
    """Records that are only listed for what they hang on: documents of a customer, a checklist of a task."""
    lists: dict[str, dict[str, Any]] = {}
    for key, wanted in expected.items():
        place = filled(listing, {**wanted.payload, **wanted.path})
        if place not in lists:
            try:
                rows = client.get(place)
            except NotFound:
                rows = []
            lists[place] = _by_identity(resource, [{**wanted.path, **_flat(row)} for row in rows])
        yield wanted, lists[place].get(key)


def _by_identity(resource: Resource, rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {identity(resource, row, str(resource.record_id(row))): row for row in rows}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A checklist tells the item and its state as objects side by side."""
    if not row or not all(isinstance(value, dict) for value in row.values()):
        return dict(row)
    return {name: value for part in row.values() for name, value in part.items()}


def _compare(
    resource: Resource, wanted: _Expected, found: dict[str, Any] | None, checked: Checked, differences: list[Difference]
) -> None:
    checked.records += 1
    if found is None:
        checked.missing += 1
        differences.append(Difference(resource.name, wanted.source_key, wanted.splynx_id, "", "there", None))
        return
    for name, applied, held, shown in _pairs(wanted.payload, found):
        if not shown or name in UNREADABLE or (resource.name, name) in WRITE_ONLY:
            checked.hidden += 1
            continue
        checked.fields += 1
        if not same(applied, held) and not _holds(held, applied):
            checked.different += 1
            differences.append(Difference(resource.name, wanted.source_key, wanted.splynx_id, name, applied, held))


def _holds(held: Any, applied: Any) -> bool:
    """Whether a list of objects is the applied one with more in each: ids and positions that Splynx gave them."""
    if not (isinstance(held, list) and isinstance(applied, list) and applied and len(held) == len(applied)):
        return False
    return all(
        isinstance(there, dict) and isinstance(wanted, dict) and all(same(v, there.get(k)) for k, v in wanted.items())
        for there, wanted in zip(held, applied, strict=True)
    )


def _pairs(payload: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any, bool]]:
    for name, applied in payload.items():
        if name == FILE:
            continue
        if name != ATTRIBUTES:
            yield name, applied, found.get(name), name in found
            continue
        held = found.get(ATTRIBUTES)
        for attribute, value in applied.items():
            shown = isinstance(held, Mapping) and attribute in held
            yield f"{ATTRIBUTES}.{attribute}", value, held.get(attribute) if isinstance(held, Mapping) else None, shown
