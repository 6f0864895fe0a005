"""A small Sonar with rows that the tests know: 120 accounts, contacts, phone numbers, services, money,
tickets.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.sonar.contract import load_contract
from sandbox.sonar.server import SonarServer
from sandbox.sonar.store import create_tables, open_database

Answer = dict[str, Any]
Ask = Callable[..., Answer]

NOW = "2026-11-15T12:00:00+00:00"


def insert(connection: sqlite3.Connection, type_name: str, **values: Any) -> None:
    """Insert a row; what must not be null and is not given gets a plain value."""
    contract = load_contract()
    row: dict[str, Any] = {}
    for name, field in contract.leaf_fields(type_name).items():
        kind = field.type.name
        if name in values:
            row[name] = values[name]
        elif not field.type.non_null:
            row[name] = None
        elif field.type.is_list:
            row[name] = "[]"
        elif kind in contract.enums:
            row[name] = contract.enums[kind][0]
        elif kind in {"Int64Bit", "Int", "Float", "Boolean"}:
            row[name] = 0
        elif kind == "Datetime":
            row[name] = NOW
        elif kind == "Date":
            row[name] = NOW[:10]
        elif name == "sonar_unique_id":
            row[name] = f"{type_name}-{values.get('id')}"
        else:
            row[name] = f"{name} {values.get('id')}"
    assert not values.keys() - row.keys(), values.keys() - row.keys()
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    connection.execute(f'INSERT INTO "{type_name}" ({names}) VALUES ({marks})', list(row.values()))


def relate(connection: sqlite3.Connection, one: tuple[str, int, str], other: tuple[str, int, str]) -> None:
    """Tie two rows many-to-many, in both directions."""
    for (owner, number, field), (target, target_number, _field) in ((one, other), (other, one)):
        connection.execute('INSERT INTO "_relation" VALUES (?, ?, ?, ?, ?)', (owner, number, field, target, target_number))


def fill(connection: sqlite3.Connection) -> None:
    """Every tenth account is archived; accounts 1 to 4 belong to group 1, 3 to 6 to group 2."""
    connection.execute("BEGIN")
    connection.execute("INSERT INTO _meta VALUES ('generated_at', ?)", (NOW,))
    for number, name in enumerate(("Active", "Lead", "Gone"), start=1):
        insert(connection, "AccountStatus", id=number, name=name, activates_account=int(number == 1))
    for number in (1, 2):
        insert(connection, "AccountGroup", id=number, name=f"Group {number}")
    for number in range(1, 121):
        insert(
            connection,
            "Account",
            id=number,
            name=f"Müller & Söhne {number}" if number % 7 == 0 else f"Customer {number}",
            account_status_id=(number - 1) % 3 + 1,
            account_type_id=1,
            company_id=1,
            is_delinquent=int(number % 5 == 0),
            archived_at=NOW if number % 10 == 0 else None,
            parent_account_id=1 if number in (2, 3) else None,
            next_bill_date=f"2026-12-{number % 28 + 1:02d}" if number % 2 else None,
            geopoint=f"{40 + number / 100},-90.5" if number <= 50 else None,
            updated_at=f"2026-11-{number % 14 + 1:02d}T00:00:00+00:00",
            next_recurring_charge_amount=number * 100,
        )
        for half in (0, 1):
            contact = number * 2 + half
            insert(
                connection,
                "Contact",
                id=contact,
                contactable_id=number,
                contactable_type="Account",
                name=f"Person {contact}",
                primary=1 - half,
                email_address=f"p{contact}@example.com",
                role="Owner" if half == 0 else None,
            )
            insert(
                connection,
                "PhoneNumber",
                id=contact,
                contact_id=contact,
                number=f"555{contact:04d}",
                country="US",
            )
    insert(connection, "NetworkSite", id=1, name="Tower", height_in_meters=42.5)
    insert(connection, "NetworkSite", id=2, name="Barn", height_in_meters=7.0)
    insert(connection, "Ticket", id=1, subject="No light", ticketable_id=5, ticketable_type="Account")
    insert(connection, "Ticket", id=2, subject="Tower down", ticketable_id=1, ticketable_type="NetworkSite")
    insert(connection, "Ticket", id=3, subject="Archived one", ticketable_id=10, ticketable_type="Account")
    for number in (1, 2, 3, 4):
        relate(connection, ("Account", number, "account_groups"), ("AccountGroup", 1, "accounts"))
    for number in (3, 4, 5, 6):
        relate(connection, ("Account", number, "account_groups"), ("AccountGroup", 2, "accounts"))
    for number, subnet in enumerate(("10.0.0.5/32", "10.0.0.8/29", "192.168.1.0/24"), start=1):
        insert(
            connection,
            "IpAssignment",
            id=number,
            subnet=subnet,
            ipassignmentable_type="Account",
            ipassignmentable_id=number,
        )
    insert(connection, "CustomField", id=1, name="Tags", enum_options='["red", "blue"]')
    insert(connection, "CustomField", id=2, name="Note", enum_options=None)
    insert(connection, "CustomField", id=3, name="Empty", enum_options="[]")
    insert(connection, "SystemSetting", id=1)
    insert(connection, "File", id=1, filename="contract ü.pdf", mime_type="application/pdf")
    insert(connection, "File", id=2, filename="lost.pdf", mime_type="application/pdf")
    connection.execute("INSERT INTO _file_content VALUES (1, ?)", (b"%PDF-1.4 \x00\xff",))
    _money(connection)
    connection.execute("COMMIT")


def _money(connection: sqlite3.Connection) -> None:
    """Account 1 owes 12,345: a debit with tax, a discount, a payment, and rows that do not count."""
    day = "2026-0{}-01T00:00:00+00:00"
    insert(connection, "Debit", id=1, account_id=1, amount=20_000, created_at=day.format(1))
    insert(connection, "Debit", id=2, account_id=1, amount=700, created_at=day.format(2), reversed=1)
    insert(connection, "Debit", id=3, account_id=2, amount=1, created_at=day.format(1))
    insert(
        connection,
        "TaxTransaction",
        id=1,
        amount=345,
        taxtransactionable_id=1,
        taxtransactionable_type="Debit",
    )
    insert(connection, "Discount", id=1, account_id=1, amount=3_000, created_at=day.format(3))
    payment = {"account_id": 1, "amount": 5_000}
    insert(connection, "Payment", id=1, payment_datetime=day.format(4), successful=1, **payment)
    insert(connection, "Payment", id=2, payment_datetime=day.format(5), successful=0, **payment)
    insert(connection, "Payment", id=3, payment_datetime=day.format(6), successful=1, **payment)
    insert(connection, "ReversedPayment", id=1, payment_id=3, amount=5_000)


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sonar") / "sonar.sqlite"
    connection = open_database(path)
    create_tables(connection)
    fill(connection)
    connection.close()
    return path


@pytest.fixture
def own_database(tmp_path: Path) -> Path:
    """The same data in a file that the test may change."""
    path = tmp_path / "own.sqlite"
    connection = open_database(path)
    create_tables(connection)
    fill(connection)
    connection.close()
    return path


@pytest.fixture(scope="session")
def server(database: Path) -> Iterator[SonarServer]:
    with SonarServer(database, token="secret") as running:
        yield running


@pytest.fixture(scope="session")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.headers["Authorization"] = "Bearer secret"
        yield opened


@pytest.fixture
def ask(server: SonarServer, session: requests.Session) -> Ask:
    """Ask the shared server and expect an answer without errors: gives ``data``."""

    def run(query: str, **variables: Any) -> Answer:
        response = session.post(f"{server.url}/api/graphql", json={"query": query, "variables": variables})
        assert response.status_code == 200, response.text
        body = response.json()
        assert "errors" not in body, body["errors"]
        data: Answer = body["data"]
        return data

    return run


@pytest.fixture
def refused(server: SonarServer, session: requests.Session) -> Callable[..., str]:
    """Ask the shared server and expect errors at HTTP 200: gives the first message."""

    def run(query: str, **variables: Any) -> str:
        response = session.post(f"{server.url}/api/graphql", json={"query": query, "variables": variables})
        assert response.status_code == 200, response.text
        return str(response.json()["errors"][0]["message"])

    return run
