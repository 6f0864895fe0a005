"""Paths of collections and items, filled with ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from target_splynx.contract.resource import Resource, path_parameters


def collection_path(resource: Resource, parameters: Mapping[str, Any]) -> str:
    """Where a record is created, e.g. `/admin/customers/customer/7/internet-services`."""
    return filled(resource.path or "", {**parameters})


def item_path(resource: Resource, parameters: Mapping[str, Any], own_id: str) -> str:
    """Where a record is read and changed."""
    return filled(resource.item or "", _with_own(resource, parameters, own_id))


def delete_path(resource: Resource, parameters: Mapping[str, Any], own_id: str) -> str:
    """Where a record is deleted."""
    if resource.deletes_by_body:
        return collection_path(resource, parameters)
    template = resource.delete_item or resource.item or ""
    return filled(template, {**_with_own(resource, parameters, own_id), "id": own_id})


def upload_path(template: str, own_id: str) -> str:
    """Where the file of a record goes."""
    return filled(template, {"id": own_id})


def identity(resource: Resource, parameters: Mapping[str, Any], own_id: str) -> str:
    """What tells a record from all others of its resource: its address.

    Names of additional fields are unique only inside their module, days of a counter only inside their service.
    """
    if resource.item is None:
        return own_id
    try:
        return delete_path(resource, parameters, own_id)
    except KeyError:
        return own_id


def _with_own(resource: Resource, parameters: Mapping[str, Any], own_id: str) -> dict[str, Any]:
    own = resource.own_parameter
    return {**parameters, own: own_id} if own and not _addressed_by_parent(resource) else dict(parameters)


def _addressed_by_parent(resource: Resource) -> bool:
    """Items of a checklist are changed at the address of their task, with their id in the body."""
    return resource.delete_item is not None


def filled(template: str, values: Mapping[str, Any]) -> str:
    """A path template with its parameters, quoted. KeyError when one is missing."""
    path = template
    for name in path_parameters(template):
        path = path.replace("{" + name + "}", quote(str(values[name]), safe=""))
    return path
