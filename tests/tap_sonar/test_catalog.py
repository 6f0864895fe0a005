"""From introspection to streams, and through the catalog back again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, graphql_sync

from sonar_runs import extract, run_command, select
from tap_sonar import catalog as catalogs
from tap_sonar import definition, order
from tap_sonar.introspection import INTROSPECTION_QUERY, ApiSchema, parse
from tap_sonar.relations import singular, snake_case

OTHER_SERVER = """
scalar Int64Bit
scalar Datetime
enum Color { RED GREEN }
enum Unknown { UNKNOWN_VALUE }
input Search { unset_fields: [String] }
input Sorter { attribute: String! }
input Paginator { page: Int! records_per_page: Int! }
type PageInfo { page: Int! total_pages: Int! total_count: Int! }
interface Thing { id: Int64Bit! }
"A person."
type Person implements Thing {
  id: Int64Bit!  name: String  age: Int  weight: Float  alive: Boolean!  born: Datetime  color: Color!  hue: Color
  odd: Unknown  colors: [Color]  scores: [Int64Bit!]!  updated_at: Datetime!  secret_token: String  boss_id: Int64Bit
  boss: Person  reports: PersonConnection!  tags: TagConnection!  pets: PetConnection!  toys: ToyConnection!
}
type Tag { id: Int64Bit!  name: String!  people: PersonConnection! }
type Pet { id: Int64Bit!  person_id: Int64Bit!  person: Person! }
type Toy { id: Int64Bit!  owner_id: Int64Bit!  owner_type: String!  owner: Thing!  maker: Tag }
type PersonConnection { entities: [Person]! page_info: PageInfo! }
type TagConnection { entities: [Tag]! page_info: PageInfo! }
type PetConnection { entities: [Pet]! page_info: PageInfo! }
type ToyConnection { entities: [Toy]! page_info: PageInfo! }
type Settings { zone: String! }
type Usage { bytes: Int64Bit }
type Query {
  people(id: Int64Bit, search: [Search], sorter: [Sorter], paginator: Paginator): PersonConnection!
  tags(paginator: Paginator): TagConnection!
  pets(search: [Search], sorter: [Sorter], paginator: Paginator, person_id: Int64Bit): PetConnection!
  toys: ToyConnection!
  settings: Settings!
  usage(person_id: Int64Bit!): [Usage]
  optional(limit: Int! = 5): Settings
  guess(text: String): Settings
  number: Int!
}
"""


@pytest.fixture(scope="module")
def other() -> ApiSchema:
    """A server that is not Sonar, but follows the specification."""
    result = graphql_sync(build_schema(OTHER_SERVER), INTROSPECTION_QUERY)
    assert result.errors is None
    assert result.data is not None
    return parse(result.data)


def test_any_graphql_server_can_be_introspected(other: ApiSchema) -> None:
    found = catalogs.survey(other)
    by_name = {definition.name: definition for definition in found.definitions}
    assert sorted(by_name) == ["people", "pets", "settings", "tags", "toys"]
    assert {root.name: root.reason for root in found.skipped} == {
        "usage": "needs arguments: person_id",
        "optional": "answers only to arguments: limit",
        "guess": "answers only to arguments: text",
        "number": "a single value",
    }
    people = by_name["people"]
    assert people.replication_key == "updated_at"
    assert people.key_properties == ("id",)
    assert people.description == "A person."
    assert by_name["pets"].replication_key is None
    assert by_name["pets"].by_key
    assert not by_name["tags"].by_key


def test_types_of_fields(other: ApiSchema) -> None:
    people = next(d for d in catalogs.survey(other).definitions if d.name == "people")
    expected = {
        "id": {"type": "integer"},
        "name": {"type": ["string", "null"]},
        "age": {"type": ["integer", "null"]},
        "weight": {"type": ["number", "null"]},
        "alive": {"type": "boolean"},
        "born": {"type": ["string", "null"], "format": "date-time"},
        "color": {"type": "string", "enum": ["RED", "GREEN"]},
        "hue": {"type": ["string", "null"], "enum": ["RED", "GREEN", None]},
        "odd": {"type": ["string", "null"]},
        "colors": {
            "type": ["array", "null"],
            "items": {"type": ["string", "null"], "enum": ["RED", "GREEN", None]},
        },
        "scores": {"type": "array", "items": {"type": "integer"}},
    }
    assert {name: people.properties[name] for name in expected} == expected
    assert people.unselected_properties == {"secret_token"}


def test_only_relations_without_a_key_become_ids(other: ApiSchema) -> None:
    relations = {d.name: list(d.relations) for d in catalogs.survey(other).definitions}
    # boss and reports have boss_id, pets have person_id, toys have owner_id/owner_type; tags have nothing.
    assert relations["people"] == ["tag_ids"]
    assert relations["tags"] == ["person_ids"] or relations["tags"] == ["people_ids"]
    assert relations["toys"] == ["maker_id"]
    without = catalogs.survey(other, relation_ids=False).definitions
    assert not any(d.relations for d in without)


def test_names() -> None:
    assert [singular(word) for word in ("categories", "taxes", "addresses", "branches", "account_groups")] == [
        "category", "tax", "address", "branch", "account_group",
    ]  # fmt: skip
    assert snake_case("AccountIPAssignment") == "account_ip_assignment"


def test_relations_of_sonar(catalog: dict[str, Any]) -> None:
    properties = {entry["tap_stream_id"]: entry["schema"]["properties"] for entry in catalog["streams"]}
    for stream, name in [
        ("accounts", "account_group_ids"),
        ("accounts", "geo_tax_zone_ids"),
        ("tickets", "ticket_category_ids"),
        ("jobs", "user_ids"),
    ]:
        assert properties[stream][name]["items"] == {"type": "integer"}
    assert {"debit_id", "discount_id", "payment_id"} <= set(properties["transactions"])


def test_catalog_survives_its_own_way_back(catalog: dict[str, Any]) -> None:
    definitions = definition.from_catalog(catalog)
    assert definitions is not None
    assert [d.name for d in definitions] == [entry["tap_stream_id"] for entry in catalog["streams"]]
    accounts = next(d for d in definitions if d.name == "accounts")
    assert accounts.by_key
    assert accounts.relations["account_group_ids"].field == "account_groups"


def test_foreign_catalogs_are_not_taken(catalog: dict[str, Any]) -> None:
    stripped = json.loads(json.dumps(catalog))
    del stripped["streams"][5]["schema"][definition.EXTENSION]
    assert definition.from_catalog(stripped) is None


def test_defaults_of_selection(config: dict[str, Any], catalog: dict[str, Any]) -> None:
    selected = {
        entry["tap_stream_id"]: item["metadata"].get("selected-by-default")
        for entry in catalog["streams"]
        for item in entry["metadata"]
        if not item["breadcrumb"]
    }
    assert not selected["personal_access_tokens"]
    assert not selected["credit_card_processor_credentials"]
    assert not selected["logs"]
    assert not selected["core_invoices"]
    assert selected["accounts"]
    run = extract(config, {"streams": [e for e in catalog["streams"] if e["tap_stream_id"] == "radius_accounts"]})
    assert "password" not in run.records["radius_accounts"][0]
    assert "username" in run.records["radius_accounts"][0]


def test_a_catalog_spares_introspection(config: dict[str, Any], catalog: dict[str, Any], stats: Callable[[], dict[str, Any]]) -> None:
    run = extract(config, select(catalog, "notes", "contacts"))
    assert (len(run.records["notes"]), len(run.records["contacts"])) == (120, 7)
    operations = stats()["by_operation"]
    assert operations.get("__schema", 0) == 0
    assert operations["notes"] == 1


def test_only_selected_fields_are_asked_for(config: dict[str, Any], catalog: dict[str, Any]) -> None:
    chosen = select(catalog, "accounts")
    for entry in chosen["streams"]:
        for item in entry["metadata"]:
            if entry["tap_stream_id"] == "accounts" and item["breadcrumb"]:
                item["metadata"]["selected"] = item["breadcrumb"][-1] in {"name", "account_group_ids"}
    run = extract({**config, "page_size": 10_000}, chosen)
    assert set(run.records["accounts"][0]) == {"id", "updated_at", "name", "account_group_ids"}


def test_order_breaks_cycles_at_the_weakest_reference_and_is_stable() -> None:
    parents = {
        "users": {"roles": order.REQUIRED, "accounts": order.POLYMORPHIC},
        "roles": {},
        "accounts": {"users": order.OPTIONAL, "accounts": order.OPTIONAL},
        "addresses": {"accounts": order.POLYMORPHIC, "users": order.OPTIONAL},
        "a": {"b": order.REQUIRED},
        "b": {"a": order.REQUIRED},
        "c": {"b": order.REQUIRED},
    }
    expected = ["a", "b", "roles", "users", "accounts", "addresses", "c"]
    assert order.parents_first(parents) == expected
    assert order.parents_first(dict(reversed(list(parents.items())))) == expected


def test_discover_command_writes_a_catalog(config: dict[str, Any], catalog: dict[str, Any], tmp_path: Path) -> None:
    done = run_command(config, "--discover", cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout) == catalog
    assert b"318 root fields, 300 streams. Not streams: " in done.stderr
    assert b"general_search needs arguments: entities, search;" in done.stderr
