"""The fast path gives what graphql-core's plain execution gives, and is worth having."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from sandbox.sonar import functions
from sandbox.sonar.contract import load_contract
from sandbox.sonar.execution import Engine
from sandbox.sonar.rows import Request
from sandbox.sonar.schema import load_schema
from sandbox.sonar.store import create_tables, open_database


@pytest.fixture
def connection(own_database: Path) -> Iterator[sqlite3.Connection]:
    opened = open_database(own_database)
    functions.register(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def fast() -> Engine:
    return Engine(load_schema())


@pytest.fixture(scope="module")
def plain() -> Engine:
    """graphql-core's own executor over the same schema."""
    return Engine(load_schema(), fast=False)


def run(engine: Engine, connection: sqlite3.Connection, query: str, **request: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(engine.answer(query, None, None, Request(connection, **request)))
    return body


def all_leaves(type_name: str) -> str:
    return " ".join(load_contract().leaf_fields(type_name))


QUERIES = [
    f"{{ accounts(include_archived: true) {{ entities {{ __typename {all_leaves('Account')} again: id }} }} }}",
    f"{{ contacts(paginator: {{page: 2, records_per_page: 50}}) {{ entities {{ {all_leaves('Contact')} }} }} }}",
    f"{{ custom_fields {{ entities {{ {all_leaves('CustomField')} }} }} roles {{ entities {{ applied_permissions }} }} }}",
    f"{{ debits {{ entities {{ {all_leaves('Debit')} }} page_info {{ total_count }} }} }}",
    f"{{ system_setting {{ {all_leaves('SystemSetting')} }} }}",
    f"{{ network_sites {{ entities {{ {all_leaves('NetworkSite')} logs {{ entities {{ id }} }} }} }} }}",
    """{ accounts { entities { status: account_status { __typename id } name contacts(paginator: {page: 1,
        records_per_page: 1}) { entities { z: id contactable { ... on Account { name } id } a: name }
        page_info { page } } account_groups { entities { id } aggregations { field } } id } } }""",
    "{ accounts { __typename } contacts { entities { __typename } } }",
    "{ invoices { entities { id } } }",
    "{ transactions(account_id: 1) { entities { running_balance debit { id description } } } }",
    "{ tickets { entities { ... on Account { id } ticketable { id ... on NetworkSite { name } } } } }",
]


@pytest.mark.parametrize("query", QUERIES)
def test_equal_to_plain_execution(fast: Engine, plain: Engine, connection: sqlite3.Connection, query: str) -> None:
    first, second = run(fast, connection, query), run(plain, connection, query)
    # Also the order of the keys, as the GraphQL specification asks for.
    assert json.dumps(first) == json.dumps(second)


def random_selection(type_name: str, chance: random.Random, depth: int) -> str:
    """Some fields of a type, at least one, with what they hold down to ``depth``."""
    contract = load_contract()
    entity = contract.entity_of(type_name)
    if entity is not None:
        paginator = "page_info { total_count } " if chance.random() < 0.5 else ""
        return f"{{ {paginator}entities {random_selection(entity, chance, depth)} }}"
    kind = contract.composite(type_name)
    parts = ["__typename"]
    for name, field in chance.sample(list(kind.fields.items()), k=min(8, len(kind.fields))):
        if contract.is_leaf(field.type.name):
            parts.append(f"{name} again_{name}: {name}" if chance.random() < 0.2 else name)
        elif depth:
            parts.append(f"{name} {random_selection(field.type.name, chance, depth - 1)}")
    chance.shuffle(parts)
    return f"{{ {' '.join(parts)} }}"


def test_random_selections_equal_plain_execution(fast: Engine, plain: Engine, connection: sqlite3.Connection) -> None:
    chance = random.Random(7)
    roots = ["accounts", "contacts", "tickets", "ip_assignments", "account_statuses", "debits", "phone_numbers", "me"]
    for number in range(24):
        root = roots[number % len(roots)]
        query = f"{{ {root} {random_selection(load_contract().query[root].type.name, chance, 2)} }}"
        assert fast.document(query).errors == (), query
        first, second = run(fast, connection, query), run(plain, connection, query)
        assert json.dumps(first) == json.dumps(second), query


@pytest.mark.parametrize(
    ("statement", "query"),
    [
        ("UPDATE Account SET name = NULL WHERE id = 3", "{ accounts { entities { id name } } }"),
        ("UPDATE Account SET next_recurring_charge_amount = 3000000000 WHERE id = 4", QUERIES[0]),
        ("UPDATE Account SET is_delinquent = 'perhaps' WHERE id = 4", QUERIES[0]),
        ("UPDATE Contact SET contactable_type = 'Martian' WHERE id = 60", QUERIES[1]),
        ("UPDATE NetworkSite SET height_in_meters = 9e999 WHERE id = 1", QUERIES[5]),
        ("UPDATE CustomField SET enum_options = '[1]' WHERE id = 1", QUERIES[2]),
        (
            "UPDATE Contact SET name = NULL WHERE id = 9",
            "{ accounts { entities { id contacts { entities { name } } } } }",
        ),
        ("UPDATE AccountStatus SET name = NULL", "{ accounts { entities { id account_status { name } } } }"),
        ("UPDATE SystemSetting SET country = NULL", QUERIES[4]),
    ],
)
def test_flawed_rows_give_the_same_errors(fast: Engine, plain: Engine, connection: sqlite3.Connection, statement: str, query: str) -> None:
    connection.execute(statement)
    first, second = run(fast, connection, query), run(plain, connection, query)
    assert first == second
    assert "errors" in first or "enum_options" in statement  # a number is a fine String for graphql-core


def test_a_pair_that_points_nowhere_is_null(fast: Engine, plain: Engine, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE Contact SET contactable_type = 'Martian' WHERE id = 2")
    connection.execute("UPDATE Contact SET contactable_id = 9999 WHERE id = 3")
    query = "{ contacts(paginator: {page: 1, records_per_page: 3}) { entities { id contactable { id } } } }"
    body = run(fast, connection, query)
    assert [row["contactable"] for row in body["data"]["contacts"]["entities"]] == [None, None, {"id": "2"}]
    assert body == run(plain, connection, query)


def test_an_error_inside_a_row_makes_only_that_row_null(fast: Engine, connection: sqlite3.Connection) -> None:
    query = '{ accounts { entities { id contacts(search: {exists: "nonsense"}) { entities { id } } } } }'
    body = run(fast, connection, query)
    assert set(map(str, body["data"]["accounts"]["entities"])) == {"None"}
    assert body["errors"][0]["path"] == ["accounts", "entities", 0, "contacts"]


def test_broken_rows_come_as_null_with_an_error(fast: Engine, connection: sqlite3.Connection) -> None:
    query = "{ accounts(paginator: {page: 1, records_per_page: 4}) { entities { id } } }"
    body = run(fast, connection, query, broken_rows={"Account": frozenset({2, 4})})
    assert body["data"]["accounts"]["entities"] == [{"id": "1"}, None, {"id": "3"}, None]
    assert [error["path"] for error in body["errors"]] == [
        ["accounts", "entities", 1],
        ["accounts", "entities", 3],
    ]


def test_only_the_columns_asked_for_are_read(fast: Engine, connection: sqlite3.Connection) -> None:
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    run(fast, connection, "{ accounts { entities { name account_status { id } } } }")
    connection.set_trace_callback(None)
    page = next(text for text in statements if 'FROM "Account"' in text)
    assert page.startswith('SELECT t."name", t."account_status_id" FROM "Account"')
    assert not any("count(*)" in text for text in statements)


def test_related_rows_are_read_once_per_request(fast: Engine, connection: sqlite3.Connection) -> None:
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    run(fast, connection, "{ accounts { entities { account_status { name } } } }")
    connection.set_trace_callback(None)
    assert sum('FROM "AccountStatus"' in text for text in statements) == 3


def test_documents_are_parsed_once(fast: Engine) -> None:
    assert fast.document("{ me { id } }") is fast.document("{ me { id } }")
    bad = fast.document("{ nonsense { id } }")
    assert bad.errors
    assert fast.document("{").errors
    assert fast.document("{ a: accounts { __typename } me { id } ...f } fragment f on Query { me { id } }").root_names() == [
        "accounts",
        "me",
    ]


def test_introspection_is_executed_once_and_then_quick(connection: sqlite3.Connection) -> None:
    engine = Engine(load_schema())
    query = get_introspection_query()
    first = engine.answer(query, None, None, Request(connection))
    started = time.perf_counter()
    assert engine.answer(query, None, None, Request(connection)) == first
    assert time.perf_counter() - started < 0.05
    # Other names, other answer: nothing is taken from the cache by mistake.
    other = json.loads(engine.answer('{ __type(name: "Account") { name } }', None, None, Request(connection)))
    assert other == {"data": {"__type": {"name": "Account"}}}
    by_name = "query ($n: String!) { __type(name: $n) { name } }"
    for name in ("Account", "Contact"):
        answer = json.loads(engine.answer(by_name, {"n": name}, None, Request(connection)))
        assert answer["data"]["__type"]["name"] == name


def test_deep_queries_do_not_crash(fast: Engine, connection: sqlite3.Connection) -> None:
    deep = "{ accounts(id: 2) { entities { " + "parent_account { " * 30 + "id" + " }" * 30 + " } } }"
    assert "errors" not in run(fast, connection, deep)
    assert "errors" in run(fast, connection, "{" * 5_000)
    assert "errors" in run(fast, connection, "{ accounts { entities " + "{ parent_account " * 3_000 + "}" * 3_002)


def test_simple_pages_are_fast(tmp_path: Path, fast: Engine) -> None:
    """Far below what is measured on an idle machine (over 100,000 rows a second), so that it is no matter of
    luck.
    """
    path = tmp_path / "many.sqlite"
    connection = open_database(path)
    create_tables(connection)
    names = list(load_contract().leaf_fields("Debit"))
    marks = ", ".join("?" for _ in names)
    day = "2026-01-01T00:00:00+00:00"
    given = {"type": "RECURRING", "created_at": day, "updated_at": day, "reversed": 0, "minutes": 1.5}
    whole = {name for name, field in load_contract().leaf_fields("Debit").items() if field.type.name in {"Int", "Int64Bit"}}
    numbers = range(1, 2_001)
    rows = [[given.get(name, n if name in whole else None if name.startswith("pro") else "text") for name in names] for n in numbers]
    nulls = [names.index(name) for name in ("reversed_at", "service_transaction_type")]
    for row in rows:
        for index in nulls:
            row[index] = None
    connection.execute("BEGIN")
    connection.executemany(f'INSERT INTO "Debit" VALUES ({marks})', rows)
    connection.execute("COMMIT")
    query = "{ debits(paginator: {page: 1, records_per_page: 1000}) { entities { " + " ".join(names[:20]) + " } } }"
    best = 9.9
    for _ in range(5):
        started = time.perf_counter()
        answer = fast.answer(query, None, None, Request(connection))
        best = min(best, time.perf_counter() - started)
    body = json.loads(answer)
    assert "errors" not in body
    assert len(body["data"]["debits"]["entities"]) == 1_000
    connection.close()
    assert best < 1_000 / 25_000


def test_engines_are_safe_in_threads(fast: Engine, own_database: Path) -> None:
    results: list[int] = []

    def work() -> None:
        connection = open_database(own_database, read_only=True)
        functions.register(connection)
        for number in range(20):
            body = run(
                fast,
                connection,
                f"{{ accounts(id: {number + 1}) {{ entities {{ id contacts {{ entities {{ id }} }} }} }} }}",
            )
            results.append(len(body["data"]["accounts"]["entities"]))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(results) == 4 * 18  # accounts 10 and 20 are archived
