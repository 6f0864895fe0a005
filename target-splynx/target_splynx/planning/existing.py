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
from target_splynx.contract.resource import Lookup, Resource, path_parameters
from target_splynx.contract.values import WrongType, same, to_api
from target_splynx.ledger.entries import Operation
from target_splynx.loading.paths import filled, item_path
from target_splynx.modelling.model import Model
from target_splynx.planning import adoption
from target_splynx.planning.adoption import Match, Wanted, marker_of
from target_splynx.planning.diff import ATTRIBUTES, before_image, is_provisional
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
        if not model.marked:
            wanted = [(key, fields) for key, fields in wanted if not _hangs_on_new(model, fields)]
        if model.resource.name == "additional_fields":
            rows = self.listing(model.resource, (str(payload["module"]) for _, payload in wanted))
        else:
            path, query = list_path(model.resource)
            if path is None:
                rows = self._by_number(model, taken or {}) if wanted else []
                rows += self._of_owners(model, wanted)
                return adoption.choose(model, self._adopt, wanted, rows, taken=taken)
            if model.resource.name not in self._lists:
                count = self._count(path, query) if wanted else 0
                if count == 0:
                    return {}
                if len(wanted) <= FEW and (count is None or count > self._page_size):
                    rows = self._one_by_one(model, path, query, wanted)
                    return adoption.choose(model, self._adopt, wanted, rows, taken=taken)
            rows = self.listing(model.resource)
        return adoption.choose(model, self._adopt, wanted, rows, taken=taken)

    def _by_number(self, model: Model, taken: Mapping[str, Collection[str]]) -> list[dict[str, Any]]:
        """What Splynx shows only by its number (worklogs of tasks): all above the numbers that the ledger knows."""
        # Here, not above: reading back knows by this module where things are listed.
        from target_splynx.loading.probing import can_be_probed, neighbours

        if not can_be_probed(model.resource):
            return []
        known = max((int(number) for number in taken if number.isdigit()), default=0)
        return neighbours(self._client, model.resource, {}, known)

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
        if resource.lookup is not None:
            return self._looked_up(resource, resource.lookup, change)
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

    def _looked_up(self, resource: Resource, lookup: Lookup, change: Operation) -> dict[str, Any] | None:
        """A record that Splynx makes with another one: of one that is only planned, what it will hold."""
        if any(is_provisional(value) for value in change.path.values()):
            return resource.fresh
        place = filled(lookup.path, change.path)
        if place not in self._by_id:
            try:
                rows = self._client.get(place)
            except SplynxError:
                rows = []
            self._by_id[place] = {str(row.get(lookup.field)): row for row in rows if isinstance(row, dict)}
        return self._by_id[place].get(str(change.splynx_id))

    def _count(self, path: str, query: Query) -> int | None:
        try:
            return self._client.count(path, query)
        except SplynxError:
            return None

    def _one_by_one(self, model: Model, path: str, query: Query, wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
        """Rows that any policy could mean, searched by the marker and by one field of each policy."""
        found: dict[Any, dict[str, Any]] = {}
        for key, fields in wanted:
            rows = self._marked(path, query, key) if model.marked else []
            if not any(marker_of(row) == key for row in rows):
                rows = []
                for name in adoption.searched_fields(model, self._adopt):
                    if fields.get(name) not in (None, ""):
                        rows += self._search(path, Query(main={**query.main, name: fields[name]}))
            found |= {row.get("id"): row for row in rows}
        return list(found.values())

    def _of_owners(self, model: Model, wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
        """What is listed by its owner only (documents of a customer), of the owners that are there already."""
        listing = model.resource.listing or ""
        names = path_parameters(listing)
        owners = {tuple(fields.get(name) for name in names) for _, fields in wanted} if names else set()
        from target_splynx.readback import flat

        found: list[dict[str, Any]] = []
        for owner in sorted(o for o in owners if not any(value is None or is_provisional(value) for value in o)):
            parameters = dict(zip(names, owner, strict=True))
            try:
                found += [{**parameters, **flat(row)} for row in self._search(filled(listing, parameters), Query())]
            except (NotAllowed, NotFound) as error:
                logger.debug("%s of %s cannot be listed: %s", model.resource.name, owner, error)
        return found

    def _marked(self, path: str, query: Query, key: str) -> list[dict[str, Any]]:
        try:
            rows = self._search(path, Query(main=query.main, additional={MARKER: key}))
        except ValidationRefused:
            return []  # 400: this Splynx has no field sonar_id yet, so no record carries the marker
        # The search itself proves the marker where lists do not show additional fields.
        return [{**row, ATTRIBUTES: {MARKER: key}} if marker_of(row) is None else row for row in rows]

    def _search(self, path: str, query: Query) -> list[dict[str, Any]]:
        rows = self._client.get(path, query)
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _hangs_on_new(model: Model, fields: Mapping[str, Any]) -> bool:
    """Whether the natural key names a record that does not exist yet: what hangs on it does not exist either."""
    return any(is_provisional(fields.get(name)) for name in model.natural_key)


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
