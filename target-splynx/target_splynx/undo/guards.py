"""Records that hang on something a rollback would delete, although the migration did not make them.

A service that somebody added by hand goes with its customer, a charge that Splynx made stays behind without one: both
keep the record on which they hang. Read in lists; nothing is written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Mapping
from typing import Any

from target_splynx.contract.resource import resources
from target_splynx.planning.existing import list_path
from target_splynx.planning.relations import Identity
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, NotFound

logger = logging.getLogger(__name__)

BILLED = "billed"
IN_USE = "in_use"

_SERVICES = ("services_internet", "services_voice", "services_recurring", "services_bundle")
_DOCUMENTS = ("invoices", "credit_notes", "payments", "transactions")
_OF_DOCUMENT = ("invoice_id", "invoiced_by_id", "credit_note_id", "payment_id")
"""A transaction that names one of these belongs to a document, which is looked at itself."""

_KINDS = {
    "internet": "services_internet",
    "voice": "services_voice",
    "custom": "services_recurring",
    "recurring": "services_recurring",
    "bundle": "services_bundle",
}


def guards(
    client: Client, doomed: Container[Identity], known_ids: Callable[[str], Container[str]], *, customers: bool
) -> dict[Identity, tuple[str, str]]:
    """Identity → (code, sentence) of what must stay. `known_ids(resource)`: ids that the ledger holds.

    Raises:
        NotAllowed: the key may not read the finance documents, so nobody knows what was billed.
    """
    found: dict[Identity, tuple[str, str]] = {}
    if not customers:
        return found
    for name in (*_SERVICES, *_DOCUMENTS):
        path, query = list_path(resources()[name])
        if path is None:  # pragma: no cover - all of them have lists
            continue
        known = known_ids(name)
        try:
            for row in client.pages(path, query):
                if str(row.get("id")) not in known:
                    _note(found, name, row, doomed)
        except NotFound:
            continue
        except NotAllowed:
            if name in _DOCUMENTS:
                raise
            logger.warning("%s cannot be listed: services that were added by hand are not seen", name)
    return found


def _note(
    found: dict[Identity, tuple[str, str]], name: str, row: Mapping[str, Any], doomed: Container[Identity]
) -> None:
    if name == "transactions" and any(_set(row.get(field)) for field in _OF_DOCUMENT):
        return
    what = f"{name} {row.get('id')}"
    code = IN_USE if name in _SERVICES else BILLED
    sentence = (
        f"{what} was added to it since, not by this migration."
        if code == IN_USE
        else f"Splynx has {what} for it, which this migration did not make."
    )
    targets = [("customers", str(row.get("customer_id")))]
    if _set(row.get("service_id")):
        targets.append((_KINDS.get(str(row.get("service_type")), ""), str(row["service_id"])))
    for target in targets:
        if target in doomed:
            found.setdefault(target, (code, sentence))


def _set(value: Any) -> bool:
    return value not in (None, "", 0, "0")
