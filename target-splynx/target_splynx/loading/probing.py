"""Finding a record that Splynx lists nowhere: its neighbours are read one by one, by id.

Comments, worklogs and attachments of tasks can be read by id only. Ids are counted up, so a record whose answer was
lost has an id above all that were known when it was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from target_splynx.contract.resource import Resource
from target_splynx.modelling.model import Model
from target_splynx.readback import one
from target_splynx.splynx.client import Client

BELOW = 500
"""Ids below the newest one of the ledger that are looked at after a crash: what was sent at the same time, and settled
first."""
GAP = 50
"""So many ids in a row that are not there are the end. GUESS: Splynx leaves no larger gaps."""


class _Ledger(Protocol):
    def newest(self, resource: str) -> int: ...


class _Executor(Protocol):
    def know(self, resource: str, splynx_id: str) -> None: ...


def can_be_probed(resource: Resource) -> bool:
    """Whether its records are read by a number of their own, and listed nowhere."""
    return not resource.listed and resource.can_create and resource.own_parameter == "id" and "read" in resource.methods


def acquaint(executor: _Executor, ledger: _Ledger, models: Iterable[Model]) -> None:
    """Tell the executor the newest ids of the resources that must be probed."""
    for resource in {model.resource.name: model.resource for model in models}.values():
        if can_be_probed(resource):
            executor.know(resource.name, str(ledger.newest(resource.name)))


def neighbours(client: Client, resource: Resource, path: Mapping[str, Any], known: int) -> list[dict[str, Any]]:
    """The records above the id `known`, up to a gap.

    Raises:
        SplynxError: the key may not read them, or Splynx does not answer.
    """
    found: list[dict[str, Any]] = []
    missed, number = 0, known + 1
    while missed < GAP:
        row = one(client, resource, path, str(number))
        missed = 0 if row is not None else missed + 1
        if row is not None:
            found.append(row)
        number += 1
    return found
