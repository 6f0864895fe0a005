"""Finding the record of an operation whose answer was lost: by marker, else by natural key. Never by guess."""

from __future__ import annotations

from typing import Any

from target_splynx.contract.live import MARKER
from target_splynx.loading.paths import collection_path
from target_splynx.modelling.model import Model
from target_splynx.planning.diff import ATTRIBUTES
from target_splynx.planning.existing import marker_of, match
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotFound, SplynxError, Unavailable
from target_splynx.splynx.query import Query


class Undecidable(Exception):
    """Splynx does not let one tell whether the record is there."""


def find_created(
    client: Client, model: Model, source_key: str, payload: dict[str, Any], path: dict[str, Any]
) -> str | None:
    """The id of the record that this create made, or None when it is not there.

    Raises:
        Undecidable: neither marker nor natural key tells it apart.
        Unavailable: Splynx does not answer.
    """
    resource = model.resource
    if resource.path is None or "list" not in resource.methods:
        raise Undecidable(f"{resource.name} has no list to look in.")
    marked = model.marked and MARKER in payload.get(ATTRIBUTES, {})
    where = collection_path(resource, path)
    query = Query()
    if not resource.collection_parameters:
        if marked:
            query = Query(additional={MARKER: source_key})
        elif model.natural_key:
            # One field narrows the list; the comparison itself is ours.
            name = model.natural_key[-1]
            query = Query(main={name: payload.get(name, "")})
    if not marked and not model.natural_key:
        raise Undecidable(f"{resource.name} carries no marker and its model names no natural key.")
    try:
        rows = client.get(where, query)
    except NotFound:
        return None
    except Unavailable:
        raise
    except SplynxError as error:
        if resource.name == "additional_fields":
            return None  # 400 on a module without fields (research/splynx-api.md §7)
        raise Undecidable(f"looking for it failed: {error}") from None
    rows = [{**path, **row} for row in rows if isinstance(row, dict)]
    if marked and any(marker_of(row) is not None for row in rows):
        rows = [row for row in rows if marker_of(row) == source_key]
    elif marked and resource.collection_parameters and rows:
        raise Undecidable(f"{resource.name} lists do not show the additional field {MARKER}.")
    elif not marked:
        found = match(model, [(source_key, payload)], rows).get(source_key)
        rows = [found.row] if found and found.row else []
    if len(rows) > 1:
        raise Undecidable(f"{len(rows)} records of {resource.name} match.")
    return str(rows[0].get(resource.id or "id")) if rows else None
