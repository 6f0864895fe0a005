"""Parents before children, over all streams.

In: for each stream the streams it refers to, with a weight. Out: one order. Foreign keys form cycles (users and roles,
accounts and addresses …); they are broken at the weakest references first, and always in the same way: the order depends
only on names and references, not on the order of discovery.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
    """Tarjan's components, parents' components first (without recursion: 300 streams in a chain are possible)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    components: list[list[str]] = []
    known = set(names)
    for start in names:
        if start in index:
            continue
        work = [(start, iter(sorted(p for p in parents[start] if p in known)))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            name, rest = work[-1]
            for parent in rest:
                if parent not in index:
                    index[parent] = low[parent] = len(index)
                    stack.append(parent)
                    on_stack.add(parent)
                    work.append((parent, iter(sorted(p for p in parents[parent] if p in known))))
                    break
                if parent in on_stack:
                    low[name] = min(low[name], index[parent])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    component: list[str] = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == name:
                            break
                    components.append(component)
    return components
