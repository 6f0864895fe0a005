"""On what a section's records stand: free until something is written, then fixed, free again after a full rollback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from target_splynx.ledger.basis import basis, set_basis
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.tables import operations, records
from target_splynx.modelling.dependencies import Graph, Reads
from target_splynx.modelling.model import read_model
from target_splynx.planning.obstacles import obstacles
from target_splynx.stage.store import Stage

FIRST, SECOND = {"strategy": "open_items", "day": "2026-11-15"}, {"strategy": "history", "day": "2026-01-01"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}", splynx="https://splynx.example.net")
    yield ledger
    ledger.close()


def write(ledger: Ledger, statement: sa.Executable) -> None:
    with ledger.engine.begin() as connection:
        connection.execute(statement)


def record(model: str, key: str = "1", run: int = 1) -> sa.Executable:
    return records.insert().values(model=model, source_key=key, resource="invoices", splynx_id="7", payload="{}", run=run)


def test_each_plan_may_set_it_until_a_record_is_there(ledger: Ledger) -> None:
    set_basis(ledger.engine, "money", FIRST)
    assert basis(ledger.engine, "money") is None, "nothing is written"
    set_basis(ledger.engine, "money", SECOND)
    write(ledger, record("money/invoices"))
    set_basis(ledger.engine, "money", FIRST)
    assert basis(ledger.engine, "money") == SECOND
    write(ledger, records.update().values(state="deleted"))
    assert basis(ledger.engine, "money") is None
    set_basis(ledger.engine, "money", FIRST)
    write(ledger, records.update().values(state="live"))
    assert basis(ledger.engine, "money") == FIRST


def test_a_document_in_doubt_holds_it_too(ledger: Ledger) -> None:
    set_basis(ledger.engine, "money", FIRST)
    write(
        ledger,
        operations.insert().values(run=1, model="money/payments", resource="payments", source_key="5", action="create", state="sent"),
    )
    assert basis(ledger.engine, "money") == FIRST


def test_what_joins_later_is_added_and_holds_once_it_is_written(ledger: Ledger) -> None:
    def with_later(*entries: dict[str, object]) -> dict[str, str]:
        return {**FIRST, "later": json.dumps(list(entries))}

    def later() -> list[dict[str, object]]:
        facts = basis(ledger.engine, "money")
        assert facts is not None and {name: facts[name] for name in FIRST} == FIRST
        return list(json.loads(facts["later"]))

    set_basis(ledger.engine, "money", with_later(), run=1)
    write(ledger, record("money/invoices"))
    assert later() == []
    set_basis(ledger.engine, "money", with_later({"accounts": ["2"], "last": 5, "run": None}), run=2)
    assert later() == [], "planned, nothing of it is written: the next plan opens them anew"
    set_basis(ledger.engine, "money", {**SECOND, "later": with_later({"accounts": ["2"], "last": 9})["later"]}, run=3)
    write(ledger, record("money/invoices", "2", run=3))
    assert later() == [{"accounts": ["2"], "last": 9, "run": 3}]
    set_basis(ledger.engine, "money", with_later(*later(), {"accounts": [], "last": 12, "run": None}), run=4)
    write(ledger, record("money/payments", "7", run=4))
    assert [entry["run"] for entry in later()] == [3, 4]
    set_basis(ledger.engine, "money", with_later(*later()), run=5)
    assert [entry["run"] for entry in later()] == [3, 4]


def test_records_of_other_sections_do_not_count(ledger: Ledger) -> None:
    set_basis(ledger.engine, "money", FIRST)
    write(ledger, record("customers/customers"))
    assert basis(ledger.engine, "money") is None


def test_an_optional_stream_may_be_missing_and_come_later(tmp_path: Path) -> None:
    path = tmp_path / "money" / "charges.sql"
    path.parent.mkdir()
    path.write_text("-- resource: transactions\nSELECT 1 AS source_key FROM sonar.transactions", encoding="utf-8")
    model = read_model(path)
    columns = {"id": "BIGINT", "account_id": "BIGINT"}
    reads = {model.name: Reads(streams=frozenset({"transactions"}))}
    waits: dict[str, set[str]] = {model.name: set()}
    stage = Stage(tmp_path / "workspace")
    try:
        assert "transactions was never staged" in obstacles(Graph([model], reads, [], waits), stage)[model.name]
        assert obstacles(Graph([model], reads, [], waits, {"transactions": columns}), stage) == {}
        stage.ensure("transactions", columns)
        stage.ensure("transactions", {**columns, "amount": "BIGINT"})
        assert stage.connection.execute("SELECT id, account_id, amount FROM sonar.transactions").fetchall() == []
        stage.open_stream("transactions", {"properties": {"id": {"type": "integer"}, "running_balance": {"type": "integer"}}}, ["id"])
        stage.append("transactions", {"id": 3, "running_balance": 12})
        stage.flush()
        assert "transactions" not in stage.complete()
        assert stage.connection.execute("SELECT id, running_balance, amount FROM sonar.transactions").fetchall() == [(3, 12, None)]
    finally:
        stage.close()
