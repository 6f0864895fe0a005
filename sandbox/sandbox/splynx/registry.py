"""Where rules (checks before a write) and effects (what a write sets off) are registered, by resource.

A rule or effect gets a ``Change``. Rules add to ``change.errors`` or alter ``change.values``; effects see the row
that was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.splynx.contract import Resource
from sandbox.splynx.store import Row, Values

if TYPE_CHECKING:
    from sandbox.splynx.state import Splynx


@dataclass
class Identity:
    """Who asks: an API key, an administrator or a customer."""

    kind: str = "api"
    id: int = 1
    name: str = "api"
    permissions: dict[str, set[str]] | None = None
    denied: frozenset[str] = frozenset()


@dataclass
class Change:
    """One write: ``values`` are the cleaned columns sent (on create with defaults), ``row`` is the record."""

    splynx: Splynx
    resource: Resource
    action: str
    values: Values
    row: Row | None = None
    before: Values = field(default_factory=dict)
    body: Values = field(default_factory=dict)
    identity: Identity = field(default_factory=Identity)
    errors: list[tuple[str, str]] = field(default_factory=list)
    hidden: Values = field(default_factory=dict)
    scope: Values = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """The value that the record will have."""
        if name in self.values:
            return self.values[name]
        return self.row.values.get(name) if self.row is not None else None

    def error(self, name: str, message: str) -> None:
        """Refuse; the title of the column is put in front of a message that starts small."""
        title = self.resource.fields[name].title if name in self.resource.fields else name
        self.errors.append((name, f"{title} {message}" if message[:1].islower() else message))

    def changes(self, name: str) -> bool:
        """On update: is this column sent with another value?"""
        return name in self.values and (self.row is None or self.values[name] != self.row.values.get(name))

    @property
    def made(self) -> Row:
        """The written row (in effects)."""
        assert self.row is not None
        return self.row


Hook = Callable[[Change], None]
_RULES: dict[tuple[str, str], list[Hook]] = {}
_EFFECTS: dict[tuple[str, str], list[Hook]] = {}


def rule(*resources: str, on: tuple[str, ...] = ("create", "update")) -> Callable[[Hook], Hook]:
    """Register a check for resources (names) and actions (create, update, delete)."""
    return _register(_RULES, resources, on)


def effect(*resources: str, on: tuple[str, ...] = ("create",)) -> Callable[[Hook], Hook]:
    """Register what happens after a write."""
    return _register(_EFFECTS, resources, on)


def rules_of(resource: str, action: str) -> list[Hook]:
    """Checks in the order of registration."""
    return _RULES.get((resource, action), [])


def effects_of(resource: str, action: str) -> list[Hook]:
    """Effects in the order of registration."""
    return _EFFECTS.get((resource, action), [])


def _register(
    book: dict[tuple[str, str], list[Hook]], resources: tuple[str, ...], actions: tuple[str, ...]
) -> Callable[[Hook], Hook]:
    def keep(hook: Hook) -> Hook:
        for resource in resources:
            for action in actions:
                book.setdefault((resource, action), []).append(hook)
        return hook

    return keep
