"""Splynx resources as data: name, paths, methods, fields.

In: `resources.json` (one resource a line; from the vendor's API blueprint, the recorded OPTIONS answers and the
recorded column types, research/splynx-resources.md). Out: `Resource` objects by name. The live OPTIONS answer wins
over these facts where it says something (`contract.live`).
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

API_PREFIX = "/api/2.0"


class Field(msgspec.Struct, frozen=True):
    """One field of a resource.

    `type`: string, number, decimal, boolean, date, datetime, array, object (others are treated as string).
    `required` by the document; `live_required` by a recorded OPTIONS; `max_length` in characters, from the database
    column.
    """

    type: str = "string"
    required: bool = False
    live_required: bool = False
    enum: tuple[Any, ...] = ()
    max_length: int | None = None
    update_only: bool = False
    live_only: bool = False


class Upload(msgspec.Struct, frozen=True):
    """How a resource takes a file (research/splynx-api.md §10).

    `field`: the form's field. `path`: where it is sent after the record was made, and again when it changes; none: in
    the POST that makes the record.
    """

    field: str
    path: str | None = None


class Lookup(msgspec.Struct, frozen=True):
    """Where the number of a record is read that a model knows only by another field (an address by its dotted form)."""

    path: str
    field: str


class Resource(msgspec.Struct, frozen=True):
    """A thing that Splynx keeps, as its API shows it.

    `references`: field (or parameter of the path; `items.product_id` inside the objects of a list) → resources whose
    ids it holds. `parent`: resources whose id a PUT-
    only sub-resource is addressed by. `natural_key`: fields that tell records apart where no marker does.
    `listing`: where it is listed when `path` is not the place. `own_field`: the field that is the record's id in its
    address when the answer to the POST does not tell it. `delete_item`: address of the DELETE where it differs.
    `action`: a PUT that does something once and leaves nothing to read back. `session`: belongs to the caller's own
    session (of an administrator, or of a customer in the portal), so an API key cannot write it. `lookup`: a model may
    give another field instead of the record's number, which is then read there. `fresh`: what Splynx itself puts into
    a record that it makes together with another one.
    """

    item: str | None
    methods: tuple[str, ...]
    fields: dict[str, Field]
    read: dict[str, str]
    path: str | None = None
    id: str | None = "id"
    content_type: str = "application/json"
    additional_fields: str | None = None
    recorded_options: bool = False
    natural_key: tuple[str, ...] = ()
    references: dict[str, tuple[str, ...]] = {}
    parent: tuple[str, ...] = ()
    listing: str | None = None
    own_field: str | None = None
    delete_item: str | None = None
    action: bool = False
    session: bool = False
    upload: Upload | None = None
    lookup: Lookup | None = None
    fresh: dict[str, Any] = {}
    name: str = ""

    @property
    def listed(self) -> bool:
        """Whether the API has a list of it: of all, or by what it belongs to."""
        return self.listing is not None or "list" in self.methods

    @property
    def can_create(self) -> bool:
        """Whether the API has a POST for it."""
        return "create" in self.methods

    @property
    def can_update(self) -> bool:
        """Whether the API has a PUT for it."""
        return "update" in self.methods

    @property
    def can_delete(self) -> bool:
        """Whether the API has a DELETE for it."""
        return "delete" in self.methods or self.deletes_by_body

    @property
    def deletes_by_body(self) -> bool:
        """Whether its DELETE goes to the collection with the record in the body (related tasks)."""
        return "delete_body" in self.methods

    @property
    def required(self) -> frozenset[str]:
        """Fields that a create must carry: what a live server said, else what the document says."""
        if self.recorded_options:
            live = frozenset(name for name, field in self.fields.items() if field.live_required)
            if live:
                return live
        return frozenset(name for name, field in self.fields.items() if field.required)

    @property
    def collection_parameters(self) -> tuple[str, ...]:
        """Names in the collection's path, e.g. `customer_id` for services."""
        return path_parameters(self.path)

    @property
    def item_parameters(self) -> tuple[str, ...]:
        """Names in the item's path and query."""
        return path_parameters(self.item)

    @property
    def stands_alone(self) -> bool:
        """Whether a PUT-only resource can be deleted by itself (payment accounts, devices), not with its parent."""
        return self.can_delete and not self.can_create

    @property
    def free_attributes(self) -> bool:
        """Whether its additional fields are those of a module that only the address names (records of own modules)."""
        return self.name == "module_items"

    def record_id(self, values: Mapping[str, Any]) -> str | None:
        """The id that an answer or a list shows of a record, in the form that its address takes; None when none."""
        if self.deletes_by_body:
            return "--".join(str(values.get(name)) for name in self.natural_key)
        found = values.get(self.own_field or self.id or "id")
        if found is None and self.own_field is None:
            found = values.get("id")  # the answer to a POST of files names them otherwise than their list does
        return None if found is None else str(found)

    @property
    def own_parameter(self) -> str | None:
        """The parameter that is the record's own id: the last one of the path, else the last one of the query."""
        address, _, query = (self.item or "").partition("?")
        names = path_parameters(address) or path_parameters(query)
        return names[-1] if names else None


def path_parameters(path: str | None) -> tuple[str, ...]:
    """Names between braces in a path template, in order."""
    return tuple(name for _, name, _, _ in string.Formatter().parse(path or "") if name)


@lru_cache(maxsize=1)
def resources() -> dict[str, Resource]:
    """All resources by name (86 that can be created, 27 that are only updated, reference lists)."""
    raw = files("target_splynx.contract").joinpath("resources.json").read_bytes()
    loaded = msgspec.json.decode(raw, type=dict[str, Resource])
    return {name: msgspec.structs.replace(resource, name=name) for name, resource in loaded.items()}
