"""What one stream is, and how it survives in a catalog.

In: what `catalog` and `series` find in the instance's schema, or the entry of a catalog that an earlier discovery
wrote. Out: `StreamDefinition`, all that is needed to read a stream without asking the instance for its schema again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tap_sonar.relations import Relation

EXTENSION = "x-sonar"
"""Key inside a catalog entry's `schema` under which a definition survives; loaders never see it."""

CONNECTION, LIST, OBJECT, SERIES = "connection", "list", "object", "series"
"""Shapes of a root field's answer. SERIES: measurements of one owner, in a period, at a path inside the answer."""


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
    root: str = ""
    """Root field that is asked, where it is not named as the stream."""
    path: tuple[str, ...] = ()
    """SERIES only: fields that lead from the root's value to the list of rows."""
    outer: tuple[str, ...] = ()
    """SERIES only: leaf fields beside the last field of `path`, which are copied into each row."""
    selected_by_default: bool = True
    unselected_properties: frozenset[str] = frozenset()

    @property
    def root_field(self) -> str:
        """The root field that is asked."""
        return self.root or self.name

    @property
    def is_sweep(self) -> bool:
        """A stream of another stream's ids (see sweep.py)."""
        return bool(self.root) and self.shape == CONNECTION

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
            "root": self.root,
            "path": list(self.path),
            "outer": list(self.outer),
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
            root=extension.get("root", ""),
            path=tuple(extension.get("path", ())),
            outer=tuple(extension.get("outer", ())),
            properties=schema.get("properties", {}),
            relations=relations,
            key_properties=tuple(entry.get("key_properties") or ()),
            replication_key=entry.get("replication_key"),
            description=schema.get("description"),
        )


def from_catalog(catalog: Mapping[str, Any]) -> list[StreamDefinition] | None:
    """Definitions of all entries, parents first; None when an entry comes from somewhere else."""
    found = [StreamDefinition.from_catalog_entry(entry) for entry in catalog.get("streams", ())]
    definitions = [definition for definition in found if definition is not None]
    if len(definitions) != len(found):
        return None
    return sorted(definitions, key=lambda definition: (definition.rank, definition.name))


def owner_definition(root: str) -> StreamDefinition:
    """Just enough of a definition to read the ids under `root` by key."""
    # Only accounts can be archived.
    archived = {"include_archived"} if root == "accounts" else set()
    return StreamDefinition(
        name=root,
        type_name="",
        shape=CONNECTION,
        arguments=frozenset({"search", "sorter", "paginator"} | archived),
        properties={"id": {"type": "integer"}},
        key_properties=("id",),
    )


def with_rank(definition: StreamDefinition, rank: int) -> StreamDefinition:
    """The same, at another place in the order of streams."""
    return replace(definition, rank=rank)
