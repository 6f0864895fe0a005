"""What the instance itself says about its schema.

In: a `SonarClient`. Out: `ApiSchema`: root fields with their arguments, object types with their fields, enums,
interfaces. The query is the standard introspection, slimmed: arguments only of the root fields (Sonar repeats
some 30 arguments on each of 7,000 fields), no input types, no directives. Any server that follows the GraphQL
specification answers it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tap_sonar.client import SonarClient
from tap_sonar.errors import InstanceError

_TYPE_REF = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }"

INTROSPECTION_QUERY = f"""query TapSonarIntrospection {{
  __schema {{
    queryType {{
      name
      fields(includeDeprecated: true) {{ name args {{ name defaultValue type {{ {_TYPE_REF} }} }} }}
    }}
    types {{
      kind
      name
      description
      fields(includeDeprecated: true) {{ name description type {{ {_TYPE_REF} }} }}
      enumValues(includeDeprecated: true) {{ name }}
      possibleTypes {{ name }}
    }}
  }}
}}"""


@dataclass(frozen=True)
class TypeRef:
    """A type as it is used by a field or argument: `[Tax!]!` is name Tax, list, required, items required."""

    name: str
    kind: str
    required: bool = False
    is_list: bool = False
    items_required: bool = False

    @property
    def is_leaf(self) -> bool:
        """Scalar or enum, or a list of them."""
        return self.kind in {"SCALAR", "ENUM"}


@dataclass(frozen=True)
class Argument:
    """An argument of a root field."""

    name: str
    type: TypeRef
    has_default: bool = False

    @property
    def required(self) -> bool:
        """A query without it is invalid."""
        return self.type.required and not self.has_default


@dataclass(frozen=True)
class Field:
    """A field of an object type; `arguments` is filled for root fields only."""

    name: str
    type: TypeRef
    description: str | None = None
    arguments: Mapping[str, Argument] = field(default_factory=dict)


@dataclass(frozen=True)
class ObjectType:
    """An object or interface type with its fields in the order of the schema."""

    name: str
    kind: str
    description: str | None
    fields: Mapping[str, Field]
    possible_types: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ApiSchema:
    """The instance's schema as far as reading needs it."""

    roots: Mapping[str, Field]
    types: Mapping[str, ObjectType]
    enums: Mapping[str, tuple[str, ...]]

    def entity_of(self, reference: TypeRef) -> str | None:
        """Name of the row type when `reference` is a connection (an object with `entities`), else None."""
        connection = self.types.get(reference.name)
        if connection is None or reference.is_list or "entities" not in connection.fields:
            return None
        entities = connection.fields["entities"].type
        return entities.name if entities.is_list and not entities.is_leaf else None


def introspect(client: SonarClient) -> ApiSchema:
    """Ask the instance for its schema (one request).

    Raises:
        SonarError: as `SonarClient.query`; InstanceError when the answer is no GraphQL schema.
    """
    answer = client.query(INTROSPECTION_QUERY)
    return parse(answer.data)


def parse(data: Mapping[str, Any]) -> ApiSchema:
    """`ApiSchema` from the `data` of the introspection answer."""
    try:
        schema = data["__schema"]
        query_type = schema["queryType"]["name"]
        arguments = {
            root["name"]: {
                argument["name"]: Argument(
                    argument["name"], _reference(argument["type"]), argument.get("defaultValue") is not None
                )
                for argument in root["args"]
            }
            for root in schema["queryType"]["fields"]
        }
        types: dict[str, ObjectType] = {}
        enums: dict[str, tuple[str, ...]] = {}
        for entry in schema["types"]:
            if entry["name"].startswith("__"):
                continue
            if entry["kind"] == "ENUM":
                enums[entry["name"]] = tuple(value["name"] for value in entry["enumValues"] or ())
            elif entry["kind"] in {"OBJECT", "INTERFACE", "UNION"}:
                types[entry["name"]] = _object_type(entry)
    except (KeyError, TypeError) as error:
        raise InstanceError(f"the instance's introspection has an unknown form ({error!r}).") from error
    roots = {
        name: Field(name, root.type, root.description, arguments.get(name, {}))
        for name, root in types[query_type].fields.items()
    }
    return ApiSchema(roots=roots, types=types, enums=enums)


def _object_type(entry: Mapping[str, Any]) -> ObjectType:
    fields = {
        field_["name"]: Field(field_["name"], _reference(field_["type"]), field_.get("description"))
        for field_ in entry.get("fields") or ()
    }
    possible = frozenset(type_["name"] for type_ in entry.get("possibleTypes") or ())
    return ObjectType(entry["name"], entry["kind"], entry.get("description"), fields, possible)


def _reference(raw: Mapping[str, Any] | None) -> TypeRef:
    required = is_list = items_required = False
    while raw is not None and raw["kind"] in {"NON_NULL", "LIST"}:
        if raw["kind"] == "LIST":
            is_list = True
        elif is_list:
            items_required = True
        else:
            required = True
        raw = raw["ofType"]
    if raw is None:
        raise TypeError("a type nested deeper than a list of non-null items")
    return TypeRef(raw["name"], raw["kind"], required, is_list, items_required)
