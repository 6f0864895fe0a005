"""Finding the record of an operation whose answer was lost: by marker, else by natural key. Never by guess."""

from __future__ import annotations

from typing import Any

from target_splynx.contract.live import MARKER
from target_splynx.contract.resource import path_parameters
from target_splynx.loading.paths import collection_path, filled
from target_splynx.loading.probing import can_be_probed, neighbours
from target_splynx.modelling.model import Model
from target_splynx.planning.adoption import equal_by_key, marker_of
from target_splynx.planning.diff import ATTRIBUTES
from target_splynx.planning.files import with_file_name
from target_splynx.readback import flat
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotFound, SplynxError, Unavailable
from target_splynx.splynx.query import Query


class Undecidable(Exception):  # noqa: N818 - named by what it says
    """Splynx does not let one tell whether the record is there."""


def find_created(
    client: Client,
    model: Model,
    source_key: str,
    payload: dict[str, Any],
    path: dict[str, Any],
    known: int = 0,
    around: list[dict[str, Any]] | None = None,
) -> str | None:
    """The id of the record that this create made, or None when it is not there.

    `known` and `around`: see `all_created`.

    Raises:
        Undecidable: neither marker nor natural key tells it apart, or there are several.
        Unavailable: Splynx does not answer.
    """
    found = all_created(client, model, source_key, payload, path, known, around)
    if len(found) > 1:
        raise Undecidable(f"{len(found)} records of {model.resource.name} match ({', '.join(found)}).")
    return found[0] if found else None


def all_created(
    client: Client,
    model: Model,
    source_key: str,
    payload: dict[str, Any],
    path: dict[str, Any],
    known: int = 0,
    around: list[dict[str, Any]] | None = None,
) -> list[str]:
    """The ids of the records that this create can have made; more than one when it was carried out twice.

    `known`: an id that was given before this record was sent, for resources that Splynx lists nowhere.
    `around`: what has such an id, when it was read already.

    Raises:
        Undecidable: neither marker nor natural key tells it apart.
        Unavailable: Splynx does not answer.
    """
    payload = {**path, **with_file_name(payload)}
    resource = model.resource
    if not resource.listed and not can_be_probed(resource):
        raise Undecidable(f"{resource.name} has no list to look in.")
    marked = model.marked and MARKER in payload.get(ATTRIBUTES, {})
    if not marked and not model.natural_key:
        raise Undecidable(f"{resource.name} carries no marker and its model names no natural key.")
    if not marked and not all(payload.get(name, path.get(name)) for name in model.natural_key):
        raise Undecidable(f"{resource.name} carries no marker, and {', '.join(model.natural_key)} are not all filled.")
    if resource.listed:
        rows = _candidates(client, model, source_key, payload, path, marked=marked)
    else:
        rows = around_it(client, model, path, known) if around is None else around
    rows = [{**path, **row} for row in rows]
    rows = _marked(model, source_key, rows) if marked else equal_by_key(model, payload, rows)
    return [found for row in rows if (found := resource.record_id(row)) is not None]


def _candidates(
    client: Client, model: Model, source_key: str, payload: dict[str, Any], path: dict[str, Any], *, marked: bool
) -> list[dict[str, Any]]:
    """What Splynx lists where the record must be, narrowed as far as one search can."""
    query = Query()
    listing = model.resource.listing
    address = filled(listing, {**payload, **path}) if listing else collection_path(model.resource, path)
    if not path_parameters(listing or model.resource.path):
        # One field narrows the list; the comparison itself is ours.
        name = model.natural_key[-1] if model.natural_key else ""
        query = Query(additional={MARKER: source_key}) if marked else Query(main={name: payload.get(name, "")})
    try:
        rows = client.get(address, query)
    except NotFound:
        return []
    except Unavailable:
        raise
    except SplynxError as error:
        if model.resource.name == "additional_fields":
            return []  # 400 on a module without fields (research/splynx-api.md §7)
        raise Undecidable(f"looking for it failed: {error}") from None
    found = [row for row in rows if isinstance(row, dict)]
    return [flat(row) for row in found] if listing else found


def around_it(client: Client, model: Model, path: dict[str, Any], known: int) -> list[dict[str, Any]]:
    """The records with an id above `known`, of a resource that Splynx lists nowhere.

    Raises:
        Undecidable: they cannot be read.
        Unavailable: Splynx does not answer.
    """
    try:
        return neighbours(client, model.resource, path, known)
    except Unavailable:
        raise
    except SplynxError as error:
        raise Undecidable(f"looking for it failed: {error}") from None


def _marked(model: Model, source_key: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if any(marker_of(row) is not None for row in rows):
        return [row for row in rows if marker_of(row) == source_key]
    if path_parameters(model.resource.listing or model.resource.path) and rows:
        raise Undecidable(f"{model.resource.name} lists do not show the additional field {MARKER}.")
    return rows
