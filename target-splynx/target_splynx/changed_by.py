"""When and by whom a status or a tariff was changed in Splynx: the only changes whose author its API tells.

In: differences of `verify`. Out: the same, with `changed` filled in where `admin/logs/changes` has an entry with the
value that Splynx holds now. Administrators are named by their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, NotFound
from target_splynx.splynx.query import Query

if TYPE_CHECKING:
    from target_splynx.verify import Difference

LOG = "/admin/logs/changes"
AT_ONCE = 100
"""Ids in one question: an address has its limits."""

_TARIFFS = {"services_internet": "internet", "services_voice": "voice", "services_recurring": "custom"}
_FIELDS = {"status": "new_status", "tariff_id": "new_tariff"}

Key = tuple[str, str]
"""("customer_id" or "service_id", number)."""


def with_authors(client: Client, differences: Sequence[Difference]) -> list[Difference]:
    """The differences; those of a status or a tariff with when and by whom, where Splynx's log tells it."""
    keys = [_key(each) for each in differences]
    try:
        entries = list(_entries(client, {key for key in keys if key is not None}))
    except (NotAllowed, NotFound):
        return list(differences)
    entries.sort(key=lambda entry: (str(entry.get("date")), str(entry.get("time")), int(entry.get("id") or 0)))
    found = list(differences)
    for index, key in enumerate(keys):
        fitting = [entry for entry in entries if key is not None and _fits(entry, key, differences[index])]
        if fitting:
            found[index] = replace(differences[index], changed=_told(fitting[-1]))
    return found


def _key(difference: Difference) -> Key | None:
    if difference.field not in _FIELDS or difference.found is None:
        return None
    if difference.resource == "customers" and difference.field == "status":
        return "customer_id", difference.splynx_id
    return ("service_id", difference.splynx_id) if difference.resource in _TARIFFS else None


def _entries(client: Client, keys: set[Key]) -> Iterator[dict[str, Any]]:
    for kind in ("customer_id", "service_id"):
        numbers = sorted(number for name, number in keys if name == kind)
        for start in range(0, len(numbers), AT_ONCE):
            yield from client.pages(LOG, Query(main={kind: ("IN", numbers[start : start + AT_ONCE])}))


def _fits(entry: dict[str, Any], key: Key, difference: Difference) -> bool:
    """Services of two kinds may have the same number; the log of a customer has entries of its services, too."""
    if str(entry.get(key[0])) != key[1] or str(entry.get(_FIELDS[difference.field])) != str(difference.found):
        return False
    if difference.resource == "customers":
        return not entry.get("service_id")
    return entry.get("tariff_type") in {None, "", _TARIFFS[difference.resource]}


def _told(entry: dict[str, Any]) -> str:
    at = f"{entry.get('date')} {entry.get('time') or ''}".strip()
    administrator = entry.get("administrator_id")
    # GUESS: 0 is nobody's number: a key of the API, the portal, or Splynx itself.
    return f"{at} by administrator {administrator}" if administrator else f"{at}, not by an administrator"
