"""What Splynx holds already: reference lists for the models, and records to adopt instead of doubling them.

Which record a new one is, `planning.adoption` tells.
Lists are read in pages; for a handful of new records on a large Splynx the marker is looked up one by one.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from target_splynx.contract.live import MARKER
from target_splynx.contract.resource import Resource, path_parameters
from target_splynx.contract.values import WrongType, same, to_api
from target_splynx.ledger.entries import Operation
from target_splynx.loading.paths import item_path
from target_splynx.modelling.model import Model
from target_splynx.planning import adoption
from target_splynx.planning.adoption import Match, Wanted, marker_of
from target_splynx.planning.diff import ATTRIBUTES, before_image
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, NotFound, SplynxError, ValidationRefused
from target_splynx.splynx.query import Query

logger = logging.getLogger(__name__)

FEW = 20
"""Up to this many new records are looked up one by one when the list is long."""


class Existing:
    """Reads lists of Splynx, each at most once per run."""

    def __init__(self, client: Client, *, page_size: int = 1000, adopt: Sequence[str] = adoption.DEFAULT) -> None:
        """`client`: an authenticated client; `adopt`: policies, see `planning.adoption`."""
        self._adopt = adopt
        self._client = client
        self._page_size = page_size
        self._lists: dict[str, list[dict[str, Any]]] = {}
        self._by_id: dict[str, dict[str, dict[str, Any]]] = {}
        self._single: Counter[str] = Counter()

    def listing(self, resource: Resource, modules: Iterable[str] = ()) -> list[dict[str, Any]]:
        """All records of a resource; empty when it has no list or the key may not read it."""
        if resource.name not in self._lists:
            try:
                self._lists[resource.name] = self._read(resource, modules)
            except (NotAllowed, NotFound) as error:
                logger.warning("%s cannot be listed: %s", resource.name, error)
                self._lists[resource.name] = []
        return self._lists[resource.name]

    def _read(self, resource: Resource, modules: Iterable[str]) -> list[dict[str, Any]]:
        if resource.name == "additional_fields":
            return self._fields(modules)
        path, query = list_path(resource)
        if path is None:
            return []
        if resource.id == "id" and resource.can_create:
            return list(self._client.pages(path, query, size=self._page_size))
        rows = self._client.get(path, query)
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def _fields(self, modules: Iterable[str]) -> list[dict[str, Any]]:
        found = []
        for module in sorted(set(modules)):
            try:
                rows = self._client.get(f"/admin/config/additional-fields/{module}")
            except SplynxError:
                continue  # 400 on a module without fields (research/splynx-api.md §7)
            found += [{**row, "module": module} for row in rows if isinstance(row, dict)]
        return found

    def find(
        self, model: Model, wanted: Sequence[Wanted], taken: Mapping[str, Collection[str]] | None = None
    ) -> dict[str, Match]:
        """For each (source key, fields) the existing record that it is, if any. `taken`: as for `adoption.choose`."""
        if not wanted or not (model.marked or model.natural_key):
            return {}
        if model.resource.name == "additional_fields":
            rows = self.listing(model.resource, (str(payload["module"]) for _, payload in wanted))
        else:
            path, query = list_path(model.resource)
            if path is None:
                return {}
            if model.resource.name not in self._lists:
                count = self._count(path, query)
                if count == 0:
                    return {}
                if model.marked and len(wanted) <= FEW and (count is None or count > self._page_size):
                    rows = self._one_by_one(model, path, query, wanted)
                    return adoption.choose(model, self._adopt, wanted, rows, taken=taken)
            rows = self.listing(model.resource)
        return adoption.choose(model, self._adopt, wanted, rows, taken=taken)

    def with_before(self, model: Model, changes: list[Operation]) -> list[Operation]:
        """First changes to a record that was there before the migration, with the old values, so that a rollback knows
        them; none when they would cost a request for each of many records."""
        found = []
        for change in changes:
            row = self._row(model.resource, change)
            held = {} if row is None else held_fields(model, change.payload, row)
            found.append(replace(change, before={} if row is None else before_image(held, change.payload)))
        return found

    def _row(self, resource: Resource, change: Operation) -> dict[str, Any] | None:
        if list_path(resource)[0] is not None and resource.id:
            name = resource.name
            if name not in self._by_id:
                self._by_id[name] = {str(row.get(resource.id)): row for row in self.listing(resource)}
            return self._by_id[name].get(str(change.splynx_id))
        if self._single[resource.name] >= FEW or "read" not in resource.methods:
            return None
        self._single[resource.name] += 1
        try:
            row = self._client.get(item_path(resource, change.path, str(change.splynx_id)))
        except SplynxError:
            return None
        return row if isinstance(row, dict) else None

    def _count(self, path: str, query: Query) -> int | None:
        try:
            return self._client.count(path, query)
        except SplynxError:
            return None

    def _one_by_one(self, model: Model, path: str, query: Query, wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
        """Rows that any policy could mean, searched by the marker and by one field of each policy."""
        found: dict[Any, dict[str, Any]] = {}
        for key, fields in wanted:
            try:
                rows = self._search(path, Query(main=query.main, additional={MARKER: key}))
            except ValidationRefused:
                rows = []  # 400: this Splynx has no field sonar_id yet, so no record carries the marker
            # The search itself proves the marker where lists do not show additional fields.
            rows = [{**row, ATTRIBUTES: {MARKER: key}} if marker_of(row) is None else row for row in rows]
            if not any(marker_of(row) == key for row in rows):
                rows = []
                for name in adoption.searched_fields(model, self._adopt):
                    if fields.get(name) not in (None, ""):
                        rows += self._search(path, Query(main={**query.main, name: fields[name]}))
            found |= {row.get("id"): row for row in rows}
        return list(found.values())

    def _search(self, path: str, query: Query) -> list[dict[str, Any]]:
        rows = self._client.get(path, query)
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def list_path(resource: Resource) -> tuple[str | None, Query]:
    """Where a resource is listed. Services are searched over all customers, which needs a search parameter."""
    if resource.listing is not None:
        return (None if path_parameters(resource.listing) else resource.listing), Query()
    if resource.path is None or "list" not in resource.methods:
        return None, Query()
    if resource.collection_parameters == ("customer_id",):
        return resource.path.replace("{customer_id}", "0"), Query(main={"id": (">", 0)})
    if resource.collection_parameters:
        return None, Query()
    if resource.name == "ticket_messages":  # recorded: 500 without a search parameter
        return resource.path, Query(main={"id": (">", 0)})
    return resource.path, Query()


def held_fields(model: Model, payload: Mapping[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    """The managed fields of an existing record, in the form of a payload."""
    held: dict[str, Any] = {}
    for name, value in payload.items():
        if name == ATTRIBUTES:
            attributes = existing.get(ATTRIBUTES)
            attributes = attributes if isinstance(attributes, Mapping) else {}
            held[ATTRIBUTES] = {key: str(attributes[key]) for key in value if attributes.get(key) not in (None, "")}
            continue
        if name not in existing or existing[name] is None:
            continue
        if same(existing[name], value):
            held[name] = value
            continue
        try:
            held[name] = to_api(model.resource.fields[name], existing[name])
        except WrongType:
            held[name] = str(existing[name])
    return held
