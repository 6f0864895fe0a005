"""Measurements: root fields that answer for one owner and a period.

In: the instance's schema and a root field such as `data_usage(account_id:, start_datetime:, end_datetime:)`. Out: the
definitions of its streams, or none when the root is of another kind. A root is of this kind when an owner with a
root of its own is all that it requires, and it takes a period. Most give a list of rows; `icmp_results` and
`snmp_results` give several lists side by side, which become a stream each.

GUESS: nothing is recorded about how these roots answer; their signatures are all that is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tap_sonar.definition import SERIES, StreamDefinition
from tap_sonar.fields import property_of, text_of
from tap_sonar.introspection import ApiSchema, Field, ObjectType
from tap_sonar.relations import owner_of

REASON = "measurements, read owner by owner"
START, END = "start_datetime", "end_datetime"
_NAMING = {"String", "Text", "ID"}
_MEASURED = {"value", "status", "reason"}
"""Texts that are measured. GUESS: any other text, enum or id says which of several things was measured."""


@dataclass(frozen=True)
class _Rows:
    """Where rows are inside an answer."""

    type: ObjectType
    path: tuple[str, ...] = ()
    outer: tuple[Field, ...] = ()


def definitions_of(schema: ApiSchema, root: Field) -> list[StreamDefinition]:
    """The streams of a root field; empty when it does not ask for an owner and a period."""
    required = [argument.name for argument in root.arguments.values() if argument.required]
    if len(required) != 1 or not {START, END} <= set(root.arguments) or root.type.is_leaf:
        return []
    owner, owner_root = owner_of(schema, root)
    if owner is None or required != [owner]:
        return []
    streams: list[StreamDefinition] = []
    for rows in _rows(schema, root):
        name = root.name if not streams else rows.path[-1]
        if streams and (name in schema.roots or name in {stream.name for stream in streams}):
            name = f"{root.name}_{name}"
        streams.append(_definition(schema, root, name, rows, owner, owner_root))
    return streams


def _rows(schema: ApiSchema, root: Field) -> Iterator[_Rows]:
    answer = schema.types.get(root.type.name)
    if answer is None:
        return
    if root.type.is_list:
        yield _Rows(answer)
        return
    entity = schema.entity_of(root.type)
    if entity is not None:
        yield _Rows(schema.types[entity], ("entities",))
        return
    for field in _lists(schema, answer):
        group = schema.types[field.type.name]
        inner = _lists(schema, group)
        if len(inner) == 1:
            leaves = tuple(leaf for leaf in group.fields.values() if leaf.type.is_leaf)
            yield _Rows(schema.types[inner[0].type.name], (field.name, inner[0].name), leaves)
        elif not inner:
            yield _Rows(group, (field.name,))


def _lists(schema: ApiSchema, owner: ObjectType) -> list[Field]:
    return [
        field
        for field in owner.fields.values()
        if field.type.is_list and not field.type.is_leaf and schema.types[field.type.name].kind == "OBJECT"
    ]


def _definition(
    schema: ApiSchema, root: Field, name: str, rows: _Rows, owner: str, owner_root: str | None
) -> StreamDefinition:
    leaves = [leaf for leaf in rows.type.fields.values() if leaf.type.is_leaf]
    properties = {
        owner: {"type": "integer", "description": f"Whose measurements these are (`{owner}` of the question)."},
        **{leaf.name: property_of(schema, leaf) for leaf in rows.outer},
        **{leaf.name: property_of(schema, leaf) for leaf in leaves if leaf.name != owner},
    }
    time = next((leaf.name for leaf in leaves if leaf.type.name == "Datetime"), None)
    return StreamDefinition(
        name=name,
        root=root.name if name != root.name else "",
        type_name=rows.type.name,
        shape=SERIES,
        arguments=frozenset({START, END}),
        properties=properties,
        text=text_of([*leaves, *rows.outer]),
        owner=owner,
        owner_root=owner_root,
        path=rows.path,
        outer=tuple(leaf.name for leaf in rows.outer),
        key_properties=_keys(leaves, rows, owner, time),
        replication_key=time,
        description=rows.type.description or root.description,
        selected_by_default=False,
    )


def _keys(leaves: list[Field], rows: _Rows, owner: str, time: str | None) -> tuple[str, ...]:
    """Owner, what groups the rows, and time; none when rows of one moment may differ by something that can be null:
    a loader would merge them.
    """
    naming = [
        leaf.name
        for leaf in leaves
        if leaf.name not in {owner, *_MEASURED}
        and (leaf.type.kind == "ENUM" or leaf.type.name in _NAMING or leaf.name.endswith("_id"))
    ]
    if time is None or naming:
        return ()
    return (owner, *(leaf.name for leaf in rows.outer), time)
