"""Paths of collections and items, filled with ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from target_splynx.contract.resource import Resource, path_parameters


def collection_path(resource: Resource, parameters: Mapping[str, Any]) -> str:
    """Where a record is created, e.g. `/admin/customers/customer/7/internet-services`."""
    return _filled(resource.path or "", {**parameters})


def item_path(resource: Resource, parameters: Mapping[str, Any], own_id: str) -> str:
    """Where a record is changed or deleted; the last name in the path is the record's own id."""
    names = path_parameters(resource.item)
    values = dict(parameters)
    if names:
        values[names[-1]] = own_id
    return _filled(resource.item or "", values)


def _filled(template: str, values: Mapping[str, Any]) -> str:
    path = template
    for name in path_parameters(template):
        path = path.replace("{" + name + "}", quote(str(values[name]), safe=""))
    return path
