"""Sonar over HTTP: token, permissions, rate limit, wrong requests, files, faults, statistics, live change."""

from __future__ import annotations

import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from gql import Client, gql
from gql.transport.requests import RequestsHTTPTransport

import sandbox
from sandbox.sonar.server import SonarServer, make_app
from sandbox.sonar.store import open_database

HEADERS = {"Authorization": "Bearer secret"}
QUERY = {"query": "{ accounts(id: 1) { entities { id name } } }"}


def post(server: SonarServer, body: Any = None, **options: Any) -> requests.Response:
    options.setdefault("headers", HEADERS)
    return requests.post(f"{server.url}/api/graphql", json=body or QUERY, timeout=20, **options)


@pytest.mark.parametrize("header", [None, "", "Bearer wrong", "Basic secret", "secret"])
def test_a_bad_token_is_401(server: SonarServer, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = post(server, headers=headers)
    assert (response.status_code, response.json()) == (401, {"message": "Unauthenticated."})
    assert requests.get(f"{server.url}/api/files/1", headers=headers, timeout=5).status_code == 401


def test_the_answer_to_a_bad_token_can_be_chosen(database: Path) -> None:
    with SonarServer(database, unauthorized_status=200, unauthorized_body={"errors": [{"message": "no"}]}) as server:
        response = post(server)
        assert (response.status_code, response.json()) == (200, {"errors": [{"message": "no"}]})


def test_denied_roots_are_errors_at_200(database: Path) -> None:
    with SonarServer(database, token="secret", denied_roots=["invoices", "accounts"]) as server:
        body = post(server, {"query": "{ invoices { entities { id } } }"})
        assert body.status_code == 200
        answer = body.json()
        assert answer["data"] is None
        assert "READ_ACCOUNT_TRANSACTIONS" in answer["errors"][0]["message"]
        assert answer["errors"][0]["path"] == ["invoices"]
        assert "READ_ACCOUNT" in post(server).json()["errors"][0]["message"]
        assert "errors" not in post(server, {"query": "{ contacts { entities { id } } }"}).json()


def test_the_rate_limit(database: Path) -> None:
    with SonarServer(database, token="secret", rate_limit=3, rate_window_seconds=1.0) as server:
        answers = [post(server) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[-1].json() == {"error": "Request limit of 3/min reached."}
        time.sleep(1.1)
        assert post(server).status_code == 200


def test_wrong_requests(server: SonarServer, session: requests.Session) -> None:
    url = f"{server.url}/api/graphql"
    assert session.get(url, timeout=5).status_code == 405
    assert session.put(url, timeout=5).status_code == 405
    assert session.post(url, data="query", timeout=5).status_code == 415
    assert session.post(url, data="{", headers={"Content-Type": "application/json"}, timeout=5).status_code == 400
    for body in ([], {}, {"query": ""}, {"query": 5}, {"query": "{ me { id } }", "variables": []}):
        response = session.post(url, json=body, timeout=5)
        assert response.status_code == 400, body
        assert response.json()["message"]


def test_graphql_errors_are_at_200(server: SonarServer) -> None:
    for query in (
        "{ nonsense }",
        "{ accounts { entities { nonsense } } }",
        "{ accounts",
        "{ accounts }",
        "mutation { x }",
    ):
        response = post(server, {"query": query})
        assert response.status_code == 200
        assert response.json()["errors"][0]["message"]
    unknown = post(server, {"query": "query A { me { id } } query B { me { name } }"}).json()
    assert "operation" in unknown["errors"][0]["message"]
    named = post(server, {"query": "query A { me { id } } query B { me { name } }", "operationName": "A"}).json()
    assert list(named["data"]["me"]) == ["id"]
    missing = post(server, {"query": "query ($id: Int64Bit!) { accounts(id: $id) { entities { id } } }"}).json()
    assert "$id" in missing["errors"][0]["message"]


def test_unknown_paths_are_html(server: SonarServer) -> None:
    for path in ("/", "/graphql", "/api/v1/accounts"):
        response = requests.get(server.url + path, timeout=5)
        assert response.status_code == 404
        assert response.headers["Content-Type"].startswith("text/html")


def test_files(server: SonarServer, session: requests.Session) -> None:
    response = session.get(f"{server.url}/api/files/1", timeout=5)
    assert response.content == b"%PDF-1.4 \x00\xff"
    assert response.headers["Content-Type"] == "application/pdf"
    assert "contract" in response.headers["Content-Disposition"]
    for path in ("2", "99", "x", "²"):
        assert session.get(f"{server.url}/api/files/{path}", timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=4-", 206, b"-1.4 \x00\xff"),
        ("bytes=0-3", 206, b"%PDF"),
        ("bytes=-2", 206, b"\x00\xff"),
        ("bytes=11-", 416, b""),
        ("lines=1-2", 200, b"%PDF-1.4 \x00\xff"),
    ],
)
def test_parts_of_files(server: SonarServer, session: requests.Session, asked: str, status: int, content: bytes) -> None:
    response = session.get(f"{server.url}/api/files/1", headers={"Range": asked}, timeout=5)
    assert (response.status_code, response.content) == (status, content)
    if asked == "bytes=4-":
        assert response.headers["Content-Range"] == "bytes 4-10/11"


def test_a_server_without_ranges_sends_all(database: Path) -> None:
    with SonarServer(database, token="secret") as server:
        requests.put(f"{server.url}/_sandbox/settings", json={"file_ranges": False}, timeout=5)
        headers = {**HEADERS, "Range": "bytes=4-"}
        response = requests.get(f"{server.url}/api/files/1", headers=headers, timeout=5)
        assert (response.status_code, response.content) == (200, b"%PDF-1.4 \x00\xff")


def test_statistics_count_operations_and_connections(database: Path) -> None:
    with SonarServer(database, token="secret") as server, requests.Session() as session:
        session.headers.update(HEADERS)
        for _ in range(3):
            session.post(f"{server.url}/api/graphql", json=QUERY, timeout=5)
        both = {"query": "{ contacts { entities { id } } tickets { entities { id } } }"}
        session.post(f"{server.url}/api/graphql", json=both, timeout=5)
        session.get(f"{server.url}/api/files/1", timeout=5)
        stats = session.get(f"{server.url}/_sandbox/stats", timeout=5).json()
        assert stats["by_operation"] == {"accounts": 3, "contacts": 1, "tickets": 1, "GET /api/files/1": 1}
        assert (stats["requests"], stats["by_status"], stats["connections_used"]) == (5, {"200": 5}, 1)
        session.post(f"{server.url}/_sandbox/reset-stats", timeout=5)
        assert session.get(f"{server.url}/_sandbox/stats", timeout=5).json()["requests"] == 0
        assert session.get(f"{server.url}/_sandbox/health", timeout=5).json()["status"] == "ok"


def test_faults(database: Path) -> None:
    with SonarServer(database, token="secret") as server:
        rules = [
            {"kind": "status", "status": 502, "times": 1, "match": {"operation_regex": "^accounts$"}},
            {"kind": "expired_token", "times": 1, "match": {"operation_regex": "^contacts$"}},
            {"kind": "status", "status": 429, "times": 1, "match": {"operation_regex": "^tickets$"}},
            {"kind": "cut_after", "times": 1, "match": {"operation_regex": "^invoices$"}},
            {"kind": "html", "times": 1, "match": {"operation_regex": "^credits$"}},
            {
                "kind": "status",
                "status": 200,
                "body": {"errors": [{"message": "x"}]},
                "times": 1,
                "match": {"operation_regex": "^debits$"},
            },
        ]
        requests.put(f"{server.url}/_sandbox/faults", json=rules, timeout=5).raise_for_status()

        def ask(root: str) -> requests.Response:
            return post(server, {"query": f"{{ {root} {{ entities {{ id }} }} }}"})

        assert ask("accounts").status_code == 502
        expired = ask("contacts")
        assert (expired.status_code, expired.json()) == (401, {"message": "Unauthenticated."})
        assert ask("tickets").json() == {"error": "Request limit of 400/min reached."}
        with pytest.raises(requests.ConnectionError):
            ask("invoices")
        assert ask("credits").headers["Content-Type"].startswith("text/html")
        assert ask("debits").json() == {"errors": [{"message": "x"}]}
        for root in ("accounts", "contacts", "tickets", "invoices", "credits", "debits"):
            assert "errors" not in ask(root).json()


def test_settings_can_be_changed_while_it_runs(database: Path) -> None:
    with SonarServer(database, token="secret") as server:
        url = f"{server.url}/_sandbox/settings"
        change = {"denied_roots": ["accounts"], "broken_rows": {"Contact": [3]}, "default_page_size": 2}
        settings = requests.put(url, json=change, timeout=5).json()
        assert settings == requests.get(url, timeout=5).json()
        assert (settings["denied_roots"], settings["rate_limit"]) == (["accounts"], 0)
        assert "errors" in post(server).json()
        answer = post(server, {"query": "{ contacts { entities { id } } }"}).json()
        assert answer["data"]["contacts"]["entities"] == [{"id": "2"}, None]
        assert requests.put(url, json={"nonsense": 1}, timeout=5).status_code == 422
        assert requests.put(url, data="{", timeout=5).status_code == 422
        assert requests.put(url, json={"window_mode": "x"}, timeout=5).status_code == 422


def test_other_processes_may_write_while_it_serves(own_database: Path) -> None:
    with SonarServer(own_database, token="secret") as server:
        assert post(server).json()["data"]["accounts"]["entities"][0]["name"] == "Customer 1"
        other = open_database(own_database)
        other.execute("UPDATE Account SET name = 'Renamed' WHERE id = 1")
        assert post(server).json()["data"]["accounts"]["entities"][0]["name"] == "Renamed"
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE Account SET name = 'Unfinished' WHERE id = 1")
        assert post(server).json()["data"]["accounts"]["entities"][0]["name"] == "Renamed"
        other.execute("ROLLBACK")
        other.close()


def test_live_change(own_database: Path) -> None:
    before = post_count(own_database)
    with SonarServer(own_database, token="secret", changes_per_second=400) as server:
        deadline = time.monotonic() + 10
        counts: dict[str, int] = {}
        while time.monotonic() < deadline and counts.get("touched", 0) < 100:
            assert post(server).status_code == 200
            counts = requests.get(f"{server.url}/_sandbox/stats", timeout=5).json()["live_changes"]
        journal = requests.get(f"{server.url}/_sandbox/changes", timeout=5).json()
    assert counts["touched"] >= 100
    kinds = [entry["kind"] for entry in journal]
    assert post_count(own_database) - before == kinds.count("inserted") - kinds.count("deleted")
    touched = next(entry for entry in journal if entry["kind"] == "touched" and entry["type"] == "Account")
    connection = open_database(own_database)
    row = connection.execute("SELECT updated_at FROM Account WHERE id = ?", (touched["id"],)).fetchone()
    assert row[0] >= "2026-11-15T12:00:00+00:00"
    connection.close()


def post_count(path: Path) -> int:
    connection = open_database(path)
    names = ("Note", "PhoneNumber", "CallLog", "TicketComment", "JobCheckIn", "Task", "Log")
    total = sum(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names)
    connection.close()
    return int(total)


def test_the_event_loop_answers_while_queries_run(server: SonarServer) -> None:
    heavy = {"query": "{ accounts { entities { contacts { entities { phone_numbers { entities { id number } } } } } } }"}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        running = [pool.submit(post, server, heavy) for _ in range(4)]
        started = time.perf_counter()
        assert requests.get(f"{server.url}/_sandbox/health", timeout=5).status_code == 200
        assert time.perf_counter() - started < 2
        assert all("errors" not in each.result().json() for each in running)


def test_an_independent_client_introspects_and_queries(server: SonarServer) -> None:
    transport = RequestsHTTPTransport(f"{server.url}/api/graphql", headers=HEADERS, timeout=60)
    client = Client(transport=transport, fetch_schema_from_transport=True, execute_timeout=60)
    query = gql(
        """query ($id: Int64Bit) { accounts(id: $id) { entities { id name contacts { entities { id } } } } }
        """
    )
    query.variable_values = {"id": "4"}
    account = client.execute(query)["accounts"]["entities"][0]
    assert account == {"id": "4", "name": "Customer 4", "contacts": {"entities": [{"id": "8"}, {"id": "9"}]}}
    assert client.schema is not None
    assert len(client.schema.query_type.fields) == 318  # type: ignore[union-attr]
    assert "include_archived" in client.schema.query_type.fields["accounts"].args  # type: ignore[union-attr]


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.sqlite"):
        make_app(tmp_path / "missing.sqlite")


@pytest.fixture
def command(own_database: Path) -> Callable[..., subprocess.Popen[str]]:
    def start(*options: str) -> subprocess.Popen[str]:
        code = "from sandbox.sonar.command import sonar; sonar()"
        root = str(Path(sandbox.__path__[0]).parent)
        return subprocess.Popen(
            [sys.executable, "-c", code, "--database", str(own_database), "--port", "0", *options],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": root},
        )

    return start


def test_the_command_serves_until_it_is_told_to_stop(command: Callable[..., subprocess.Popen[str]]) -> None:
    started = time.perf_counter()
    process = command("--token", "secret", "--deny", "tickets")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = time.perf_counter() - started
        match = re.fullmatch(r"Sonar sandbox: (http://127\.0\.0\.1:\d+)\n", line)
        assert match, line
        response = requests.post(f"{match[1]}/api/graphql", json=QUERY, headers=HEADERS, timeout=10)
        assert response.json()["data"]["accounts"]["entities"][0]["id"] == "1"
        denied = {"query": "{ tickets { entities { id } } }"}
        assert "errors" in requests.post(f"{match[1]}/api/graphql", json=denied, headers=HEADERS, timeout=10).json()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert took < 10  # about 1 s on an idle machine; the machine may be busy
    finally:
        process.kill()
        process.wait()
