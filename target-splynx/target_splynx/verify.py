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

from target_splynx.contract.resource import Resource, resources
from target_splynx.contract.values import same
from target_splynx.ledger.store import Ledger
from target_splynx.loading.paths import item_path
from target_splynx.planning.diff import ATTRIBUTES, merged
from target_splynx.planning.existing import list_path
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, NotFound

UNREADABLE = frozenset({"password", "secret", "radius_secret"})


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
    for model in model_order:
        for record in ledger.all_records(model):
            records = found.setdefault(record.resource, {})
            known = records.get(_identity(record.resource, record.splynx_id, record.path))
            if known is None:
                records[_identity(record.resource, record.splynx_id, record.path)] = _Expected(
                    record.source_key, record.splynx_id, record.path, dict(record.payload)
                )
            else:
                known.payload = merged(known.payload, record.payload)
    return found


def _identity(resource: str, splynx_id: str, path: Mapping[str, Any]) -> str:
    """Names of additional fields are unique only inside their module."""
    return f"{path.get('module', '')}--{splynx_id}" if resource == "additional_fields" else splynx_id


def _read(
    client: Client, resource: Resource, expected: Mapping[str, _Expected], workers: int
) -> Iterator[tuple[_Expected, dict[str, Any] | None]]:
    if resource.name == "additional_fields":
        rows: dict[str, dict[str, Any]] = {}
        for module in sorted({str(wanted.path.get("module")) for wanted in expected.values()}):
            for row in client.get(f"/admin/config/additional-fields/{module}"):
                rows[f"{module}--{row.get('name')}"] = row
        yield from ((wanted, rows.get(key)) for key, wanted in expected.items())
        return
    path, query = list_path(resource)
    if path is not None and resource.id:
        listed = {str(row.get(resource.id)): row for row in client.pages(path, query)}
        yield from ((wanted, listed.get(key)) for key, wanted in expected.items())
        return

    def one(wanted: _Expected) -> tuple[_Expected, dict[str, Any] | None]:
        try:
            row = client.get(item_path(resource, wanted.path, wanted.splynx_id))
        except NotFound:
            return wanted, None
        return wanted, row if isinstance(row, dict) else None

    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(one, expected.values())


def _compare(
    resource: Resource, wanted: _Expected, found: dict[str, Any] | None, checked: Checked, differences: list[Difference]
) -> None:
    checked.records += 1
    if found is None:
        checked.missing += 1
        differences.append(Difference(resource.name, wanted.source_key, wanted.splynx_id, "", "there", None))
        return
    for name, applied, held, shown in _pairs(wanted.payload, found):
        if not shown or name in UNREADABLE:
            checked.hidden += 1
            continue
        checked.fields += 1
        if not same(applied, held):
            checked.different += 1
            differences.append(Difference(resource.name, wanted.source_key, wanted.splynx_id, name, applied, held))


def _pairs(payload: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any, bool]]:
    for name, applied in payload.items():
        if name != ATTRIBUTES:
            yield name, applied, found.get(name), name in found
            continue
        held = found.get(ATTRIBUTES)
        for attribute, value in applied.items():
            shown = isinstance(held, Mapping) and attribute in held
            yield f"{ATTRIBUTES}.{attribute}", value, held.get(attribute) if isinstance(held, Mapping) else None, shown
