"""Sonar's GraphQL contract as data: every type, field, argument and enum value that the sandbox serves.

In: ``contract.json`` beside this module. Out: one immutable :class:`Contract`, shared by the schema, the
store and the data generator.

The JSON holds short texts in the manner of GraphQL's own language:

* ``"Type!"``                          a field without arguments
* ``"Type! (filters)"``                a field with Sonar's uniform arguments: one nullable equality argument
  per
  leaf field of the target, then ``paginator``, ``sorter``, ``search``, ``general_search``, on root fields
  ``general_search_mode``, then ``aggregation`` and ``reverse_relation_filters``
* ``"Type! (filters archived)"``       the same and ``include_archived``
* ``"Type! (name: Type, name: Type = default)"``   a field with its own arguments

``connections`` maps ``XConnection`` to ``X``; each of them has ``entities: [X]!``, ``page_info: PageInfo!``
and
``aggregations: [Aggregation]!``. Source: research/sonar-api.md "Arguments of root connections",
contracts/README.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

CONTRACT_FILE = Path(__file__).with_name("contract.json")

BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})

ArgumentKind = Literal["none", "filters", "filters+archived", "explicit"]

_FIELD = re.compile(r"^(?P<type>[\w\[\]!]+)(?: \((?P<arguments>.*)\))?$")


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type as written in GraphQL: ``Int64Bit!``, ``[Permission]!``, ``AccountConnection!``."""

    text: str
    name: str
    is_list: bool
    non_null: bool

    @classmethod
    def parse(cls, text: str) -> TypeRef:
        """From the contract's text: ``[Ticket!]!``."""
        return cls(text, text.strip("[]!"), text.startswith("["), text.endswith("!"))

    @property
    def nullable_text(self) -> str:
        """The same type without the outer ``!`` (the type of an equality argument)."""
        return self.text.removesuffix("!")


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field or a field of an input type. ``default`` is GraphQL text (``ROOT``, ``true``)."""

    name: str
    type: TypeRef
    default: str | None = None

    @classmethod
    def parse(cls, name: str, text: str) -> Argument:
        """From the contract's text: ``Int = 25``."""
        kind, _, default = text.partition(" = ")
        return cls(name, TypeRef.parse(kind), default or None)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object, an interface or the query root."""

    name: str
    type: TypeRef
    argument_kind: ArgumentKind
    arguments: tuple[Argument, ...] = ()
    """Only the arguments that are written out (``argument_kind == "explicit"``)."""

    @classmethod
    def parse(cls, name: str, text: str) -> Field:
        """From the contract's text: its type, and before it what arguments it takes; ValueError when it is neither."""
        match = _FIELD.match(text)
        if match is None:
            raise ValueError(f"contract.json: field {name!r} cannot be read: {text!r}")
        kind = TypeRef.parse(match["type"])
        arguments = match["arguments"]
        if arguments is None:
            return cls(name, kind, "none")
        if arguments == "filters":
            return cls(name, kind, "filters")
        if arguments == "filters archived":
            return cls(name, kind, "filters+archived")
        parts = (part.partition(": ") for part in arguments.split(", "))
        return cls(name, kind, "explicit", tuple(Argument.parse(part, rest) for part, _, rest in parts))


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object or interface type with its fields in the contract's order."""

    name: str
    fields: Mapping[str, Field]
    implements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """The whole contract. Look things up by name; a missing name is a ``KeyError``."""

    scalars: tuple[str, ...]
    enums: Mapping[str, tuple[str, ...]]
    inputs: Mapping[str, tuple[Argument, ...]]
    interfaces: Mapping[str, ObjectType]
    objects: Mapping[str, ObjectType]
    connections: Mapping[str, str]
    """``{"AccountConnection": "Account"}``: the regular connections. An entity may be an interface."""
    query: Mapping[str, Field]

    def is_leaf(self, name: str) -> bool:
        """Is this the name of a scalar or an enum?"""
        return name in self._leaf_names

    @cached_property
    def _leaf_names(self) -> frozenset[str]:
        return BUILT_IN_SCALARS | set(self.scalars) | set(self.enums)

    def composite(self, name: str) -> ObjectType:
        """The object or interface of that name."""
        found = self.objects.get(name) or self.interfaces.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def leaf_fields(self, name: str) -> Mapping[str, Field]:
        """The fields of a type that hold values: scalars, enums and lists of them."""
        found = self._leaf_fields.get(name)
        if found is None:
            fields = self.composite(name).fields
            found = {key: field for key, field in fields.items() if self.is_leaf(field.type.name)}
            self._leaf_fields[name] = found
        return found

    @cached_property
    def _leaf_fields(self) -> dict[str, Mapping[str, Field]]:
        return {}

    def entity_of(self, name: str) -> str | None:
        """The row type of a regular connection, or None when ``name`` is no regular connection."""
        return self.connections.get(name)

    @cached_property
    def stored_types(self) -> tuple[str, ...]:
        """The object types that have a table in the store, sorted by name.

        Every row type of a connection, every object with an ``id`` and every singleton root (a root field
        without arguments that returns one object). ``Transaction`` is computed, the wrappers of lists hold
        nothing.
        """
        found = {name for name in self.connections.values() if name in self.objects}
        found |= {name for name, kind in self.objects.items() if "id" in kind.fields}
        found |= {
            field.type.name
            for field in self.query.values()
            if field.argument_kind == "none" and not field.type.name.endswith("Connection")
        }
        return tuple(sorted(found - {"Transaction"}))

    @cached_property
    def singletons(self) -> Mapping[str, str]:
        """Root field to type for the settings that exist once: ``{"system_setting": "SystemSetting"}``."""
        return {
            name: field.type.name
            for name, field in self.query.items()
            if field.argument_kind == "none" and not field.type.name.endswith("Connection")
        }

    @cached_property
    def implementers(self) -> Mapping[str, tuple[str, ...]]:
        """Interface name to the object types that implement it."""
        found: dict[str, list[str]] = {name: [] for name in self.interfaces}
        for kind in self.objects.values():
            for interface in kind.implements:
                found[interface].append(kind.name)
        return {name: tuple(types) for name, types in found.items()}


@cache
def load_contract() -> Contract:
    """Read ``contract.json`` once per process."""
    raw: dict[str, Any] = json.loads(CONTRACT_FILE.read_text(encoding="utf-8"))

    def fields(texts: dict[str, str]) -> Mapping[str, Field]:
        return MappingProxyType({name: Field.parse(name, text) for name, text in texts.items()})

    return Contract(
        scalars=tuple(raw["scalars"].split()),
        enums={name: tuple(values.split()) for name, values in raw["enums"].items()},
        inputs={
            name: tuple(Argument.parse(field, text) for field, text in texts.items())
            for name, texts in raw["inputs"].items()
        },
        interfaces={name: ObjectType(name, fields(texts)) for name, texts in raw["interfaces"].items()},
        objects={
            name: ObjectType(name, fields(kind["fields"]), tuple(kind["implements"].split()))
            for name, kind in raw["objects"].items()
        },
        connections=raw["connections"],
        query=fields(raw["query"]),
    )
