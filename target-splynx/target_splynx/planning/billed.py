"""What Splynx has billed, which is never deleted: it is ended instead.

* a service: a transaction names it;
* a customer: there are transactions, invoices, payments or credit notes of it;
* a tariff: a service uses it, or used it (Splynx keeps services that have ended).

Asked in lists, fifty ids a question, one answer each at most. Where a list cannot be read, everything counts as billed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from target_splynx.contract.resource import Resource, resources
from target_splynx.planning.existing import list_path
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, NotFound, SplynxError
from target_splynx.splynx.query import Query

logger = logging.getLogger(__name__)

IDS_AT_ONCE = 50
PAGE = 1000

_MONEY = ("transactions", "invoices", "payments", "credit_notes")
WITNESSES: dict[str, tuple[tuple[str, str], ...]] = {
    "customers": tuple((name, "customer_id") for name in _MONEY),
    **{f"services_{kind}": (("transactions", "service_id"),) for kind in ("internet", "voice", "recurring", "bundle")},
    **{f"tariffs_{kind}": ((f"services_{kind}", "tariff_id"),) for kind in ("internet", "voice", "recurring")},
    "tariffs_bundle": (("services_bundle", "bundle_id"),),
}
"""Resource → lists whose rows prove that one of its records was billed, with the field that names it. A transaction's
`service_id` may count each kind of service by itself: then a service is kept for one of another kind, which is the safe
side. One-time tariffs are named by nothing (research/splynx-resources.md): Splynx's own refusal has to do."""


class Billed:
    """Asks Splynx."""

    def __init__(self, client: Client) -> None:
        """`client`: an authenticated client."""
        self._client = client

    def among(self, resource: Resource, ids: Sequence[str]) -> frozenset[str]:
        """Which of these records of a resource have been billed."""
        found: set[str] = set()
        for witness, field in WITNESSES.get(resource.name, ()):
            left = sorted(set(ids) - found)
            for start in range(0, len(left), IDS_AT_ONCE):
                found |= self._named(resources()[witness], field, left[start : start + IDS_AT_ONCE])
        return frozenset(found)

    def _named(self, witness: Resource, field: str, ids: Sequence[str]) -> set[str]:
        try:
            return set(self._rows(witness, field, ids))
        except (NotAllowed, NotFound) as error:
            if isinstance(error, NotFound):
                return set()
            logger.warning("%s cannot be read (%s): nothing that might be billed is deleted", witness.name, error)
            return set(ids)
        except SplynxError as error:
            logger.warning("%s cannot be searched (%s): nothing that might be billed is deleted", witness.name, error)
            return set(ids)

    def _rows(self, witness: Resource, field: str, ids: Sequence[str]) -> Iterator[str]:
        """The ids that the list names. What is known is taken out of the next question, so that a customer with a
        thousand transactions costs no more than one with one."""
        path, query = list_path(witness)
        if path is None:
            return
        left = list(ids)
        while left:
            asked: Query = Query(main={**query.main, field: ("IN", left)}, order={"id": "ASC"}, limit=PAGE)
            rows = self._client.get(path, asked)
            named = {str(row.get(field)) for row in rows if isinstance(row, dict)} & set(left)
            yield from named
            if not named or len(rows) < PAGE:
                return
            left = [entry for entry in left if entry not in named]
