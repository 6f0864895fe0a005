"""The whole contract as a graphql-core schema: 318 roots, with arguments and resolvers.

In: the contract. Out: a ``GraphQLSchema`` that works with any executor of graphql-core (execution.py has a
faster one). Uniform filter arguments are made once per target type and shared by all fields that lead to it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    assert_interface_type,
)

from sandbox.sonar.contract import Argument, Contract, Field, TypeRef, load_contract
from sandbox.sonar.filters import Condition
from sandbox.sonar.relations import find_relation
from sandbox.sonar.resolvers import (
    Resolver,
    nested_connection,
    resolve_default,
    resolve_list,
    resolve_type,
    root_connection,
    to_one,
)
from sandbox.sonar.roots import irregular_root
from sandbox.sonar.scalars import make_scalar

_BUILT_IN: dict[str, GraphQLNamedType] = {
    "Int": GraphQLInt,
    "Float": GraphQLFloat,
    "String": GraphQLString,
    "Boolean": GraphQLBoolean,
    "ID": GraphQLID,
}

# GUESS: the core_ roots are what the instance itself owes Sonar (research/sonar-entities.md "Transaction"):
# nothing here.
_NOTHING = Condition("0")

Arguments = dict[str, GraphQLArgument]


@cache
def load_schema() -> GraphQLSchema:
    """Build the schema once per process (about half a second)."""
    return _Builder(load_contract()).schema()


class _Builder:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._filters: dict[tuple[str, bool, bool], Arguments] = {}
        self._types: dict[str, GraphQLNamedType] = dict(_BUILT_IN)
        self._types |= {name: make_scalar(name) for name in contract.scalars}
        self._types |= {
            name: GraphQLEnumType(name, {value: value for value in values}) for name, values in contract.enums.items()
        }
        self._types |= {name: self._input(name) for name in contract.inputs}
        self._types |= {name: self._interface(name) for name in contract.interfaces}
        self._types |= {name: self._object(name) for name in contract.objects}
        self._types |= {name: self._connection(name) for name in contract.connections}

    def schema(self) -> GraphQLSchema:
        query = GraphQLObjectType("Query", lambda: {name: self._root(f) for name, f in self._contract.query.items()})
        # A test holds the schema against graphql-core's own rules; checking 50,000 arguments at each start
        # takes seconds.
        return GraphQLSchema(query, types=list(self._types.values()), assume_valid=True)

    # --- types
    # -------------------------------------------------------------------------------------------------------

    def _ref(self, ref: TypeRef, *, nullable: bool = False) -> Any:
        """A GraphQL type for its text, e.g. ``[X!]!``."""
        return self._parse(ref.nullable_text if nullable else ref.text)

    def _parse(self, text: str) -> Any:
        if text.endswith("!"):
            return GraphQLNonNull(self._parse(text[:-1]))
        if text.startswith("["):
            return GraphQLList(self._parse(text[1:-1]))
        return self._types[text]

    def _input(self, name: str) -> GraphQLInputObjectType:
        def fields() -> dict[str, GraphQLInputField]:
            return {
                each.name: GraphQLInputField(self._ref(each.type), default_value=_default(each))
                for each in self._contract.inputs[name]
            }

        return GraphQLInputObjectType(name, fields)

    def _interface(self, name: str) -> GraphQLInterfaceType:
        return GraphQLInterfaceType(name, lambda: self._fields(name), resolve_type=resolve_type)

    def _object(self, name: str) -> GraphQLObjectType:
        interfaces = self._contract.objects[name].implements
        return GraphQLObjectType(
            name,
            lambda: self._fields(name),
            interfaces=lambda: [assert_interface_type(self._types[each]) for each in interfaces],
        )

    def _connection(self, name: str) -> GraphQLObjectType:
        entity = self._contract.connections[name]

        def fields() -> dict[str, GraphQLField]:
            kinds = {"entities": f"[{entity}]!", "page_info": "PageInfo!", "aggregations": "[Aggregation]!"}
            return {key: GraphQLField(self._parse(kind), resolve=resolve_default) for key, kind in kinds.items()}

        return GraphQLObjectType(name, fields)

    # --- fields
    # ------------------------------------------------------------------------------------------------------

    def _fields(self, owner: str) -> dict[str, GraphQLField]:
        fields = self._contract.composite(owner).fields
        return {
            name: GraphQLField(self._ref(field.type), self._arguments(field, root=False), _resolver(owner, field))
            for name, field in fields.items()
        }

    def _root(self, field: Field) -> GraphQLField:
        entity = self._contract.entity_of(field.type.name)
        regular = field.argument_kind in {"filters", "filters+archived"} and entity is not None
        if regular and entity is not None:
            resolve = root_connection(entity, _NOTHING if field.name.startswith("core_") else Condition())
        else:
            resolve = irregular_root(field.name)
        return GraphQLField(self._ref(field.type), self._arguments(field, root=True), resolve)

    def _arguments(self, field: Field, *, root: bool) -> Arguments:
        if field.argument_kind == "none":
            return {}
        if field.argument_kind == "explicit":
            return {
                each.name: GraphQLArgument(self._ref(each.type), default_value=_default(each))
                for each in field.arguments
            }
        target = self._contract.entity_of(field.type.name) or field.type.name
        key = (target, root, field.argument_kind == "filters+archived")
        if key not in self._filters:
            self._filters[key] = self._uniform(*key)
        return self._filters[key]

    def _uniform(self, target: str, root: bool, archived: bool) -> Arguments:
        arguments = {
            name: GraphQLArgument(self._ref(field.type, nullable=True))
            for name, field in self._contract.leaf_fields(target).items()
        }
        arguments["paginator"] = GraphQLArgument(self._parse("Paginator"))
        arguments["sorter"] = GraphQLArgument(self._parse("[Sorter]"))
        arguments["search"] = GraphQLArgument(self._parse("[Search]"))
        arguments["general_search"] = GraphQLArgument(GraphQLString)
        if root:
            arguments["general_search_mode"] = GraphQLArgument(self._parse("GeneralSearchMode"), default_value="ROOT")
        arguments["aggregation"] = GraphQLArgument(self._parse("[Aggregator]"))
        arguments["reverse_relation_filters"] = GraphQLArgument(self._parse("[ReverseRelationFilter]"))
        if archived:
            arguments["include_archived"] = GraphQLArgument(GraphQLBoolean)
        return arguments


def _default(argument: Argument) -> Any:
    """The default as a value: ``true``, ``"1"`` or the name of an enum value."""
    if argument.default is None:
        return Undefined
    return {"true": True, "false": False}.get(argument.default, argument.default.strip('"'))


def _resolver(owner: str, field: Field) -> Resolver:
    contract = load_contract()
    if contract.is_leaf(field.type.name):
        return resolve_list if field.type.is_list else resolve_default
    relation = find_relation(owner, field.name)
    if relation is None:
        return _nothing_stored(field) if owner in contract.stored_types else resolve_default
    return nested_connection(relation) if relation.to_many else to_one(relation)


def _nothing_stored(field: Field) -> Resolver:
    """GUESS: Geofence.polygons is empty and Me.user_preferences says nothing; the store has no place for them."""
    empty: dict[str, Any] = {"entities": []} if field.type.name.endswith("Connection") else {}

    def resolve(*_source: Any, **_arguments: Any) -> dict[str, Any]:
        return empty

    return resolve
