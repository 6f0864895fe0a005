"""The schema that is served says what the contract says: names, types, arguments, enum values, interfaces."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import pytest
from graphql import get_introspection_query, validate_schema

from sandbox.sonar.contract import CONTRACT_FILE, Field, load_contract
from sandbox.sonar.execution import Engine
from sandbox.sonar.relations import find_relation
from sandbox.sonar.schema import load_schema

BUILT_IN = {"Int", "Float", "String", "Boolean", "ID"}


@pytest.fixture(scope="module")
def types() -> dict[str, Any]:
    """Type name to its introspection, as executed by the sandbox's own executor."""
    answer = json.loads(Engine(load_schema()).answer(get_introspection_query(), None, None, None))  # type: ignore[arg-type]
    assert "errors" not in answer
    return {each["name"]: each for each in answer["data"]["__schema"]["types"]}


def text(ref: dict[str, Any]) -> str:
    if ref["kind"] == "NON_NULL":
        return text(ref["ofType"]) + "!"
    return f"[{text(ref['ofType'])}]" if ref["kind"] == "LIST" else ref["name"]


def arguments(field: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: text(each["type"]) for each in field["args"]}


@functools.cache
def raw() -> dict[str, Any]:
    """The contract read without the loader, so that a fault of the loader shows."""
    loaded: dict[str, Any] = json.loads(CONTRACT_FILE.read_text(encoding="utf-8"))
    return loaded


def expected_arguments(spec: str, *, root: bool) -> dict[str, str]:
    """The arguments of a field of the contract, worked out from its text alone."""
    contract = raw()
    found = re.match(r"^([\w\[\]!]+)(?: \((.*)\))?$", spec)
    assert found
    kind, given = found[1].strip("[]!"), found[2]
    if given is None:
        return {}
    if not given.startswith("filters"):
        pairs = (part.split(": ") for part in given.split(", "))
        return {name: rest.split(" = ")[0] for name, rest in pairs}
    target = contract["connections"].get(kind, kind)
    fields = (contract["objects"].get(target) or {}).get("fields") or contract["interfaces"][target]
    leaves = BUILT_IN | set(contract["scalars"].split()) | contract["enums"].keys()
    expected = {name: field.split(" (")[0].removesuffix("!") for name, field in fields.items() if field.split(" (")[0].strip("[]!") in leaves}
    expected |= {
        "paginator": "Paginator",
        "sorter": "[Sorter]",
        "search": "[Search]",
        "general_search": "String",
    }
    expected |= {"aggregation": "[Aggregator]", "reverse_relation_filters": "[ReverseRelationFilter]"}
    if root:
        expected["general_search_mode"] = "GeneralSearchMode"
    if given.endswith("archived"):
        expected["include_archived"] = "Boolean"
    return expected


def test_the_schema_is_valid() -> None:
    schema = load_schema()
    schema._validation_errors = None  # it is built with assume_valid
    assert validate_schema(schema) == []


def test_no_type_is_missing_or_invented(types: dict[str, Any]) -> None:
    contract = raw()
    names = {*contract["scalars"].split(), *contract["enums"], *contract["inputs"], *contract["interfaces"]}
    names |= {*contract["objects"], *contract["connections"], "Query"}
    assert {name for name in types if not name.startswith("__")} == names | BUILT_IN


def test_the_query_has_318_roots_with_their_arguments(types: dict[str, Any]) -> None:
    contract = raw()
    roots = {each["name"]: each for each in types["Query"]["fields"]}
    assert len(roots) == 318
    assert roots.keys() == contract["query"].keys()
    for name, spec in contract["query"].items():
        assert text(roots[name]["type"]) == spec.split(" (")[0], name
        assert arguments(roots[name]) == expected_arguments(spec, root=True), name


def test_every_field_of_every_object_and_interface(types: dict[str, Any]) -> None:
    contract = raw()
    composites = {name: kind["fields"] for name, kind in contract["objects"].items()} | contract["interfaces"]
    compared = 0
    for name, fields in composites.items():
        served = {each["name"]: each for each in types[name]["fields"]}
        assert list(served) == list(fields), name
        for field, spec in fields.items():
            assert text(served[field]["type"]) == spec.split(" (")[0], (name, field)
            assert arguments(served[field]) == expected_arguments(spec, root=False), (name, field)
            compared += 1
    assert compared > 5_000


def test_connections_interfaces_enums_inputs(types: dict[str, Any]) -> None:
    contract = raw()
    for name, entity in contract["connections"].items():
        served = {each["name"]: text(each["type"]) for each in types[name]["fields"]}
        assert served == {
            "entities": f"[{entity}]!",
            "page_info": "PageInfo!",
            "aggregations": "[Aggregation]!",
        }
    for name, kind in contract["objects"].items():
        assert {each["name"] for each in types[name]["interfaces"]} == set(kind["implements"].split())
    for name, values in contract["enums"].items():
        assert [each["name"] for each in types[name]["enumValues"]] == values.split()
    for name, fields in contract["inputs"].items():
        served = {each["name"]: text(each["type"]) for each in types[name]["inputFields"]}
        assert served == {field: spec.split(" = ")[0] for field, spec in fields.items()}


def test_defaults_that_sonar_documents(types: dict[str, Any]) -> None:
    roots = {each["name"]: each for each in types["Query"]["fields"]}
    modes = {each["name"]: each["defaultValue"] for each in roots["accounts"]["args"]}
    assert modes["general_search_mode"] == "ROOT"
    inputs = {each["name"]: each["defaultValue"] for each in types["SearchStringField"]["inputFields"]}
    assert inputs["partial_matching"] == "true"
    relation = {each["name"]: each["defaultValue"] for each in types["ReverseRelationFilter"]["inputFields"]}
    assert (relation["is_empty"], relation["group"]) == ("false", '"1"')


def test_every_relation_leads_somewhere() -> None:
    """Each object, interface or connection field of a stored type has a way to its rows, over columns that
    exist.
    """
    contract = load_contract()
    unstored = {("Geofence", "polygons"), ("Me", "user_preferences")}
    for owner in contract.stored_types:
        for field in contract.objects[owner].fields.values():
            if contract.is_leaf(field.type.name) or (owner, field.name) in unstored:
                continue
            relation = find_relation(owner, field.name)
            assert relation is not None, (owner, field.name)
            holder = owner if relation.kind in {"key", "pair"} else relation.target
            for column in (relation.column, relation.type_column):
                assert not column or column in contract.leaf_fields(holder), relation


def test_relations_that_migrations_read() -> None:
    def kind(owner: str, name: str) -> tuple[str, str]:
        relation = find_relation(owner, name)
        assert relation is not None
        return relation.kind, relation.column

    assert kind("Account", "account_groups") == ("many_to_many", "")
    assert kind("Account", "child_accounts") == ("back_key", "parent_account_id")
    assert kind("Account", "contacts") == ("back_pair", "contactable_id")
    assert kind("Account", "logs") == ("back_pair", "loggable_id")
    assert kind("Account", "account_billing_parameter") == ("back_key", "account_id")
    assert kind("Job", "users") == kind("User", "jobs") == ("many_to_many", "")
    assert kind("Ticket", "ticketable") == ("pair", "ticketable_id")
    assert kind("Service", "data_service_detail") == ("back_key", "service_id")


def test_a_field_text_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match="'broken'"):
        Field.parse("broken", "Int! (")
