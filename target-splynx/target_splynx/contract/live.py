"""What the live server says of a resource: required fields and additional fields. It wins over the facts in the
project.

Source: research/splynx-api.md §4 (OPTIONS), §7 (additional fields). Both are asked once per resource and run.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from target_splynx.contract.resource import Resource
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, SplynxError

logger = logging.getLogger(__name__)

MARKER = "sonar_id"


@dataclass(frozen=True)
class LiveResource:
    """A resource as this server has it.

    `absent`: fields that only the OPTIONS answer of another server ever named, and this server's does not.
    """

    required: frozenset[str]
    fields: frozenset[str]
    additional: frozenset[str]
    absent: frozenset[str] = frozenset()


class LiveContract:
    """Asks each resource once."""

    def __init__(self, client: Client) -> None:
        """`client`: an authenticated client."""
        self._client = client
        self._known: dict[str, LiveResource] = {}

    def of(self, resource: Resource) -> LiveResource:
        """Required fields, known fields and additional fields of a resource on this server."""
        if resource.name not in self._known:
            self._known[resource.name] = self._ask(resource)
        return self._known[resource.name]

    def _ask(self, resource: Resource) -> LiveResource:
        required, fields, absent = resource.required, frozenset(resource.fields), frozenset[str]()
        path = resource.path
        if path and not resource.collection_parameters and resource.can_create:
            try:
                answer = self._client.options(path)
            except (SplynxError, ValueError) as error:
                logger.debug("OPTIONS %s: %s; using the recorded facts", path, error)
            else:
                declared = [a for a in answer.get("attributes", []) if isinstance(a, dict) and a.get("name")]
                if declared:
                    required = frozenset(a["name"] for a in declared if a.get("required"))
                    fields |= frozenset(a["name"] for a in declared)
                    absent = frozenset(name for name, field in resource.fields.items() if field.live_only) - frozenset(
                        a["name"] for a in declared
                    )
        return LiveResource(required, fields - absent, self._additional(resource), absent)

    def _additional(self, resource: Resource) -> frozenset[str]:
        module = resource.additional_fields
        if module is None:
            return frozenset()
        try:
            rows = self._client.get(f"/admin/config/additional-fields/{module}")
        except NotAllowed as error:
            logger.warning(
                "Additional fields of %s cannot be read (%s): give the key the right to them.", module, error
            )
            return frozenset()
        except SplynxError:
            # A fresh server answered 400 for a module without fields (research/splynx-api.md §7).
            return frozenset()
        return frozenset(str(row["name"]) for row in rows if isinstance(row, dict) and row.get("name"))
