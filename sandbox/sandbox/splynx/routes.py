"""From a method and a path to what handles it: actions by hand where there are some, the generic engine for the rest.

In: the contract's 285 paths and the registered actions. Out: ``Router.find`` gives a path and its parameters,
``Router.resource`` what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.splynx.contract import Contract, Path, Resource, resource_name
from sandbox.splynx.query import Nested, parse_php_query
from sandbox.splynx.registry import Identity
from sandbox.splynx.state import Splynx, StoredFile

if TYPE_CHECKING:
    from sandbox.splynx.auth import Authenticator

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass
class Call:
    """A request, taken apart."""

    splynx: Splynx
    authenticator: Authenticator
    method: str
    path: Path
    parameters: dict[str, str]
    resource: Resource | None
    query_string: str
    body: Any = None
    uploads: list[tuple[str, StoredFile]] = field(default_factory=list)
    identity: Identity = field(default_factory=Identity)
    user_agent: str = ""
    address: str = ""

    @property
    def query(self) -> Nested:
        """The query string as PHP sees it."""
        return parse_php_query(self.query_string)

    def number(self, name: str) -> int:
        """A path parameter as a number; 0 when it is none."""
        value = self.parameters.get(name, "")
        return int(value) if value.isdigit() else 0


@dataclass
class Answer:
    """Status, JSON body (None = no body) and extra headers."""

    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


Action = Callable[[Call], Answer]
ACTIONS: dict[tuple[str, str], Action] = {}


def action(method: str, *templates: str) -> Callable[[Action], Action]:
    """Register a handler for operations that are more than a record's life."""

    def keep(handler: Action) -> Action:
        for template in templates:
            ACTIONS[(method, template)] = handler
        return handler

    return keep


class Router:
    """Finds the template of a path: exact ones first, then those with parameters, the most literal first."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._exact: dict[str, Path] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Path]]] = {}
        for template, path in contract.paths.items():
            if "{" not in template:
                self._exact[template] = path
                continue
            pattern = "".join(
                f"(?P<{part}>[^/]+?)" if index % 2 else re.escape(part)
                for index, part in enumerate(_PARAMETER.split(template))
            )
            self._patterns.setdefault(_prefix(template), []).append((re.compile(pattern + r"\Z"), path))
        for found in self._patterns.values():
            found.sort(key=lambda pair: -len(_PARAMETER.sub("", pair[1].template)))
        self._resources = {t: self._resource_of(t) for t in contract.paths}

    def find(self, path: str) -> tuple[Path, dict[str, str]] | None:
        """The contract's path for a request path (without /api/2.0)."""
        if len(path) > 1 and path.endswith("/"):
            path = path.rstrip("/")
        exact = self._exact.get(path)
        if exact is not None:
            return exact, {}
        for pattern, found in self._patterns.get(_prefix(path), ()):
            match = pattern.match(path)
            if match:
                return found, match.groupdict()
        return None

    def resource(self, path: Path) -> Resource | None:
        """The resource that a path belongs to."""
        return self._resources[path.template]

    def _resource_of(self, template: str) -> Resource | None:
        for resource in self.contract.resources.values():
            if template in (resource.collection, resource.item):
                return resource
        return self.contract.resources.get(resource_name(template))


def _prefix(path: str) -> str:
    parts = path.split("/", 4)
    return "/".join(re.split(r"--|\{", part)[0] for part in parts[1:4])
