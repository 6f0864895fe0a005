"""A lead that signs on in Sonar between two runs: Splynx converts it, whichever number it gets; nothing is made twice."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from commands import answer
from conftest import NOW
from sandbox.data.change import update_row
from sandbox.data.generate import generate
from sandbox.sonar.store import open_database
from sandbox.splynx.server import SplynxServer
from shipped_load import lines_of
from splynx_runs import Migration, Splynx

SETTINGS: dict[str, Any] = {
    "mapping": "sonar", "timezone": "America/Chicago", "cutover_date": "2026-11-15", "sections": ["foundation", "network", "customers"],
}  # fmt: skip
STAMP = datetime(2026, 11, 15, 14, tzinfo=timezone.utc).isoformat()
LEAD = """SELECT a.id FROM "Account" a JOIN "AccountStatus" s ON s.id = a.account_status_id JOIN "Contact" c ON c.contactable_type = 'Account'
AND c.contactable_id = a.id AND c."primary" AND c.email_address <> '' WHERE lower(s.name) LIKE '%lead%' AND a.activation_date IS NULL AND a.archived_at IS NULL"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sonar") / "sonar.sqlite"
    generate(path, accounts=60, seed=7, dirt=False)
    return path


def signs_on(database: Path, account: int) -> None:
    connection = open_database(database)
    (status,) = connection.execute('SELECT id FROM "AccountStatus" WHERE activates_account ORDER BY id').fetchone()
    update_row(connection, "Account", account, STAMP, account_status_id=status, activation_date="2026-11-15")
    connection.close()


@pytest.mark.parametrize("keeps_id", [True, False])
def test_the_lead_becomes_the_customer(tmp_path: Path, database: Path, keeps_id: bool) -> None:
    copy = tmp_path / "sonar.sqlite"
    copy.write_bytes(database.read_bytes())
    connection = open_database(copy)
    account = int(connection.execute(LEAD).fetchone()[0])
    connection.close()
    with SplynxServer(now=NOW, welcome_messages=True, conversion_keeps_id=keeps_id) as server:
        migration = Migration(tmp_path, Splynx(server), Path("unused"), SETTINGS)
        state = migration.run(lines_of(copy)).states[-1]
        splynx = migration.splynx
        before = {row["id"]: row for row in splynx.rows("crm/leads")}
        customers = len(splynx.rows("customers/customer"))
        signs_on(copy, account)
        splynx.reset_stats()
        migration.run(lines_of(copy, state=state))

        assert migration.rejects() == []
        (gone,) = before.keys() - {row["id"] for row in splynx.rows("crm/leads")}
        customer = splynx.customers()[str(account)]
        assert len(splynx.rows("customers/customer")) == customers + 1
        assert (customer["id"] == gone) is keeps_id
        lead = before[gone]
        assert (customer["name"], customer["email"], customer["phone"]) == (lead["name"], lead["email"], lead["phone"])
        assert customer["status"] == "active" and customer["additional_attributes"]["sonar_status"]
        writes = splynx.writes()
        assert writes["PUT /admin/crm/leads/{id}--convert-to-customer-simple"] == 1
        assert "POST /admin/customers/customer" not in writes and "POST /admin/crm/leads" not in writes
        assert splynx.stats()["messages_that_would_have_gone_out"] == {}, "nobody is welcomed"
        billing = {row["customer_id"]: row for row in splynx.rows("customers/customer-billing")}
        assert str(billing[customer["id"]]["enabled"]) == "0"
        assert answer(migration, "verify", **SETTINGS)["differences"] == []

        splynx.reset_stats()
        migration.run(lines_of(copy))
        assert splynx.writes() == {}


def test_a_run_that_stopped_after_the_conversion_goes_on_with_that_customer(tmp_path: Path, database: Path) -> None:
    copy = tmp_path / "sonar.sqlite"
    copy.write_bytes(database.read_bytes())
    connection = open_database(copy)
    account = int(connection.execute(LEAD).fetchone()[0])
    connection.close()
    with SplynxServer(now=NOW) as server:
        migration = Migration(tmp_path, Splynx(server), Path("unused"), SETTINGS)
        state = migration.run(lines_of(copy)).states[-1]
        customers = len(migration.splynx.rows("customers/customer"))
        signs_on(copy, account)
        refusal = [{"field": "login", "message": "Not now."}]
        migration.splynx.faults({"match": {"method": "PUT", "path_regex": "customers/customer/"}, "kind": "status", "status": 422, "body": refusal, "times": 1})
        migration.run(lines_of(copy, state=state))
        assert {row.model for row in migration.rejects()} >= {"customers/customers"}
        migration.splynx.faults()
        connection = open_database(copy)
        update_row(connection, "Account", account, STAMP, name="Signed After All")
        connection.close()
        migration.run(lines_of(copy, state=state))
        assert migration.rejects() == []
        assert len(migration.splynx.rows("customers/customer")) == customers + 1
        assert migration.splynx.customers()[str(account)]["name"] == "Signed After All"
