"""Which rows are gone: streams of ids, for streams that only tell what changed.

In: the definitions of all streams, and the setting `deleted_rows_sweep`. Out: the same with a stream `<name>_ids`
behind each stream that the setting names. Sonar deletes rows for good and leaves no trace (research/sonar-api.md
"Change, deletion, history"), and ACTIVATE_VERSION of an incremental stream would remove every row that has not
changed. A stream of its own that is read in full says it without harm: its ids are those that exist, what the
destination has besides them is gone, and its own table is tidied up by its own ACTIVATE_VERSION.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from tap_sonar.definition import StreamDefinition

SUFFIX = "_ids"
ALL = "*"
PAGE_SIZE = 10_000
"""Ids are short: as many per request as Sonar's window allows. Halved like any page when it is refused."""


def with_ids(definitions: Iterable[StreamDefinition], wanted: Collection[str]) -> list[StreamDefinition]:
    """The definitions, in their order, each followed by its stream of ids where that is wanted and of use."""
    result: list[StreamDefinition] = []
    known = list(definitions)
    names = {definition.name for definition in known}
    for definition in known:
        result.append(definition)
        if ALL in wanted or definition.name in wanted:
            ids = _ids_of(definition)
            if ids is not None and ids.name not in names:
                result.append(ids)
    return result


def not_swept(definitions: Iterable[StreamDefinition], wanted: Collection[str]) -> list[str]:
    """Names in the setting for which there is no stream of ids: unknown, read in full anyway, or not in the catalog."""
    swept = {definition.root_field for definition in definitions if definition.is_sweep}
    return sorted(set(wanted) - swept - {ALL})


def _ids_of(definition: StreamDefinition) -> StreamDefinition | None:
    """None for streams that tell of deleted rows by themselves."""
    if not definition.replication_key or not definition.by_key:
        return None
    return replace(
        definition,
        name=f"{definition.name}{SUFFIX}",
        root=definition.name,
        properties={"id": definition.properties["id"]},
        relations={},
        text=frozenset(),
        key_properties=("id",),
        replication_key=None,
        description=f"The ids of all rows of `{definition.name}` that exist; what is not here was deleted in Sonar.",
        unselected_properties=frozenset(),
    )
