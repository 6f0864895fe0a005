"""Lists: every operator of the PHP-style search, order, paging, HEAD counts; and that they are quick."""

from __future__ import annotations

import time
from typing import Any

import pytest

PATH = "admin/customers/customer"


def names(api: Any, query: str) -> list[str]:
    return [row["name"] for row in api.get(f"{PATH}?{query}")]


@pytest.fixture
def people(api: Any) -> Any:
    api.field("customers", "sonar_id", searchable=1)
    for index, (name, city, gps) in enumerate([("Ada", "Paris", "1,2"), ("Bob", "Perth", None), ("Cid", "Oslo", None), ("Dan", "", "3,4")], start=1):
        body = {"name": name, "email": f"{name}@example.net", "city": city, "date_add": f"2026-0{index}-01",
                "additional_attributes": {"sonar_id": str(100 + index)}}  # fmt: skip
        if gps:
            body["gps"] = gps
        api.post(PATH, body)
    return api


@pytest.mark.parametrize(("query", "expected"), [
    ("main_attributes[name]=ada", ["Ada"]),
    ("main_attributes[id]=2", ["Bob"]),
    ("main_attributes[name][0]==&main_attributes[name][1]=Bob", ["Bob"]),
    ("main_attributes[name][0]=!=&main_attributes[name][1]=Bob", ["Ada", "Cid", "Dan"]),
    ("main_attributes[name][0]=<>&main_attributes[name][1]=Bob", ["Ada", "Cid", "Dan"]),
    ("main_attributes[id][0]=>&main_attributes[id][1]=2", ["Cid", "Dan"]),
    ("main_attributes[id][0]=>=&main_attributes[id][1]=2", ["Bob", "Cid", "Dan"]),
    ("main_attributes[id][0]=<&main_attributes[id][1]=2", ["Ada"]),
    ("main_attributes[id][0]=<=&main_attributes[id][1]=2", ["Ada", "Bob"]),
    ("main_attributes[date_add][0]=BETWEEN&main_attributes[date_add][1]=2026-02-01&main_attributes[date_add][2]=2026-03-01",
     ["Bob", "Cid"]),
    ("main_attributes[name][0]=LIKE&main_attributes[name][1]=a", ["Ada", "Dan"]),
    ("main_attributes[city][0]=LIKE&main_attributes[city][1]=P%25h", ["Bob"]),
    ("main_attributes[name][0]=LIKE_OR&main_attributes[name][1][0]=ad&main_attributes[name][1][1]=bo", ["Ada", "Bob"]),
    ("main_attributes[id][0]=IN&main_attributes[id][1][0]=1&main_attributes[id][1][1]=4", ["Ada", "Dan"]),
    ("main_attributes[city][0]=REGEXP&main_attributes[city][1]=^P.r", ["Ada", "Bob"]),
    ("main_attributes[gps][0]=IS&main_attributes[gps][1]=NULL", ["Bob", "Cid"]),
    ("main_attributes[gps][0]=IS&main_attributes[gps][1]=NOT NULL", ["Ada", "Dan"]),
    ("additional_attributes[sonar_id]=103", ["Cid"]),
    ("additional_attributes[sonar_id][0]=IN&additional_attributes[sonar_id][1][0]=101", ["Ada"]),
    ("main_attributes[city]=Paris&additional_attributes[sonar_id]=103", []),
    ("order[name]=DESC&limit=2", ["Dan", "Cid"]),
    ("order[city]=ASC&order[id]=ASC", ["Dan", "Cid", "Ada", "Bob"]),
    ("limit=2&offset=1", ["Bob", "Cid"]),
    ("offset=3", ["Dan"]),
    ("name=Ada&itemsPerPage=1", ["Ada", "Bob", "Cid", "Dan"]),
])  # fmt: skip
def test_search(people: Any, query: str, expected: list[str]) -> None:
    assert names(people, query) == expected


def test_head_counts_with_the_same_query(people: Any) -> None:
    answer = people.call("HEAD", f"{PATH}?main_attributes[id][0]=>&main_attributes[id][1]=1&limit=1")
    assert (answer.status_code, answer.headers["X-total-count"]) == (204, "3")
    assert answer.headers["Access-Control-Expose-Headers"] == "X-total-count"


@pytest.mark.parametrize(("query", "status"), [
    ('main_attributes={"id":1}', 500), ("main_attributes[nonsense]=1", 400), ("order[id]=UP", 400),
    ("main_attributes[id][0]=ALMOST&main_attributes[id][1]=1", 400), ("limit=many", 400),
    ("additional_attributes[nope]=1", 400),
])  # fmt: skip
def test_bad_queries_are_refused(people: Any, query: str, status: int) -> None:
    assert people.call("GET", f"{PATH}?{query}").status_code == status


def test_find_in_set_looks_into_lists(api: Any) -> None:
    label = api.post("admin/config/labels", {"module": "customers", "label": "VIP", "color": "red"})["id"]
    api.customer(customer_labels=[label])
    api.customer()
    found = api.get(f"{PATH}?main_attributes[customer_labels][0]=FIND_IN_SET&main_attributes[customer_labels][1]={label}")
    assert [row["customer_labels"] for row in found] == [[{"id": label, "label": "VIP", "color": "red"}]]


def test_looking_up_and_listing_stay_quick_with_50000_rows(api: Any) -> None:
    api.field("customers", "sonar_id")
    splynx = api.server.splynx
    for number in range(50_000):
        splynx.new_row("customers/customer", {
            "name": f"N{number}", "login": f"l{number}", "additional_attributes": {"sonar_id": str(number)},
        })  # fmt: skip
    api.get(f"{PATH}?additional_attributes[sonar_id]=1")  # builds the index
    started = time.perf_counter()
    for number in range(100):
        assert len(api.get(f"{PATH}?additional_attributes[sonar_id]={number * 400}")) == 1
    assert (time.perf_counter() - started) / 100 < 0.02
    api.get(f"{PATH}?limit=10000")
    started = time.perf_counter()
    assert len(api.call("GET", f"{PATH}?limit=10000").content) > 1_000_000
    assert time.perf_counter() - started < 1.0


def test_numbers_can_be_texts_as_in_old_builds() -> None:
    import requests

    from sandbox.splynx.server import SplynxServer

    with SplynxServer(strings=True) as server:
        rows = requests.get(server.api + "admin/finance/payment-methods", auth=("sandbox-key", "sandbox-secret"), timeout=5).json()
        assert [row["id"] for row in rows] == ["1", "2", "3", "5", "6"]
