"""The generated data set fits the contract: every root of it can be read whole, without an error, by key pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from sandbox.sonar.command import ensure_database
from sandbox.sonar.contract import load_contract
from sandbox.sonar.server import SonarServer
from sandbox.sonar.store import open_database


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("generated") / "new" / "sonar.sqlite"
    ensure_database(path, accounts=60, seed=3, history="recent")
    return path


@pytest.fixture(scope="module")
def server(generated: Path) -> Iterator[SonarServer]:
    with SonarServer(generated, token="secret") as running:
        yield running


def test_a_missing_database_is_generated_and_an_existing_one_kept(generated: Path) -> None:
    assert [each.name for each in generated.parent.iterdir() if not each.name.endswith(("-wal", "-shm"))] == ["sonar.sqlite"]
    before = generated.stat().st_mtime_ns
    ensure_database(generated, accounts=999, seed=9, history="none")
    assert generated.stat().st_mtime_ns == before
    with closing(open_database(generated, read_only=True)) as connection:
        assert connection.execute("SELECT count(*) FROM Account").fetchone()[0] >= 60


def test_every_root_of_the_generated_data_reads_without_error(server: SonarServer, generated: Path) -> None:
    contract = load_contract()
    total = 0
    with requests.Session() as session, closing(sqlite3.connect(generated)) as connection:
        session.headers["Authorization"] = "Bearer secret"
        for root, field in contract.query.items():
            entity = contract.entity_of(field.type.name)
            if not field.argument_kind.startswith("filters") or entity is None or root.startswith("core_"):
                continue
            found: list[int] = []
            page = [0]
            while page:
                query = f"""query ($last: Int64Bit!) {{ {root}(
                    {"include_archived: true" if field.argument_kind.endswith("archived") else ""}
                    paginator: {{page: 1, records_per_page: 1000}} sorter: {{attribute: "id", direction: ASC}}
                    search: {{integer_fields: {{attribute: "id", search_value: $last, operator: GT}}}}
                ) {{ entities {{ {" ".join(contract.leaf_fields(entity))} }} }} }}"""
                body = {"query": query, "variables": {"last": page[-1]}}
                answer = session.post(f"{server.url}/api/graphql", json=body, timeout=30).json()
                assert "errors" not in answer, (root, answer["errors"][:3])
                page = [int(row["id"]) for row in answer["data"][root]["entities"]]
                found += page
            assert found == [row[0] for row in connection.execute(f'SELECT id FROM "{entity}" ORDER BY id')], root
            total += len(found)
    assert total > 1_000


def test_the_last_running_balance_is_what_the_open_items_say(server: SonarServer, generated: Path) -> None:
    """research/money.md §1: identity A equals the running balance, for every account that is not dirty."""
    open_items = """
        SELECT a.id, coalesce((SELECT sum(remaining_due) FROM Invoice i WHERE i.account_id = a.id AND NOT i.void
                               AND i.parent_invoice_id IS NULL), 0)
             + coalesce((SELECT sum(d.amount + coalesce((SELECT sum(t.amount) FROM TaxTransaction t
                 WHERE t.taxtransactionable_type = 'Debit' AND t.taxtransactionable_id = d.id), 0))
                 FROM Debit d WHERE d.account_id = a.id AND d.invoice_id IS NULL AND NOT d.reversed), 0)
             - coalesce((SELECT sum(amount_remaining) FROM Payment p WHERE p.account_id = a.id AND p.successful), 0)
             - coalesce((SELECT sum(amount_remaining) FROM Discount c WHERE c.account_id = a.id AND NOT c.reversed), 0)
        FROM Account a WHERE a.id NOT IN (SELECT account_id FROM _dirt WHERE account_id IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM Invoice i WHERE i.account_id = a.id AND i.parent_invoice_id IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM Account c WHERE c.parent_account_id = a.id)
    """
    query = """query ($id: Int64Bit!) { transactions(account_id: $id, paginator: {page: 1, records_per_page: 10000})
        { entities { running_balance } } }"""
    compared = 0
    with requests.Session() as session, closing(sqlite3.connect(generated)) as connection:
        session.headers["Authorization"] = "Bearer secret"
        for number, owed in connection.execute(open_items).fetchall():
            body = {"query": query, "variables": {"id": number}}
            answer = session.post(f"{server.url}/api/graphql", json=body, timeout=30).json()
            rows = answer["data"]["transactions"]["entities"]
            assert (rows[-1]["running_balance"] if rows else 0) == owed, number
            compared += bool(rows)
    assert compared > 10
