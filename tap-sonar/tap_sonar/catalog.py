"""From the instance's schema to streams.

In: `ApiSchema` (introspection) or a catalog that an earlier discovery wrote. Out: `StreamDefinition`s, parents
first, and for every root field a line that says whether it is a stream, and if not, why. Nothing about a field
is written by hand here but the defaults of selection: what holds secrets or is a huge log is there to be
selected, and not selected by itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tap_sonar import order, series, sweep
from tap_sonar.definition import CONNECTION, LIST, OBJECT, StreamDefinition, with_rank
from tap_sonar.fields import property_of, text_of
from tap_sonar.files import file_properties
from tap_sonar.introspection import ApiSchema, Field, ObjectType
from tap_sonar.relations import Relation, owner_of, relations_of

READING_ARGUMENTS = ("search", "sorter", "paginator", "include_archived")

SECRET_STREAMS = re.compile(r"(credential|token|password|secret)s$")
SECRET_FIELDS = re.compile(
    r"(^|_)(password|passphrase|secret|secret_data|token|api_key|community|credentials|unique_link_key)$"
)
NOT_BY_DEFAULT = {
    # Sonar bills the provider itself through these.
    re.compile(r"^core_"): "Sonar's own billing of the provider",
    SECRET_STREAMS: "holds secrets",
    re.compile(r"^(access_logs|logs|generic_inventory_item_action_logs)$"): "huge log",
    re.compile(
        r"^(email_opens|email_clicks|smtp_events|webhook_endpoint_events|adtran_mosaic_\w+_events)$"
    ): "huge log",
    re.compile(r"^(radius_session_histories|vehicle_location_histories)$"): "huge log",
    re.compile(r"^calix_provisioning_list$"): "asks a device of another maker",
    re.compile(r"^(me|my_ip_address|instance_service_funds)$"): "about the reader, not about the instance",
}
LARGE_TYPES = {
    "Account", "Address", "Contact", "InventoryItem", "Invoice", "Job", "Ticket", "DataUsageHistory",
}  # fmt: skip
"""Many-to-many ids that point at these are told from the other side too, which is the short one."""

MAX_POLYMORPHIC_PARENTS = 12
"""Pairs that can hold nearly everything (notes, files) say nothing about the order."""


@dataclass(frozen=True)
class Root:
    """What becomes of a root field: `stream` or the `reason` why it is none (or is not selected by default)."""

    name: str
    is_stream: bool
    reason: str = ""


@dataclass(frozen=True)
class Survey:
    """The result of discovery."""

    definitions: list[StreamDefinition]
    roots: list[Root]

    @property
    def skipped(self) -> list[Root]:
        """Root fields that are no streams."""
        return [root for root in self.roots if not root.is_stream]


def survey(
    schema: ApiSchema,
    *,
    relation_ids: bool = True,
    file_contents: bool = False,
    files_folder: bool = False,
    sweeps: Collection[str] = (),
) -> Survey:
    """Streams for all root fields that can be read without arguments of their own, parents first, for measurements of
    an owner, and for the ids of each stream that is named in `sweeps`.
    """
    files = file_properties(contents=file_contents, folder=files_folder)
    roots: list[Root] = []
    definitions: dict[str, StreamDefinition] = {}
    for name in sorted(schema.roots):
        root = schema.roots[name]
        measured = series.definitions_of(schema, root)
        if measured:
            definitions |= {definition.name: definition for definition in measured}
            roots.append(Root(name, is_stream=True, reason=series.REASON))
            continue
        shape, entity, reason = _readable(schema, root)
        if entity is None:
            roots.append(Root(name, is_stream=False, reason=reason))
            continue
        definition = _definition(schema, root, shape, entity, relation_ids=relation_ids, files=files)
        if not definition.properties:
            roots.append(Root(name, is_stream=False, reason="its rows have no plain fields"))
            continue
        definitions[name] = definition
        roots.append(Root(name, is_stream=True, reason=_why_not_by_default(name)))
    ranks = order.parents_first(_parents(schema, definitions))
    ordered = [with_rank(definitions[name], rank) for rank, name in enumerate(ranks)]
    return Survey(sweep.with_ids(ordered, sweeps), roots)


def _readable(schema: ApiSchema, root: Field) -> tuple[str, ObjectType | None, str]:
    """Shape and row type of a root field, or the reason why it cannot be a stream."""
    required = [argument.name for argument in root.arguments.values() if argument.required]
    if required:
        return "", None, f"needs arguments: {', '.join(required)}"
    if root.type.is_leaf:
        return "", None, "a single value"
    entity = schema.entity_of(root.type)
    if entity is not None:
        row = schema.types.get(entity)
        if row is None or row.kind != "OBJECT":
            return "", None, "its rows have no type of their own"
        return CONNECTION, row, ""
    row = schema.types.get(root.type.name)
    if row is None or row.kind != "OBJECT":
        return "", None, "its rows have no type of their own"
    if root.type.is_list:
        return LIST, row, ""
    questions = [argument.name for argument in root.arguments.values() if argument.type.kind != "ENUM"]
    if questions:
        return "", None, f"answers only to arguments: {', '.join(questions)}"
    return OBJECT, row, ""


def _definition(
    schema: ApiSchema, root: Field, shape: str, row: ObjectType, *, relation_ids: bool, files: Mapping[str, Any]
) -> StreamDefinition:
    leaves = [leaf for leaf in row.fields.values() if leaf.type.is_leaf]
    properties = {leaf.name: property_of(schema, leaf) for leaf in leaves}
    text = text_of(leaves)
    unselected = {name for name in properties if SECRET_FIELDS.search(name)}
    relations: dict[str, Relation] = {}
    if relation_ids and "id" in row.fields:
        relations = {relation.property_name: relation for relation in relations_of(schema, row)}
        for relation in relations.values():
            properties[relation.property_name] = _relation_property(relation)
            if (
                relation.many
                and relation.target in LARGE_TYPES
                and (row.name not in LARGE_TYPES or row.name == relation.target)
            ):
                unselected.add(relation.property_name)
    if root.name == "files" and "id" in row.fields:
        properties |= files
    arguments = frozenset(name for name in READING_ARGUMENTS if name in root.arguments)
    incremental = {"search", "sorter"} <= arguments and {"id", "updated_at"} <= set(properties) and shape == CONNECTION
    owned = shape == CONNECTION and "paginator" in arguments and "search" not in arguments
    owner, owner_root = owner_of(schema, root) if owned else (None, None)
    return StreamDefinition(
        name=root.name,
        type_name=row.name,
        shape=shape,
        arguments=arguments,
        owner=owner,
        owner_root=owner_root,
        properties=properties,
        relations=relations,
        text=text,
        key_properties=("id",) if "id" in properties else (),
        replication_key="updated_at" if incremental else None,
        description=row.description or root.description,
        selected_by_default=not _why_not_by_default(root.name),
        unselected_properties=frozenset(unselected),
    )


def _relation_property(relation: Relation) -> dict[str, Any]:
    if relation.many:
        return {
            "type": "array",
            "items": {"type": "integer"},
            "description": f"Ids of the rows of type {relation.target} under `{relation.field}`, ascending.",
        }
    return {
        "type": ["integer", "null"],
        "description": f"Id of the row of type {relation.target} under `{relation.field}`.",
    }


def _why_not_by_default(name: str) -> str:
    for pattern, reason in NOT_BY_DEFAULT.items():
        if pattern.search(name):
            return reason
    return ""


def _parents(schema: ApiSchema, definitions: Mapping[str, StreamDefinition]) -> dict[str, dict[str, int]]:
    """For each stream the streams that its rows refer to, weighted (see order.py)."""
    root_of: dict[str, str] = {}
    for name, definition in definitions.items():
        # Two roots may return one type (invoices and core_invoices): the plain one is meant.
        if definition.shape == CONNECTION and (definition.type_name not in root_of or not name.startswith("core_")):
            root_of[definition.type_name] = name
    parents: dict[str, dict[str, int]] = {}
    for name, definition in definitions.items():
        row = schema.types[definition.type_name]
        own: dict[str, int] = {}
        if definition.owner_root in definitions and definition.owner_root is not None:
            own[definition.owner_root] = order.REQUIRED
        for type_name, weight in _references(schema, row):
            parent = root_of.get(type_name)
            if parent is not None and parent != name:
                own[parent] = max(weight, own.get(parent, 0))
        parents[name] = own
    return parents


def _references(schema: ApiSchema, row: ObjectType) -> Iterable[tuple[str, int]]:
    for reference in row.fields.values():
        if reference.type.is_leaf or reference.type.is_list:
            continue
        key = row.fields.get(f"{reference.name}_id")
        if key is None:
            continue
        other = schema.types.get(reference.type.name)
        if other is None:
            continue
        if other.kind == "OBJECT":
            yield other.name, order.REQUIRED if key.type.required else order.OPTIONAL
        elif len(other.possible_types) <= MAX_POLYMORPHIC_PARENTS:
            for type_name in other.possible_types:
                yield type_name, order.POLYMORPHIC
