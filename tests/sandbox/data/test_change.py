"""Changes as on a live instance: the changed row moves, its parent does not; deletes are hard; new accounts are complete."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sandbox.data import command
from sandbox.data.change import Wishes, change, touch_contact_email
from sandbox.data.truth import read_truth
from sandbox.sonar.contract import load_contract
from sandbox.sonar.store import open_database

CONTRACT = load_contract()
LATER = datetime(2026, 11, 16, 9, 30, tzinfo=timezone.utc)
LATER_STAMP = "2026-11-16T09:30:00+00:00"


def snapshot(path: Path) -> dict[tuple[str, int], tuple[Any, ...]]:
    """Every row by (type, id)."""
    found = {}
    with closing(open_database(path, read_only=True)) as connection:
        for name in CONTRACT.stored_types:
            fields = CONTRACT.leaf_fields(name)
            if "id" not in fields:
                continue
            at = list(fields).index("id")
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                found[name, row[at]] = row
    return found


def moved(path: Path, since: str = "2026-11-15T12:00:00+00:00") -> dict[str, int]:
    """Rows per type whose updated_at is later than the data set's now."""
    counts = {}
    with closing(open_database(path, read_only=True)) as connection:
        for name in CONTRACT.stored_types:
            if "updated_at" in CONTRACT.leaf_fields(name):
                count = connection.execute(f'SELECT count(*) FROM "{name}" WHERE updated_at > ?', (since,)).fetchone()[0]
                if count:
                    counts[name] = count
    return counts


def test_one_contact_touched_is_one_row_changed(own_store: Path) -> None:
    before = snapshot(own_store)
    with closing(open_database(own_store, read_only=True)) as connection:
        account_id = connection.execute('SELECT contactable_id FROM "Contact" WHERE contactable_type = \'Account\' AND "primary"').fetchone()[0]
    contact_id = touch_contact_email(own_store, account_id, "somebody.new@example.com", LATER)
    after = snapshot(own_store)
    assert {key for key in after if after[key] != before.get(key)} == {("Contact", contact_id)}
    fields = list(CONTRACT.leaf_fields("Contact"))
    pairs = zip(fields, before["Contact", contact_id], after["Contact", contact_id], strict=True)
    changed = {field for field, old, new in pairs if old != new}
    assert changed == {"email_address", "updated_at", "_version"}
    assert moved(own_store) == {"Contact": 1}


def test_touching_an_account_without_contact_is_an_error(own_store: Path) -> None:
    with pytest.raises(ValueError, match="999999 has no contact"):
        touch_contact_email(own_store, 999_999, "x@example.com")


def test_touched_contacts_and_accounts(own_store: Path) -> None:
    before = snapshot(own_store)
    changes = change(own_store, Wishes(touch_contacts=2, touch_accounts=3), LATER)
    after = snapshot(own_store)
    touched = {("Contact", entry["id"]) for entry in changes.changed["touched_contacts"]}
    touched |= {("Account", entry["id"]) for entry in changes.changed["touched_accounts"]}
    assert len(touched) == 5
    assert {key for key in after if after[key] != before[key]} == touched
    assert moved(own_store) == {"Contact": 2, "Account": 3}


def test_deleted_services_are_gone_and_leave_a_trace_in_the_log(own_store: Path) -> None:
    changes = change(own_store, Wishes(delete_services=2), LATER)
    with closing(open_database(own_store, read_only=True)) as connection:
        for entry in changes.changed["deleted_services"]:
            assert connection.execute('SELECT 1 FROM "AccountService" WHERE id = ?', (entry["id"],)).fetchone() is None
            log = connection.execute(
                "SELECT created_at FROM \"Log\" WHERE type = 'DELETED' AND logged_entity_type = 'AccountService' AND logged_entity_id = ?",
                (entry["id"],),
            ).fetchall()
            assert log == [(LATER_STAMP,)]
            # The account itself did not move.
            assert connection.execute('SELECT updated_at < ? FROM "Account" WHERE id = ?', (LATER_STAMP, entry["account_id"])).fetchone() == (1,)
    assert moved(own_store) == {"AccountEvent": 2, "Log": 2}
    agrees(own_store)


def test_late_payments_settle_invoices(own_store: Path) -> None:
    owed = {account.id: account.owed_cents for account in read_truth(own_store).accounts.values()}
    changes = change(own_store, Wishes(late_payments=3), LATER)
    truth = read_truth(own_store)
    for entry in changes.changed["late_payments"]:
        assert truth.accounts[entry["account_id"]].owed_cents == owed[entry["account_id"]] - entry["amount_cents"]
    assert moved(own_store) == {"Payment": 3, "Credit": 3, "Invoice": 3}
    agrees(own_store)


def test_new_accounts_are_complete(own_store: Path, keys: Any) -> None:
    before = read_truth(own_store)
    changes = change(own_store, Wishes(new_accounts=3), LATER)
    truth = read_truth(own_store)
    ids = [entry["id"] for entry in changes.changed["new_accounts"]]
    assert len(set(ids)) == 3
    assert not set(ids) & set(before.accounts)
    with closing(open_database(own_store, read_only=True)) as connection:
        for account_id in ids:
            for query in (
                'SELECT 1 FROM "Account" WHERE id = ? AND created_at = updated_at',
                """SELECT 1 FROM "Contact" c JOIN "PhoneNumber" p ON p.contact_id = c.id WHERE c.contactable_type = 'Account' AND c.contactable_id = ?""",
                """SELECT 1 FROM "Address" WHERE addressable_type = 'Account' AND addressable_id = ? AND type = 'PHYSICAL'""",
                'SELECT 1 FROM "AccountBillingParameter" WHERE account_id = ?',
                'SELECT 1 FROM "AccountService" WHERE account_id = ?',
                'SELECT 1 FROM "CreditCard" WHERE account_id = ?',
                """SELECT 1 FROM _relation WHERE owner_type = 'Account' AND owner_id = ? AND field = 'geo_tax_zones'""",
            ):
                assert connection.execute(query, (account_id,)).fetchone(), query
        stamps = set()
        for name in moved(own_store):
            stamps |= {row[0] for row in connection.execute(f'SELECT DISTINCT updated_at FROM "{name}" WHERE updated_at > ?', ("2026-11-15T12:00:00+00:00",))}
        assert stamps == {LATER_STAMP}, "every new row is later than any bookmark"
        addresses = [row[0] for row in connection.execute('SELECT subnet FROM "IpAssignment" WHERE created_at = ?', (LATER_STAMP,))]
        for address in addresses:
            assert connection.execute('SELECT count(*) FROM "IpAssignment" WHERE subnet = ?', (address,)).fetchone() == (1,)
        assert keys.broken(connection) == {
            (dirt.type, dirt.row_id) for dirt in truth.dirt if dirt.code.startswith("orphan_") or dirt.code == "reply_without_ticket"
        }
    agrees(own_store)


def test_new_accounts_without_money_history(tmp_path: Path) -> None:
    from sandbox.data.generate import generate

    path = tmp_path / "none.sqlite"
    generate(path, accounts=60, history="none")
    change(path, Wishes(new_accounts=1), LATER)
    assert "Invoice" not in read_truth(path).rows


def test_disconnected_accounts(own_store: Path, keys: Any) -> None:
    changes = change(own_store, Wishes(disconnect_accounts=2), LATER)
    truth = read_truth(own_store)
    with closing(open_database(own_store, read_only=True)) as connection:
        for entry in changes.changed["disconnected_accounts"]:
            assert not truth.accounts[entry["id"]].active
            assert truth.accounts[entry["id"]].services == {}
            assert connection.execute('SELECT 1 FROM "RadiusAccount" WHERE account_id = ?', (entry["id"],)).fetchone() is None
            assert connection.execute('SELECT updated_at FROM "Account" WHERE id = ?', (entry["id"],)).fetchone() == (LATER_STAMP,)
        assert {key for key in keys.broken(connection) if key[0] not in ("Contact", "Address", "CustomFieldData", "Debit", "TicketReply")} == set()
    agrees(own_store)


def test_everything_at_once_keeps_the_books(own_store: Path) -> None:
    wishes = Wishes(
        touch_contacts=1, touch_accounts=1, change_prices=2, new_accounts=1, new_tickets=1, new_notes=1, late_payments=1,
        disconnect_accounts=1, delete_services=1, delete_addresses=1,
    )  # fmt: skip
    first = change(own_store, wishes, LATER)
    assert len(first.changed) >= 10
    second = change(own_store, wishes, datetime(2026, 11, 17, tzinfo=timezone.utc), seed=8)
    assert first.changed["touched_contacts"] != second.changed["touched_contacts"]
    agrees(own_store)


def test_a_change_cannot_lie_in_the_past(own_store: Path) -> None:
    with pytest.raises(ValueError, match="would lie in its past"):
        change(own_store, Wishes(touch_contacts=1), datetime(2026, 11, 15, 12, tzinfo=timezone.utc))
    change(own_store, Wishes(touch_contacts=1), LATER)
    with pytest.raises(ValueError, match="would lie in its past"):
        change(own_store, Wishes(touch_contacts=1), LATER)


def test_too_many_wishes_change_nothing(own_store: Path) -> None:
    before = snapshot(own_store)
    with pytest.raises(ValueError, match=r"only .* contacts can be touched, 5000 wanted"):
        change(own_store, Wishes(new_notes=1, touch_contacts=5000), LATER)
    assert snapshot(own_store) == before


def agrees(path: Path) -> None:
    """Balances and next charges of the accounts that are not dirty."""
    truth = read_truth(path)
    dirty = truth.dirty_account_ids
    accounts = [account for account in truth.accounts.values() if account.id not in dirty]
    assert [account.id for account in accounts if not account.balances_agree] == []
    assert [account.id for account in accounts if account.active and account.next_charge_cents != account.next_recurring_charge_amount] == []


def test_commands(tmp_path: Path) -> None:
    path = str(tmp_path / "command.sqlite")
    run = CliRunner().invoke
    made = run(command.generate, ["--database", path, "--accounts", "60", "--seed", "3"], catch_exceptions=False)
    assert made.exit_code == 0
    text = run(command.truth, ["--database", path], catch_exceptions=False)
    assert "owed_cents" in text.output
    assert "balance_mismatch" in text.output
    everything = json.loads(run(command.truth, ["--database", path, "--json"]).output)
    assert len(everything["accounts"]) == 60
    assert everything["totals"]["accounts"] == 60
    one = json.loads(run(command.truth, ["--database", path, "--account", "1"]).output)
    assert one["id"] == 1
    changed = run(
        command.change,
        ["--database", path, "--touch-contacts", "1", "--now", "2026-11-16T00:00:00Z"],
        catch_exceptions=False,
    )
    assert json.loads(changed.output)["now"] == "2026-11-16T00:00:00+00:00"
    refused = run(command.change, ["--database", path, "--touch-contacts", "1", "--now", "2020-01-01"])
    assert refused.exit_code == 1
    assert "would lie in its past" in refused.output
    assert run(command.change, ["--database", path, "--now", "tomorrow"]).exit_code == 2
    assert run(command.truth, ["--database", path, "--account", "4711"]).exit_code == 1


def test_the_default_moment_is_later_than_the_store(own_store: Path) -> None:
    changes = change(own_store, Wishes(touch_contacts=1))
    assert changes.now > "2026-11-15T12:00:00+00:00"
    assert moved(own_store) == {"Contact": 1}


def test_changes_leave_the_store_readable_for_others(own_store: Path) -> None:
    with closing(sqlite3.connect(own_store)) as reader:
        reader.execute('SELECT count(*) FROM "Account"').fetchone()
        change(own_store, Wishes(touch_contacts=1), LATER)
        assert reader.execute('SELECT count(*) FROM "Contact" WHERE updated_at = ?', (LATER_STAMP,)).fetchone() == (1,)
