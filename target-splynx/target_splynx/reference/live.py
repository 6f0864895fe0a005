"""What a live server's OPTIONS says of its resources, for the page about the API."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import msgspec

from target_splynx.contract.resource import Resource
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import SplynxError


class Attribute(msgspec.Struct, frozen=True):
    """A field as OPTIONS declares it; `additional`: one of the operator's own fields."""

    name: str
    type: str
    required: bool
    additional: bool = False


def asked(client: Client, wanted: Iterable[Resource], *, workers: int = 4) -> dict[str, list[Attribute]]:
    """Resource → fields; resources for which the server answers no OPTIONS are left out."""
    askable = [r for r in wanted if r.path and not r.collection_parameters and r.can_create]
    with ThreadPoolExecutor(workers) as pool:
        answers = pool.map(lambda resource: _ask(client, resource), askable)
        return {resource.name: found for resource, found in zip(askable, answers, strict=True) if found}


def _ask(client: Client, resource: Resource) -> list[Attribute]:
    try:
        answer = client.options(str(resource.path))
    except (SplynxError, ValueError):
        return []
    return [
        Attribute(str(entry["name"]), str(entry.get("type", "")), bool(entry.get("required")), additional)
        for key, additional in (("attributes", False), ("additional_attributes", True))
        for entry in answer.get(key) or []
        if isinstance(entry, dict) and entry.get("name")
    ]
