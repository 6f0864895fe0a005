"""Where references end: whether the record that a field names is there. Reads lists, each at most once.

In: client, the records that were written and read back. Out: yes or no per reference. What nobody can say counts as
there: a list that the key may not read, a resource that has none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from target_splynx.contract.resource import resources
from target_splynx.planning.existing import list_path
from target_splynx.planning.relations import Identity
from target_splynx.readback import one
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import SplynxError


class Ends:
    """Knows which records are there."""

    def __init__(self, client: Client, known: Collection[Identity]) -> None:
        """`known`: records that need not be asked for."""
        self._client, self._known = client, known
        self._lists: dict[str, frozenset[str] | None] = {}
        self._single: dict[Identity, bool] = {}

    def there(self, targets: Sequence[str], number: str) -> bool:
        """Whether one of these resources has a record of this number."""
        if any((target, number) in self._known for target in targets):
            return True
        return any(self._in_splynx(target, number) for target in targets)

    def _in_splynx(self, name: str, number: str) -> bool:
        if name not in self._lists:
            self._lists[name] = self._list(name)
        known = self._lists[name]
        return number in known if known is not None else self._alone(name, number)

    def _list(self, name: str) -> frozenset[str] | None:
        resource = resources().get(name)
        path, query = list_path(resource) if resource else (None, None)
        if resource is None or path is None or resource.id is None:
            return None
        try:
            rows = self._client.pages(path, query) if resource.id == "id" else self._client.get(path, query)
            return frozenset(str(row.get(resource.id)) for row in rows if isinstance(row, dict))
        except SplynxError:
            return None

    def _alone(self, name: str, number: str) -> bool:
        resource = resources().get(name)
        if resource is None or "read" not in resource.methods:
            return True
        if (name, number) not in self._single:
            try:
                self._single[name, number] = one(self._client, resource, {}, number) is not None
            except (SplynxError, KeyError):
                self._single[name, number] = True
        return self._single[name, number]
