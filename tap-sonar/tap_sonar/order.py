"""Parents before children, over all streams.

In: for each stream the streams it refers to, with a weight. Out: one order. Foreign keys form cycles (users and
roles, accounts and addresses …); they are broken at the weakest references first, and always in the same way:
the order depends only on names and references, not on the order of discovery.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

POLYMORPHIC = 1
OPTIONAL = 2
REQUIRED = 3
"""Weights: a polymorphic pair, a nullable foreign key, a foreign key that cannot be null."""

Parents = Mapping[str, Mapping[str, int]]


def parents_first(parents: Parents) -> list[str]:
    """All keys of `parents`, each after the streams it refers to, as far as cycles allow."""
    names = sorted(parents)
    return _order(names, {name: {p: w for p, w in parents[name].items() if p != name} for name in names})


def _order(names: list[str], parents: Parents) -> list[str]:
    ordered: list[str] = []
    for group in _strongly_connected(names, parents):
        if len(group) == 1:
            ordered.extend(group)
            continue
        inside = set(group)
        within = {name: {p: w for p, w in parents[name].items() if p in inside} for name in group}
        weakest = min(weight for own in within.values() for weight in own.values())
        weaker = {name: {p: w for p, w in own.items() if w > weakest} for name, own in within.items()}
        if any(weaker.values()):
            ordered.extend(_order(sorted(group), weaker))
        else:
            ordered.extend(_fewest_open(group, within))
    return ordered


def _fewest_open(group: Iterable[str], parents: Parents) -> list[str]:
    """A cycle of equal references: always take the stream with the fewest parents still to come, then by name."""
    waiting = sorted(group)
    ordered: list[str] = []
    while waiting:
        left = set(waiting)
        chosen = min(waiting, key=lambda name: (sum(p in left for p in parents[name]), name))
        waiting.remove(chosen)
        ordered.append(chosen)
    return ordered


def _strongly_connected(names: Iterable[str], parents: Parents) -> list[list[str]]:
    """Groups of streams that refer to each other in a circle, parents' groups first."""
    search = _ComponentSearch({name: sorted(set(parents[name]) & set(parents)) for name in names})
    for name in names:
        if name not in search.index:
            search.visit(name)
    return search.components


class _ComponentSearch:
    """Tarjan's algorithm without recursion: a chain of 300 streams is possible."""

    def __init__(self, parents: Mapping[str, list[str]]) -> None:
        self.parents = parents
        self.index: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.stack: list[str] = []
        self.components: list[list[str]] = []

    def visit(self, start: str) -> None:
        """Find all components that can be reached from `start`."""
        work = [(start, self._enter(start))]
        while work:
            name, rest = work[-1]
            new = next((parent for parent in rest if self._is_new(name, parent)), None)
            if new is not None:
                work.append((new, self._enter(new)))
                continue
            work.pop()
            if work:
                self.low[work[-1][0]] = min(self.low[work[-1][0]], self.low[name])
            if self.low[name] == self.index[name]:
                start_of_component = self.stack.index(name)
                self.components.append(self.stack[start_of_component:])
                del self.stack[start_of_component:]

    def _enter(self, name: str) -> Iterator[str]:
        self.index[name] = self.low[name] = len(self.index)
        self.stack.append(name)
        return iter(self.parents[name])

    def _is_new(self, name: str, parent: str) -> bool:
        if parent not in self.index:
            return True
        if parent in self.stack:
            self.low[name] = min(self.low[name], self.index[parent])
        return False
