"""Numbers of records that a model knows only by another field: addresses of networks by their dotted form.

In: a change whose id is such a field's value. Out: the number that the record's own address takes
(research/mapping.md §6). A network's list is read once, whole, because one request per address would be more.
"""

from __future__ import annotations

import threading
from http import HTTPStatus

from target_splynx.contract.resource import Resource
from target_splynx.ledger.entries import Operation
from target_splynx.loading.paths import filled
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotFound


class Numbers:
    """Reads each list at most once; safe for several workers."""

    def __init__(self, client: Client) -> None:
        """`client`: an authenticated client."""
        self._client = client
        self._lock = threading.Lock()
        self._lists: dict[str, dict[str, str]] = {}

    def of(self, resource: Resource, operation: Operation) -> str | None:
        """The record's number; the id of the operation itself when it is one, or when the resource needs none.

        Raises:
            NotFound: the list does not show such a record.
        """
        own = operation.splynx_id
        if resource.lookup is None or own is None or own.isdigit():
            return own
        place = filled(resource.lookup.path, operation.path)
        with self._lock:
            if place not in self._lists:
                rows = self._client.get(place)
                self._lists[place] = {
                    str(row.get(resource.lookup.field)): str(row["id"])
                    for row in (rows if isinstance(rows, list) else [])
                    if isinstance(row, dict) and row.get("id") is not None
                }
        number = self._lists[place].get(own)
        if number is None:
            raise NotFound(HTTPStatus.NOT_FOUND, f"{place} has no {resource.lookup.field} {own}")
        return number
