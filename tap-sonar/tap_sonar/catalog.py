"""From the instance's schema to streams.

In: `ApiSchema` (introspection) or a catalog that an earlier discovery wrote. Out: `StreamDefinition`s, parents
first, and for every root field a line that says whether it is a stream, and if not, why. Nothing about a field
is written by hand here but the defaults of selection: what holds secrets or is a huge log is there to be
selected, and not selected by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tap_sonar import order
from tap_sonar.introspection import ApiSchema, Field, ObjectType, TypeRef
from tap_sonar.relations import Relation, relations_of, snake_case

EXTENSION = "x-sonar"
"""Key inside a catalog entry's `schema` under which a definition survives; loaders never see it."""

CONNECTION, LIST, OBJECT = "connection", "list", "object"

READING_ARGUMENTS = ("search", "sorter", "paginator", "include_archived")

MAX_ENUM_VALUES = 1000
"""Larger enums (counties, subdivisions: thousands of values per column) are left out of the schema."""

SCALAR_TYPES: Mapping[str, dict[str, Any]] = {
    "Int64Bit": {"type": "integer"},
    "Int": {"type": "integer"},
    "Float": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "Datetime": {"type": "string", "format": "date-time"},
    "Date": {"type": "string", "format": "date"},
}
"""Everything else is a string as Sonar sends it (research/sonar-api.md "Values")."""

PLAIN_TEXT = {"String", "ID", "Text", "Clob", "Datetime", "Date"}

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
class StreamDefinition:
    """All that is needed to read a stream; survives in the catalog (see `to_extension`)."""

    name: str
    type_name: str
    shape: str
    arguments: frozenset[str]
    properties: Mapping[str, dict[str, Any]]
    relations: Mapping[str, Relation] = field(default_factory=dict)
    text: frozenset[str] = frozenset()
    key_properties: tuple[str, ...] = ()
    replication_key: str | None = None
    owner: str | None = None
    """Argument that names an owner (`account_id`), where rows can be found in no other complete way."""
    owner_root: str | None = None
    rank: int = 0
    description: str | None = None
    selected_by_default: bool = True
    unselected_properties: frozenset[str] = frozenset()

    @property
    def by_key(self) -> bool:
        """Read by `id > last`, sorted by id."""
        return self.shape == CONNECTION and "id" in self.properties and {"search", "sorter"} <= self.arguments

    @property
    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of the records."""
        schema: dict[str, Any] = {"type": "object", "properties": dict(self.properties)}
        if self.description:
            schema["description"] = self.description
        return schema

    def to_extension(self) -> dict[str, Any]:
        """What the catalog keeps besides the Singer schema, keys and metadata."""
        return {
            "type": self.type_name,
            "shape": self.shape,
            "rank": self.rank,
            "arguments": sorted(self.arguments),
            "text": sorted(self.text),
            "owner": self.owner,
            "owner_root": self.owner_root,
            "relations": {
                name: {
                    "field": relation.field,
                    "target": relation.target,
                    "many": relation.many,
                    "archived": relation.archived,
                }
                for name, relation in self.relations.items()
            },
        }

    @classmethod
    def from_catalog_entry(cls, entry: Mapping[str, Any]) -> StreamDefinition | None:
        """The definition that `to_extension` put into a catalog entry; None when there is none."""
        schema = entry.get("schema") or {}
        extension = schema.get(EXTENSION)
        if not isinstance(extension, Mapping):
            return None
        relations = {
            name: Relation(
                name, relation["field"], relation["target"], relation["many"], relation.get("archived", False)
            )
            for name, relation in extension.get("relations", {}).items()
        }
        return cls(
            name=entry["tap_stream_id"],
            type_name=extension["type"],
            shape=extension["shape"],
            rank=extension["rank"],
            arguments=frozenset(extension.get("arguments", ())),
            text=frozenset(extension.get("text", ())),
            owner=extension.get("owner"),
            owner_root=extension.get("owner_root"),
            properties=schema.get("properties", {}),
            relations=relations,
            key_properties=tuple(entry.get("key_properties") or ()),
            replication_key=entry.get("replication_key"),
            description=schema.get("description"),
        )


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


def survey(schema: ApiSchema, *, relation_ids: bool = True, file_contents: bool = False) -> Survey:
    """Streams for all root fields that can be read without arguments of their own, parents first."""
    roots: list[Root] = []
    definitions: dict[str, StreamDefinition] = {}
    for name in sorted(schema.roots):
        root = schema.roots[name]
        shape, entity, reason = _readable(schema, root)
        if entity is None:
            roots.append(Root(name, is_stream=False, reason=reason))
            continue
        definition = _definition(schema, root, shape, entity, relation_ids=relation_ids, file_contents=file_contents)
        if not definition.properties:
            roots.append(Root(name, is_stream=False, reason="its rows have no plain fields"))
            continue
        definitions[name] = definition
        roots.append(Root(name, is_stream=True, reason=_why_not_by_default(name)))
    ranks = order.parents_first(_parents(schema, definitions))
    ordered = [_with_rank(definitions[name], rank) for rank, name in enumerate(ranks)]
    return Survey(ordered, roots)


def from_catalog(catalog: Mapping[str, Any]) -> list[StreamDefinition] | None:
    """Definitions of all entries, parents first; None when an entry comes from somewhere else."""
    found = [StreamDefinition.from_catalog_entry(entry) for entry in catalog.get("streams", ())]
    definitions = [definition for definition in found if definition is not None]
    if len(definitions) != len(found):
        return None
    return sorted(definitions, key=lambda definition: (definition.rank, definition.name))


def owner_definition(root: str) -> StreamDefinition:
    """Just enough of a definition to read the ids under `root` by key."""
    # Only accounts own rows that are read this way, and only they can be archived.
    archived = {"include_archived"} if root == "accounts" else set()
    return StreamDefinition(
        name=root,
        type_name="",
        shape=CONNECTION,
        arguments=frozenset({"search", "sorter", "paginator"} | archived),
        properties={"id": {"type": "integer"}},
        key_properties=("id",),
    )


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
    schema: ApiSchema, root: Field, shape: str, row: ObjectType, *, relation_ids: bool, file_contents: bool
) -> StreamDefinition:
    leaves = [leaf for leaf in row.fields.values() if leaf.type.is_leaf]
    properties = {leaf.name: _property(schema, leaf) for leaf in leaves}
    text = frozenset(
        leaf.name
        for leaf in leaves
        if leaf.type.kind == "SCALAR" and leaf.type.name not in {*SCALAR_TYPES, *PLAIN_TEXT}
    )
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
    if file_contents and root.name == "files" and "id" in row.fields:
        properties["content_base64"] = {
            "type": ["string", "null"],
            "contentEncoding": "base64",
            "description": "The bytes of the file; null when it is larger than file_size_limit.",
        }
    arguments = frozenset(name for name in READING_ARGUMENTS if name in root.arguments)
    incremental = {"search", "sorter"} <= arguments and {"id", "updated_at"} <= set(properties) and shape == CONNECTION
    owner, owner_root = _owner(schema, root) if shape == CONNECTION and "search" not in arguments else (None, None)
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


def _owner(schema: ApiSchema, root: Field) -> tuple[str | None, str | None]:
    """Argument and root of the rows' owner, for a root that has a paginator, but no search: `account_id`,
    `accounts`.
    """
    if "paginator" not in root.arguments:
        return None, None
    for name in root.arguments:
        if not name.endswith("_id"):
            continue
        for other in sorted(schema.roots.values(), key=lambda field_: field_.name):
            entity = schema.entity_of(other.type)
            if entity and snake_case(entity) == name[:-3] and {"search", "sorter", "paginator"} <= set(other.arguments):
                return name, other.name
    return None, None


def _property(schema: ApiSchema, leaf: Field) -> dict[str, Any]:
    """JSON Schema of a leaf field."""
    item = _value_schema(schema, leaf.type)
    if leaf.type.is_list:
        if not leaf.type.items_required:
            item = _nullable(item)
        item = {"type": "array", "items": item}
    result = item if leaf.type.required else _nullable(item)
    if leaf.description:
        result["description"] = leaf.description
    return result


def _value_schema(schema: ApiSchema, reference: TypeRef) -> dict[str, Any]:
    if reference.kind == "ENUM":
        values = schema.enums.get(reference.name, ())
        # GUESS: an enum whose only value is UNKNOWN_VALUE stands for values that nobody recorded.
        if 0 < len(values) <= MAX_ENUM_VALUES and values != ("UNKNOWN_VALUE",):
            return {"type": "string", "enum": list(values)}
        return {"type": "string"}
    return dict(SCALAR_TYPES.get(reference.name, {"type": "string"}))


def _nullable(item: dict[str, Any]) -> dict[str, Any]:
    result = {**item, "type": [item["type"], "null"]}
    if "enum" in result:
        result["enum"] = [*result["enum"], None]
    return result


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


def _with_rank(definition: StreamDefinition, rank: int) -> StreamDefinition:
    return StreamDefinition(**{**definition.__dict__, "rank": rank})
