"""Splynx resources as data: name, paths, methods, fields.

In: `resources.json` (one resource a line; from the vendor's API blueprint, the recorded OPTIONS answers and the
recorded column types, research/splynx-resources.md). Out: `Resource` objects by name. The live OPTIONS answer wins
over these facts where it says something (`contract.live`).
"""

from __future__ import annotations

import string
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


class Resource(msgspec.Struct, frozen=True):
    """A thing that Splynx keeps, as its API shows it."""

    item: str | None
    methods: tuple[str, ...]
    fields: dict[str, Field]
    read: dict[str, str]
    path: str | None = None
    id: str | None = "id"
    content_type: str = "application/json"
    additional_fields: str | None = None
    recorded_options: bool = False
    references: dict[str, str] = {}
    name: str = ""

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
        return "delete" in self.methods

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
        """Names in the item's path; the last one that is no field of the payload is the record's own id."""
        return path_parameters(self.item)


def path_parameters(path: str | None) -> tuple[str, ...]:
    """Names between braces in a path template, in order."""
    return tuple(name for _, name, _, _ in string.Formatter().parse(path or "") if name)


@lru_cache(maxsize=1)
def resources() -> dict[str, Resource]:
    """All resources by name (86 that can be created, 27 that are only updated, reference lists)."""
    raw = files("target_splynx.contract").joinpath("resources.json").read_bytes()
    loaded = msgspec.json.decode(raw, type=dict[str, Resource])
    return {name: msgspec.structs.replace(resource, name=name) for name, resource in loaded.items()}
