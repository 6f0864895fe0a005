"""Pages, the window, nested rows, interfaces, archived accounts, values, irregular roots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.sonar.contract import load_contract
from sandbox.sonar.roots import irregular_root
from sandbox.sonar.server import SonarServer
from sandbox.sonar.store import open_database

Ask = Callable[..., dict[str, Any]]


def test_pages(ask: Ask) -> None:
    query = """query ($page: Int!) { accounts(paginator: {page: $page, records_per_page: 50}) {
        entities { id } page_info { page total_pages total_count records_per_page } } }"""
    pages = [ask(query, page=page)["accounts"] for page in (1, 2, 3, 4)]
    assert [len(page["entities"]) for page in pages] == [50, 50, 8, 0]
    assert pages[2]["page_info"] == {"page": 3, "total_pages": 3, "total_count": 108, "records_per_page": 50}
    ids = [int(row["id"]) for page in pages for row in page["entities"]]
    assert ids == [number for number in range(1, 121) if number % 10]


def test_without_a_paginator_pages_are_short(ask: Ask) -> None:
    data = ask("{ accounts { entities { id } page_info { records_per_page total_pages } } }")
    assert len(data["accounts"]["entities"]) == 100
    assert data["accounts"]["page_info"] == {"records_per_page": 100, "total_pages": 2}
    nested = ask("{ account_statuses(id: 1) { entities { accounts { entities { id } page_info { total_count } } } } }")
    accounts = nested["account_statuses"]["entities"][0]["accounts"]
    assert (len(accounts["entities"]), accounts["page_info"]["total_count"]) == (25, 36)


@pytest.mark.parametrize(("page", "size"), [(0, 10), (1, 0), (-1, 10), (1, 10_001), (11, 1_000), (2, 10_000)])
def test_pages_that_are_refused(refused: Callable[..., str], page: int, size: int) -> None:
    message = refused(f"{{ accounts(paginator: {{page: {page}, records_per_page: {size}}}) {{ entities {{ id }} }} }}")
    assert "records_per_page" in message


def test_the_largest_page_can_be_set(database: Path) -> None:
    query = "{ accounts(paginator: {page: 1, records_per_page: 51}) { entities { id } } }"
    with SonarServer(database, token="t", largest_page=50) as server:
        for size, wrong in ((51, True), (50, False)):
            body = {"query": query.replace("51", str(size))}
            answer = requests.post(f"{server.url}/api/graphql", json=body, headers={"Authorization": "Bearer t"}, timeout=10)
            assert ("errors" in answer.json()) is wrong


def test_the_silent_window(database: Path) -> None:
    query = """query ($page: Int!) { contacts(paginator: {page: $page, records_per_page: 40}) {
        entities { id } page_info { total_count } } }"""
    with SonarServer(database, token="t", window=100, window_mode="empty") as server:
        found = []
        for page in (1, 2, 3, 4):
            body = {"query": query, "variables": {"page": page}}
            answer = requests.post(f"{server.url}/api/graphql", json=body, headers={"Authorization": "Bearer t"}, timeout=10).json()
            assert answer["data"]["contacts"]["page_info"]["total_count"] == 240
            found.append(len(answer["data"]["contacts"]["entities"]))
    assert found == [40, 40, 20, 0]


def test_values(ask: Ask) -> None:
    query = """{ accounts(id: 7) { entities { __typename id account_status_id next_recurring_charge_amount
        is_delinquent name next_bill_date updated_at geopoint parent_account_id number: id } } }"""
    assert ask(query)["accounts"]["entities"] == [
        {
            "__typename": "Account",
            "id": "7",
            "account_status_id": "1",
            "next_recurring_charge_amount": 700,
            "is_delinquent": False,
            "name": "Müller & Söhne 7",
            "next_bill_date": "2026-12-08",
            "updated_at": "2026-11-08T00:00:00+00:00",
            "geopoint": "40.07,-90.5",
            "parent_account_id": None,
            "number": "7",
        }
    ]


def test_archived_accounts_are_hidden_everywhere(ask: Ask) -> None:
    data = ask("""{
        plain: accounts { page_info { total_count } } all: accounts(include_archived: true) { page_info {
        total_count } } byId: accounts(id: 10) { entities { id } } tickets(id: 3) { entities { ticketable { id
        } shown: ticketable(include_archived: true) { id __typename } } } account_statuses(id: 1) { entities {
            some: accounts { page_info { total_count } } every: accounts(include_archived: true) { page_info {
            total_count } }
        } } }""")
    assert (data["plain"]["page_info"]["total_count"], data["all"]["page_info"]["total_count"]) == (108, 120)
    assert data["byId"]["entities"] == []
    ticket = data["tickets"]["entities"][0]
    assert ticket == {"ticketable": None, "shown": {"id": "10", "__typename": "Account"}}
    status = data["account_statuses"]["entities"][0]
    assert (status["some"]["page_info"]["total_count"], status["every"]["page_info"]["total_count"]) == (
        36,
        40,
    )


def test_to_one_fields_and_their_filters(ask: Ask) -> None:
    query = """{ accounts(search: {integer_fields: {attribute: "id", search_value: 3, operator: LTE}}) {
    entities {
        id account_status { name } active: account_status(name: "Active") { name } parent_account { id }
        child_accounts { entities { id } } } } }"""
    first, second, third = ask(query)["accounts"]["entities"]
    assert first["account_status"] == first["active"] == {"name": "Active"}
    assert (second["account_status"], second["active"]) == ({"name": "Lead"}, None)
    assert first["parent_account"] is None
    assert third["parent_account"] == {"id": "1"}
    assert first["child_accounts"]["entities"] == [{"id": "2"}, {"id": "3"}]


def test_interface_fields(ask: Ask) -> None:
    query = """{ tickets(search: {integer_fields: {attribute: "id", search_value: 2, operator: LTE}}) {
    entities {
        ticketable_type ticketable { __typename id ... on Account { name } ... on NetworkSite {
        height_in_meters } } none: ticketable(id: 99) { id } } } }"""
    account, site = ask(query)["tickets"]["entities"]
    assert account["ticketable"] == {"__typename": "Account", "id": "5", "name": "Customer 5"}
    assert site["ticketable"] == {"__typename": "NetworkSite", "id": "1", "height_in_meters": 42.5}
    assert account["none"] is None


def test_many_to_many_in_both_directions(ask: Ask) -> None:
    data = ask("""{ accounts(id: 3) { entities { account_groups { entities { id } page_info { total_count } }
    } }
        account_groups { entities { id accounts(sorter: {attribute: "id", direction: DESC},
            paginator: {page: 1, records_per_page: 2}) { entities { id } page_info { total_count total_pages }
            } } } }""")
    groups = data["accounts"]["entities"][0]["account_groups"]
    assert groups == {"entities": [{"id": "1"}, {"id": "2"}], "page_info": {"total_count": 2}}
    first, second = (group["accounts"] for group in data["account_groups"]["entities"])
    assert first == {
        "entities": [{"id": "4"}, {"id": "3"}],
        "page_info": {"total_count": 4, "total_pages": 2},
    }
    assert [row["id"] for row in second["entities"]] == ["6", "5"]


def test_nested_connections_take_the_same_arguments(ask: Ask) -> None:
    query = """{ accounts(id: 4) { entities {
        contacts(primary: true) { entities { id } }
        second: contacts(search: {string_fields: {attribute: "name", search_value: "9", match: true}},
            aggregation: {field_name: "id", aggregation_function: COUNT}) {
            entities { id phone_numbers { entities { number } } } aggregations { field } }
        found: contacts(general_search: "p8@") { entities { id } } } } }"""
    account = ask(query)["accounts"]["entities"][0]
    assert account["contacts"]["entities"] == account["found"]["entities"] == [{"id": "8"}]
    assert account["second"]["entities"] == [{"id": "9", "phone_numbers": {"entities": [{"number": "5550009"}]}}]
    assert account["second"]["aggregations"] == [{"field": "id"}]


def test_fragments_variables_directives_aliases(ask: Ask) -> None:
    query = """query ($ids: [Search], $with: Boolean!) {
        a: accounts(search: $ids) { ...page } b: accounts(id: "2") { ...page } } fragment page on
        AccountConnection { entities { ...row } } fragment row on Account { id name @include(if: $with)
        status: account_status @skip(if: $with) { id } }"""
    ids = [{"integer_fields": [{"attribute": "id", "search_value": "1", "operator": "EQ"}]}]
    assert ask(query, ids=ids, **{"with": True}) == {
        "a": {"entities": [{"id": "1", "name": "Customer 1"}]},
        "b": {"entities": [{"id": "2", "name": "Customer 2"}]},
    }
    assert ask(query, ids=ids, **{"with": False})["a"] == {"entities": [{"id": "1", "status": {"id": "1"}}]}


def test_transactions_have_a_running_balance(ask: Ask) -> None:
    query = """{ transactions(account_id: 1) { entities { type amount tax_total running_balance successful
        debit { id } discount { id } payment { id } account { id } } page_info { total_count } } }"""
    found = ask(query)["transactions"]
    rows = found["entities"]
    assert [(row["type"], row["running_balance"]) for row in rows] == [
        ("DEBIT", 20_345),
        ("DEBIT", 20_345),
        ("DISCOUNT", 17_345),
        ("PAYMENT", 12_345),
        ("PAYMENT", 12_345),
        ("PAYMENT", 12_345),
    ]
    assert rows[0]["tax_total"] == 345
    assert rows[2]["discount"] == {"id": "1"}
    assert rows[3]["payment"] == {"id": "1"}
    assert rows[3]["debit"] is None
    assert [row["successful"] for row in rows[3:]] == [True, False, True]
    assert all(row["account"] == {"id": "1"} for row in rows)
    everybody = ask("{ transactions(paginator: {page: 2, records_per_page: 4}) { entities { id } page_info { total_count } } }")
    assert (
        len(everybody["transactions"]["entities"]),
        everybody["transactions"]["page_info"]["total_count"],
    ) == (3, 7)


def test_core_roots_are_what_the_instance_owes_sonar_and_it_owes_nothing(ask: Ask, own_database: Path) -> None:
    connection = open_database(own_database)
    connection.execute("INSERT INTO Invoice (id) VALUES (1)")
    connection.execute("INSERT INTO CreditCard (id) VALUES (1)")
    connection.close()
    query = """{ core_transactions { page_info { total_count } } core_invoices { page_info { total_count } }
        core_credit_cards { page_info { total_count } } invoices { page_info { total_count } } }"""
    with SonarServer(own_database, token="t") as server:
        answer = requests.post(f"{server.url}/api/graphql", json={"query": query}, headers={"Authorization": "Bearer t"}, timeout=10).json()
    counts = {name: page["page_info"]["total_count"] for name, page in answer["data"].items()}
    assert counts == {"core_transactions": 0, "core_invoices": 0, "core_credit_cards": 0, "invoices": 1}


def _selection(type_name: str, depth: int = 0) -> str:
    """All leaves of a type, and of what it holds for one more level."""
    contract = load_contract()
    entity = contract.entity_of(type_name)
    if entity:
        return f"{{ entities {_selection(entity, depth + 1)} page_info {{ page total_count }} }}"
    parts = []
    for name, field in contract.composite(type_name).fields.items():
        if contract.is_leaf(field.type.name):
            parts.append(name)
        elif depth < 2 and field.argument_kind == "none":
            parts.append(f"{name} {_selection(field.type.name, depth + 1)}")
    return "{ " + (" ".join(parts) or "__typename") + " }"


def test_every_root_without_required_arguments_answers(ask: Ask) -> None:
    """All 318 roots but those that demand arguments, every leaf of them."""
    contract = load_contract()
    asked = 0
    for name, field in contract.query.items():
        if any(each.type.non_null for each in field.arguments):
            continue
        if name in {"reverse_geocode", "get_gps_tracking_provider_vehicles"}:
            continue  # nothing to be found in this small instance
        assert name in ask(f"{{ {name} {_selection(field.type.name)} }}"), name
        asked += 1
    assert asked == 294


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (
            "custom_links_for_entity(model: Account, id: 1) { entities { id } page_info { total_count } }",
            {"entities": [], "page_info": {"total_count": 0}},
        ),
        ("custom_links_allowed_variables(model: Account) { name }", []),
        ('data_usage(account_id: 1, start_datetime: "2026-01-01T00:00:00Z") { __typename }', []),
        ('data_usage_totals(account_id: "1") { entities { billable_in_bytes } }', {"entities": []}),
        (
            "icmp_results(inventory_item_id: 5) { inventory_item_id icmp_results { __typename } network_monitoring_template { id } }",
            {"inventory_item_id": "5", "icmp_results": [], "network_monitoring_template": None},
        ),
        (
            "snmp_results(inventory_item_id: 5, buckets: 3) { snmp_status_results { __typename } }",
            {"snmp_status_results": []},
        ),
        ("snmp_interface_numeric_results(inventory_item_id: 5) { __typename }", []),
        (
            'general_search(entities: ["Account", "Contact"], search: "customer 11", paginator: {page: 1, records_per_page: 2}) { entities { __typename id ... on Account { name } } page_info { total_count } }',
            {
                "entities": [
                    {"__typename": "Account", "id": "11", "name": "Customer 11"},
                    {"__typename": "Account", "id": "111", "name": "Customer 111"},
                ],
                "page_info": {"total_count": 8},
            },
        ),
        ('email_address_lookup(email_address: "P8@example.com") { id }', {"id": "8"}),
        (
            "map_overlays_within_box(north: 1, east: 1, south: 0, west: 0) { entities { id } page_info { total_count } }",
            {"entities": [], "page_info": {"total_count": 0}},
        ),
        (
            'schedule(date: "2026-11-15") { scheduling_data users { id } }',
            {"scheduling_data": '{"date": "2026-11-15"}', "users": []},
        ),
        ("adtran_mosaic_cloud_list(list_type: SERVICE_ID) { entities { value } }", {"entities": []}),
        (
            'job_available_times(job_id: 1, start_datetime: "2026-01-01T00:00:00Z", end_datetime: "2026-01-02T00:00:00Z") { __typename }',
            [],
        ),
        (
            'drive_times(locations: [{start_latitude: 1, start_longitude: 2, end_latitude: "3", end_longitude: 4}]) { results { success start_latitude } }',
            {"results": [{"success": False, "start_latitude": "1"}]},
        ),
        (
            "account_ip_assignments(account_id: 2) { entities { account_id subnet } page_info { total_count } }",
            {"entities": [{"account_id": "2", "subnet": "10.0.0.8/29"}], "page_info": {"total_count": 1}},
        ),
    ],
)
def test_roots_with_arguments_of_their_own(ask: Ask, field: str, expected: Any) -> None:
    if "adtran" in field:
        first = load_contract().enums["AdtranMosaicCloudListType"][0]
        field = field.replace("SERVICE_ID", first)
    (answer,) = ask(f"{{ {field} }}").values()
    assert answer == expected


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("data_usage_totals { entities { billable_in_bytes } }", "account_id"),
        ("schedule { scheduling_data }", "date"),
        ('validate_credential(username: "a", password: "b") { id }', "not correct"),
        ('email_address_lookup(email_address: "nobody@example.com") { id }', "nobody@example.com"),
        ("get_next_ip_address_in_ip_pool(ip_pool_id: 99) { ip_address }", "99"),
        ("transactions(search: []) { entities { id } }", "search"),
    ],
)
def test_roots_say_what_is_missing(refused: Callable[..., str], field: str, message: str) -> None:
    assert message in refused(f"{{ {field} }}")


def test_me_is_the_first_user(ask: Ask, own_database: Path) -> None:
    query = "{ me { id name role_id super_admin role { id } vehicles { entities { id } } } }"
    assert ask(query)["me"]["id"] == "1"
    connection = open_database(own_database)
    connection.execute("INSERT INTO User (id, name, super_admin, role_id) VALUES (7, 'Ada', 0, 4)")
    connection.close()
    with SonarServer(own_database, token="t") as server:
        answer = requests.post(f"{server.url}/api/graphql", json={"query": query}, headers={"Authorization": "Bearer t"}, timeout=10).json()
    assert answer["data"]["me"] == {
        "id": "7",
        "name": "Ada",
        "role_id": "4",
        "super_admin": False,
        "role": None,
        "vehicles": {"entities": []},
    }


def test_every_irregular_root_has_a_resolver() -> None:
    contract = load_contract()
    for name, field in contract.query.items():
        if field.argument_kind in {"none", "explicit"}:
            assert callable(irregular_root(name))
