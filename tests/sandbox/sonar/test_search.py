"""Every member of ``search``, equality, general search, relation filters, sorter, aggregation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[..., dict[str, Any]]

ARCHIVED = set(range(10, 121, 10))
VISIBLE = set(range(1, 121)) - ARCHIVED


@pytest.fixture
def accounts(ask: Ask) -> Callable[[str], set[int]]:
    """The ids of the accounts that arguments find."""

    def run(arguments: str) -> set[int]:
        query = f"{{ accounts({arguments}, paginator: {{page: 1, records_per_page: 500}}) {{ entities {{ id }} }} }}"
        return {int(row["id"]) for row in ask(query)["accounts"]["entities"]}

    return run


def search(members: str) -> str:
    return f"search: [{{ {members} }}]"


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("GT", set(range(6, 121))),
        ("GTE", set(range(5, 121))),
        ("LT", set(range(1, 5))),
        ("LTE", set(range(1, 6))),
        ("EQ", {5}),
        ("NEQ", set(range(1, 121)) - {5}),
    ],
)
def test_integer_fields(accounts: Callable[[str], set[int]], operator: str, expected: set[int]) -> None:
    for value in ("5", '"5"'):
        found = accounts(search(f'integer_fields: [{{attribute: "id", search_value: {value}, operator: {operator}}}]'))
        assert found == expected - ARCHIVED


def test_members_are_anded_and_items_ored(accounts: Callable[[str], set[int]]) -> None:
    low = 'integer_fields: [{attribute: "id", search_value: 4, operator: LT}]'
    odd = 'boolean_fields: [{attribute: "is_delinquent", search_value: true}]'
    assert accounts(search(f"{low}, {odd}")) == set()
    assert accounts(f"search: [{{ {low} }}, {{ {odd} }}]") == {1, 2, 3} | {n for n in VISIBLE if n % 5 == 0}


def test_the_same_attribute_twice_in_an_item_is_and(accounts: Callable[[str], set[int]]) -> None:
    between = 'integer_fields: [{attribute: "id", search_value: 4, operator: GT}, {attribute: "id", search_value: 8, operator: LT}]'
    assert accounts(search(between)) == {5, 6, 7}


def test_a_single_object_is_a_list_of_one(accounts: Callable[[str], set[int]]) -> None:
    assert accounts('search: {integer_fields: {attribute: "id", search_value: 3, operator: EQ}}') == {3}
    assert accounts('search: {exists: "parent_account_id"}') == {2, 3}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('search_value: "müller", match: true', {n for n in VISIBLE if n % 7 == 0}),
        ('search_value: "customer 11", match: true', {11, 111, 113, 114, 115, 116, 117, 118}),
        ('search_value: "customer 11", match: true, partial_matching: false', {11}),
        ('search_value: "Customer 11", match: false, partial_matching: false', VISIBLE - {11}),
        ('search_value: "customer", match: false', {n for n in VISIBLE if n % 7 == 0}),
        ('search_value: "%", match: true', set()),
    ],
)
def test_string_fields(accounts: Callable[[str], set[int]], entry: str, expected: set[int]) -> None:
    assert accounts(search(f'string_fields: [{{attribute: "name", {entry}}}]')) == expected


def test_string_fields_find_enums_whatever_the_case(ask: Ask) -> None:
    query = """{ contacts(search: {string_fields: {attribute: "contactable_type", search_value: "account",
        match: true, partial_matching: false}}) { page_info { total_count } } }"""
    assert ask(query)["contacts"]["page_info"]["total_count"] == 240


def test_no_match_also_finds_rows_without_a_value(ask: Ask) -> None:
    query = """{ contacts(search: {string_fields: {attribute: "role", search_value: "Owner", match: false}})
        { page_info { total_count } } }"""
    assert ask(query)["contacts"]["page_info"]["total_count"] == 120


def test_datetime_date_float_boolean(accounts: Callable[[str], set[int]], ask: Ask) -> None:
    late = {n for n in VISIBLE if n % 14 + 1 >= 14}
    for text in (
        "2026-11-14T00:00:00+00:00",
        "2026-11-14T00:00:00Z",
        "2026-11-14T02:00:00+02:00",
        "2026-11-14 00:00:00",
    ):
        entry = f'datetime_fields: [{{attribute: "updated_at", search_value: "{text}", operator: GTE}}]'
        assert accounts(search(entry)) == late, text
    after = 'datetime_fields: [{attribute: "updated_at", search_value: "2026-11-13T23:59:59.5Z", operator: GT}]'
    assert accounts(search(after)) == late
    day = 'date_fields: [{attribute: "next_bill_date", search_value: "2026-12-02", operator: EQ}]'
    assert accounts(search(day)) == {n for n in VISIBLE if n % 2 and n % 28 + 1 == 2}
    assert accounts(search('boolean_fields: [{attribute: "is_delinquent", search_value: true, operator: NEQ}]')) == {n for n in VISIBLE if n % 5}
    query = """{ network_sites(search: {float_fields: {attribute: "height_in_meters", search_value: 10,
    operator: GT}})
        { entities { name height_in_meters } } }"""
    assert ask(query)["network_sites"]["entities"] == [{"name": "Tower", "height_in_meters": 42.5}]


@pytest.mark.parametrize(
    ("value", "match", "expected"),
    [
        ("10.0.0.5", "true", {1}),
        ("10.0.0.12", "true", {2}),
        ("10.0.0.0/24", "true", {1, 2}),
        ("10.0.0.0-10.0.0.6", "true", {1}),
        ("10.0.0.0/8", "false", {3}),
        ("rubbish", "true", set()),
    ],
)
def test_ip_address_fields(ask: Ask, value: str, match: str, expected: set[int]) -> None:
    query = f"""{{ ip_assignments(search: {{ip_address_fields: {{attribute: "subnet", search_value: "{value}",
        match: {match}}}}}) {{ entities {{ id }} }} }}"""
    assert {int(row["id"]) for row in ask(query)["ip_assignments"]["entities"]} == expected


def test_geopoint_fields(accounts: Callable[[str], set[int]]) -> None:
    corners = [(40.0, -91), (40.0, -90), (40.055, -90), (40.055, -91)]
    polygon = ", ".join(f"{{latitude: {a}, longitude: {b}}}" for a, b in corners)
    assert accounts(search(f"geopoint_fields: [{polygon}]")) == {1, 2, 3, 4, 5}


def test_unset_and_exists(accounts: Callable[[str], set[int]], ask: Ask) -> None:
    assert accounts(search('unset_fields: ["next_bill_date"]')) == {n for n in VISIBLE if n % 2 == 0}
    assert accounts(search('exists: ["geopoint", "next_bill_date"]')) == {n for n in VISIBLE if n <= 50 and n % 2}
    # An empty list is neither null nor there.
    fields = ask("""{ there: custom_fields(search: {exists: "enum_options"}) { entities { id enum_options } }
        unset: custom_fields(search: {unset_fields: "enum_options"}) { entities { id } } }""")
    assert fields["there"]["entities"] == [{"id": "1", "enum_options": ["red", "blue"]}]
    assert fields["unset"]["entities"] == [{"id": "2"}]


def test_equality_arguments(accounts: Callable[[str], set[int]]) -> None:
    assert accounts("id: 7") == {7}
    assert accounts('id: "7", name: "Nobody"') == set()
    assert accounts("account_status_id: 2, is_delinquent: true") == {n for n in VISIBLE if n % 3 == 2 and n % 5 == 0}
    assert accounts("parent_account_id: 1") == {2, 3}
    # GUESS: null is as good as not given.
    assert accounts("parent_account_id: null") == VISIBLE


def test_general_search(accounts: Callable[[str], set[int]]) -> None:
    assert accounts('general_search: "SÖHNE 1"') == {14, 105, 112, 119}
    assert accounts('general_search: "person 9"') == set()
    deep = accounts('general_search: "p9@example", general_search_mode: ROOT_PLUS_RELATIONS')
    assert deep == {4}


def test_relation_filters(accounts: Callable[[str], set[int]]) -> None:
    def relation(name: str, value: str, more: str = "") -> str:
        return f'{{relation: "{name}", search: {{string_fields: {{attribute: "number", search_value: "{value}", match: true}}}}{more}}}'

    phones = "contacts.phone_numbers"
    assert accounts(f"reverse_relation_filters: [{relation(phones, '5550009')}]") == {4}
    both = f"{relation(phones, '5550009')}, {relation(phones, '5550011')}"
    assert accounts(f"reverse_relation_filters: [{both}]") == set()
    groups = relation(phones, "5550009") + ", " + relation(phones, "5550011", ', group: "2"')
    assert accounts(f"reverse_relation_filters: [{groups}]") == {4, 5}
    assert accounts('reverse_relation_filters: [{relation: "account_groups"}]') == {1, 2, 3, 4, 5, 6}
    assert accounts('reverse_relation_filters: [{relation: "account_groups", is_empty: true}]') == VISIBLE - set(range(1, 7))
    assert accounts('reverse_relation_filters: {relation: "account_groups", general_search: "group 2"}') == {
        3,
        4,
        5,
        6,
    }
    assert accounts('reverse_relation_filters: {relation: "parent_account", search: {exists: "id"}}') == {
        2,
        3,
    }
    inside = search('reverse_relation_filters: {relation: "account_groups"}, boolean_fields: {attribute: "is_delinquent", search_value: true}')
    assert accounts(inside) == {5}


def test_relation_filters_leave_the_nested_lists_whole(ask: Ask) -> None:
    query = """{ accounts(reverse_relation_filters: {relation: "contacts", search: {integer_fields:
        {attribute: "id", search_value: 9, operator: EQ}}}) { entities { id contacts { entities { id } } } }
        }"""
    assert ask(query)["accounts"]["entities"] == [{"id": "4", "contacts": {"entities": [{"id": "8"}, {"id": "9"}]}}]


def test_sorter(ask: Ask) -> None:
    query = """{ accounts(paginator: {page: 1, records_per_page: 4}, sorter: [{attribute: "account_status_id",
        direction: DESC}, {attribute: "id", direction: DESC}]) { entities { id } } }"""
    assert [row["id"] for row in ask(query)["accounts"]["entities"]] == ["117", "114", "111", "108"]
    last = """{ accounts(paginator: {page: 1, records_per_page: 60}, sorter: {attribute: "next_bill_date",
        direction: ASC}) { entities { next_bill_date } } }"""
    days = [row["next_bill_date"] for row in ask(last)["accounts"]["entities"]]
    known = [day for day in days if day]
    assert known == sorted(known)
    assert days[: len(known)] == known  # rows without a value come last


def test_aggregation(ask: Ask) -> None:
    query = """{ accounts(include_archived: true, aggregation: [
        {field_name: "id", aggregation_function: MAX}, {field_name: "id", aggregation_function: SUM},
        {field_name: "name", aggregation_function: MIN}, {field_name: "id", aggregation_function: AVG},
        {field_name: "account_status_id", aggregation_function: COUNT,
         sub_aggregators: [{field_name: "is_delinquent", aggregation_function: COUNT}]}])
        { aggregations { field value aggregation_function
            counts { value count sub_aggregator_results { field counts { value count } } } } } }"""
    biggest, total, first, mean, counts = ask(query)["accounts"]["aggregations"]
    assert (biggest["value"], total["value"], first["value"]) == ("120", "7260", "Customer 1")
    assert float(mean["value"]) == 60.5
    assert [(each["value"], each["count"]) for each in counts["counts"]] == [
        ("1", "40"),
        ("2", "40"),
        ("3", "40"),
    ]
    assert counts["counts"][0]["sub_aggregator_results"] == [
        {
            "field": "is_delinquent",
            "counts": [{"value": "false", "count": "32"}, {"value": "true", "count": "8"}],
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('search: {integer_fields: {attribute: "nonsense", search_value: 1, operator: EQ}}', '"nonsense"'),
        ('search: {integer_fields: {attribute: "name", search_value: 1, operator: EQ}}', "as an integer"),
        ('search: {string_fields: {attribute: "id", search_value: "1", match: true}}', "as a string"),
        (
            'search: {datetime_fields: {attribute: "next_bill_date", search_value: "2026-01-01", operator: EQ}}',
            "as a datetime",
        ),
        ('search: {exists: "contacts"}', '"contacts"'),
        ('sorter: {attribute: "account_status", direction: ASC}', '"account_status"'),
        ('reverse_relation_filters: {relation: "contacts.nonsense"}', '"nonsense"'),
        ('reverse_relation_filters: {relation: "name"}', '"name"'),
        ('aggregation: {field_name: "name", aggregation_function: SUM}', "not a number"),
        # What graphql-core itself refuses:
        ('id: "abc"', "Int64Bit"),
        ("id: true", "Int64Bit"),
        ("name: 5", "String"),
        ("is_delinquent: 1", "Boolean"),
        ('updated_at: "yesterday"', "Datetime"),
        ('next_bill_date: "2026-02-30"', "Date"),
        ("nonsense: 1", "nonsense"),
        ('search: {integer_fields: {attribute: "id", search_value: 1}}', "operator"),
        ("paginator: {page: 1}", "records_per_page"),
    ],
)
def test_what_is_wrong_is_an_error_at_200(refused: Callable[..., str], arguments: str, message: str) -> None:
    assert message in refused(f"{{ accounts({arguments}) {{ entities {{ id }} aggregations {{ value }} }} }}")
