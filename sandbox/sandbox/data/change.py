"""What happens on a live instance between two loads: rows change, come, and go.

In: a store and how much of each change. Out: the store at a later moment, and :class:`Changes`, which says which rows
moved.

As live (research/cutover.md §2, research/sonar-api.md "Change, deletion, history"): ``updated_at`` and ``_version``
move on the changed row only, children do not bump their parents, deletes are hard (a DELETED line in ``logs`` is the
only trace). New rows are stamped with the moment of the change, which is always later than everything in the store.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

from sandbox.data.arrivals import new_account
from sandbox.data.clock import stamp
from sandbox.data.context import Context
from sandbox.data.documents import add_note
from sandbox.data.removal import (
    delete_account_service,
    delete_ip_assignments,
    delete_loose_mac,
    delete_radius_account,
)
from sandbox.data.resume import resume
from sandbox.data.support import add_ticket
from sandbox.data.truth import truth_of
from sandbox.data.writer import version_of
from sandbox.sonar.store import open_database


@dataclass(frozen=True, slots=True)
class Wishes:
    """How many changes of each kind."""

    touch_contacts: int = 0
    """Primary contacts of active accounts get another e-mail address."""
    touch_accounts: int = 0
    """Accounts get another name."""
    change_prices: int = 0
    """Services get another price of their own."""
    new_accounts: int = 0
    """Complete new accounts with everything."""
    new_tickets: int = 0
    new_notes: int = 0
    late_payments: int = 0
    """Payments arrive for open invoices."""
    disconnect_accounts: int = 0
    """Accounts become Inactive; their services and addresses go."""
    delete_services: int = 0
    """Services are removed from accounts that have more than one."""
    delete_addresses: int = 0
    """IP addresses are taken back."""


@dataclass(slots=True)
class Changes:
    """What was changed. Each entry names the row and what is new about it."""

    now: str
    changed: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def note(self, kind: str, **facts: Any) -> None:
        """Remember one change."""
        self.changed.setdefault(kind, []).append(facts)

    def as_json(self) -> str:
        """The report of the command."""
        return json.dumps({"now": self.now, **self.changed}, indent=1, ensure_ascii=False)


def change(path: Path | str, wishes: Wishes, now: datetime | None = None, seed: int = 0) -> Changes:
    """Change a store.

    ``now`` must be later than the store's last moment; default: the clock, or an hour after that moment.

    Raises ValueError when ``now`` is too early or when there is not enough left to change.
    """
    connection = open_database(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            changes = _Change(connection, wishes, now, seed).run()
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return changes
    finally:
        connection.close()


def touch_contact_email(path: Path | str, account_id: int, email: str, now: datetime | None = None) -> int:
    """Give the primary contact of an account another e-mail address; nothing else changes. Gives the contact's id."""
    connection = open_database(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        moment = _moment(connection, now)
        found = connection.execute(
            """SELECT id FROM "Contact" WHERE contactable_type = 'Account' AND contactable_id = ?
               ORDER BY "primary" DESC, id""",
            (account_id,),
        ).fetchone()
        if found is None:
            connection.execute("ROLLBACK")
            raise ValueError(f"account {account_id} has no contact")
        update_row(connection, "Contact", found[0], stamp(moment), email_address=email)
        _remember(connection, moment)
        connection.execute("COMMIT")
        return int(found[0])
    finally:
        connection.close()


def update_row(connection: sqlite3.Connection, type_name: str, row_id: int, moment: str, **values: Any) -> None:
    """Change columns of one row as the instance does: ``updated_at`` and ``_version`` move with it."""
    values |= {"updated_at": moment, "_version": version_of(row_id, moment)}
    columns = ", ".join(f'"{name}" = ?' for name in values)
    done = connection.execute(f'UPDATE "{type_name}" SET {columns} WHERE id = ?', (*values.values(), row_id))
    if done.rowcount != 1:
        raise ValueError(f"there is no {type_name} {row_id}")


def _moment(connection: sqlite3.Connection, wished: datetime | None) -> datetime:
    """The moment of a change: later than the store's last one."""
    meta = dict(connection.execute('SELECT key, value FROM "_meta"'))
    last = datetime.fromisoformat(meta.get("changed_at", meta["generated_at"]))
    if wished is None:
        return max(datetime.now(timezone.utc).replace(microsecond=0), last + timedelta(hours=1))
    if wished <= last:
        raise ValueError(f"the store stands at {stamp(last)}; a change at {stamp(wished)} would lie in its past")
    return wished


def _remember(connection: sqlite3.Connection, moment: datetime) -> None:
    connection.execute("""INSERT OR REPLACE INTO "_meta" VALUES ('changed_at', ?)""", (stamp(moment),))


class _Change:
    """One run of changes."""

    def __init__(self, connection: sqlite3.Connection, wishes: Wishes, now: datetime | None, seed: int) -> None:
        self.connection = connection
        self.wishes = wishes
        self.moment = _moment(connection, now)
        self.stamp = stamp(self.moment)
        self.context: Context = resume(connection, self.moment, seed)
        self.random = Random(f"change/{seed}/{self.stamp}")
        self.changes = Changes(self.stamp)
        self._recharge: set[int] = set()
        """Accounts whose next charge is another one now."""

    def run(self) -> Changes:
        """All wishes, the deletions last."""
        wishes = self.wishes
        self._touch_contacts(wishes.touch_contacts)
        self._touch_accounts(wishes.touch_accounts)
        self._change_prices(wishes.change_prices)
        self._late_payments(wishes.late_payments)
        self._new_tickets(wishes.new_tickets)
        self._new_notes(wishes.new_notes)
        self._delete_services(wishes.delete_services)
        self._delete_addresses(wishes.delete_addresses)
        self._disconnect(wishes.disconnect_accounts)
        for _ in range(wishes.new_accounts):
            account = new_account(self.context, self.random)
            self.changes.note("new_accounts", id=account.id, name=account.name, services=len(account.services))
        self.context.writer.flush()
        self._set_next_charges()
        _remember(self.connection, self.moment)
        return self.changes

    def _choose(self, count: int, what: str, query: str) -> list[tuple[Any, ...]]:
        """``count`` random rows of a query."""
        if not count:
            return []
        rows = self.connection.execute(query).fetchall()
        if len(rows) < count:
            raise ValueError(f"only {len(rows)} {what}, {count} wanted")
        return [rows[index] for index in sorted(self.random.sample(range(len(rows)), count))]

    def _touch_contacts(self, count: int) -> None:
        query = f"""SELECT c.id, a.id, c.email_address FROM "Contact" c JOIN "Account" a ON a.id = c.contactable_id
            WHERE c.contactable_type = 'Account' AND c."primary" AND c.email_address IS NOT NULL
              AND {_ACTIVE_AND_CLEAN} ORDER BY c.id"""
        for contact_id, account_id, old in self._choose(count, "contacts can be touched", query):
            new = f"new.address{contact_id}.{self.random.randrange(10_000)}@example.com"
            update_row(self.connection, "Contact", contact_id, self.stamp, email_address=new)
            self.changes.note("touched_contacts", id=contact_id, account_id=account_id, email_address=new, was=old)

    def _touch_accounts(self, count: int) -> None:
        query = f'SELECT a.id, a.name FROM "Account" a WHERE {_ACTIVE_AND_CLEAN} ORDER BY a.id'
        for account_id, old in self._choose(count, "accounts can be touched", query):
            new = f"{old} (renamed)"
            update_row(self.connection, "Account", account_id, self.stamp, name=new)
            self.changes.note("touched_accounts", id=account_id, name=new, was=old)

    def _change_prices(self, count: int) -> None:
        query = f"""SELECT x.id, a.id, coalesce(x.price_override, s.amount) FROM "AccountService" x
            JOIN "Account" a ON a.id = x.account_id
            JOIN "Service" s ON s.id = x.service_id
            WHERE s.type = 'DATA' AND coalesce(x.price_override, s.amount) > 500
              AND {_ACTIVE_AND_CLEAN} ORDER BY x.id"""
        for row_id, account_id, old in self._choose(count, "prices can be changed", query):
            update_row(
                self.connection,
                "AccountService",
                row_id,
                self.stamp,
                price_override=old + 300,
                price_override_reason="Price change",
            )
            self._recharge.add(account_id)
            self.changes.note("changed_prices", id=row_id, account_id=account_id, price_override=old + 300, was=old)

    def _late_payments(self, count: int) -> None:
        query = f"""SELECT min(i.id), a.id, a.company_id FROM "Invoice" i JOIN "Account" a ON a.id = i.account_id
            WHERE NOT i.void AND NOT i.frozen AND i.remaining_due > 0 AND {_CLEAN} GROUP BY a.id ORDER BY a.id"""
        for invoice_id, account_id, company_id in self._choose(count, "open invoices", query):
            due = self.connection.execute(
                'SELECT remaining_due, parent_invoice_id FROM "Invoice" WHERE id = ?', (invoice_id,)
            ).fetchone()
            payment_id = self.context.writer["Payment"].add(
                account_id=account_id, amount=due[0], amount_remaining=0, company_id=company_id,
                payment_type="CHECK", successful=True, status="SUCCEEDED", payment_datetime=self.stamp,
                is_autopay=False, reference=str(self.random.randint(100, 9999)),
                user_id=self.context.user(self.random),
            )  # fmt: skip
            self.context.writer["Credit"].add(
                account_id=account_id,
                amount=due[0],
                creditable_type="Payment",
                creditable_id=payment_id,
                invoice_id=invoice_id,
                void=False,
            )
            update_row(self.connection, "Invoice", invoice_id, self.stamp, remaining_due=0, delinquent=0)
            if due[1] is not None:
                # The sum on the parent's invoice is computed; it moves without a bump. GUESS
                self.connection.execute(
                    'UPDATE "Invoice" SET child_invoice_remaining_due = child_invoice_remaining_due - ? WHERE id = ?',
                    (due[0], due[1]),
                )
            self.changes.note(
                "late_payments", id=payment_id, account_id=account_id, invoice_id=invoice_id, amount_cents=due[0]
            )

    def _new_tickets(self, count: int) -> None:
        query = f'SELECT a.id FROM "Account" a WHERE {_ACTIVE_AND_CLEAN} ORDER BY a.id'
        for (account_id,) in self._choose(count, "accounts for tickets", query):
            ticket_id = add_ticket(
                self.context,
                self.random,
                ("Account", account_id),
                "customer@example.com",
                self.moment - timedelta(days=1),
            )
            self.changes.note("new_tickets", id=ticket_id, account_id=account_id)

    def _new_notes(self, count: int) -> None:
        query = f'SELECT a.id FROM "Account" a WHERE {_ACTIVE_AND_CLEAN} ORDER BY a.id'
        for (account_id,) in self._choose(count, "accounts for notes", query):
            self.changes.note(
                "new_notes", id=add_note(self.context, self.random, "Account", account_id), account_id=account_id
            )

    def _delete_services(self, count: int) -> None:
        # Extras only: the internet service of a customer does not vanish unnoticed.
        query = f"""SELECT x.id, a.id, s.name FROM "AccountService" x
            JOIN "Account" a ON a.id = x.account_id JOIN "Service" s ON s.id = x.service_id
            WHERE s.type = 'RECURRING' AND s.application = 'DEBIT' AND x.package_id IS NULL AND {_ACTIVE_AND_CLEAN}
              AND (SELECT count(*) FROM "AccountService" y WHERE y.account_id = a.id) > 1 ORDER BY x.id"""
        for row_id, account_id, name in self._choose(count, "services can be deleted", query):
            self._delete_service(account_id, row_id, name)

    def _delete_service(self, account_id: int, row_id: int, name: str) -> None:
        delete_account_service(self.connection, row_id)
        self._recharge.add(account_id)
        self.context.writer["AccountEvent"].add(
            account_id=account_id, event="SERVICES_REMOVED", event_datetime=self.stamp, previous=name
        )
        self._log_deletion(account_id, "AccountService", row_id)
        self.changes.note("deleted_services", id=row_id, account_id=account_id, service=name)

    def _log_deletion(self, account_id: int, type_name: str, row_id: int) -> None:
        self.context.writer["Log"].add(
            loggable_type="Account", loggable_id=account_id, logged_entity_type=type_name, logged_entity_id=row_id,
            type="DELETED", level="INFO", current="{}",
            previous=json.dumps({"id": row_id, "account_id": account_id}), user_id=self.context.user(self.random),
        )  # fmt: skip

    def _delete_addresses(self, count: int) -> None:
        query = f"""SELECT p.id, a.id, p.subnet FROM "IpAssignment" p
            LEFT JOIN "RadiusAccount" r ON p.ipassignmentable_type = 'RadiusAccount' AND r.id = p.ipassignmentable_id
            JOIN "Account" a ON a.id = coalesce(r.account_id, p.ipassignmentable_id)
            WHERE p.ipassignmentable_type IN ('Account', 'RadiusAccount') AND {_ACTIVE_AND_CLEAN} ORDER BY p.id"""
        for row_id, account_id, address in self._choose(count, "addresses can be taken back", query):
            lines = self.connection.execute(
                'SELECT id FROM "IpAssignmentHistory" WHERE ip_assignment_id = ?', (row_id,)
            )
            for (line_id,) in lines.fetchall():
                update_row(
                    self.connection,
                    "IpAssignmentHistory",
                    line_id,
                    self.stamp,
                    ip_assignment_id=None,
                    removed_datetime=self.stamp,
                )
            self.connection.execute('DELETE FROM "IpAssignment" WHERE id = ?', (row_id,))
            self._log_deletion(account_id, "IpAssignment", row_id)
            self.changes.note("deleted_addresses", id=row_id, account_id=account_id, subnet=address)

    def _disconnect(self, count: int) -> None:
        inactive = self.context.named["status:Inactive"]
        query = f"""SELECT a.id, a.name FROM "Account" a WHERE {_ACTIVE_AND_CLEAN} AND a.parent_account_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM "Account" c WHERE c.parent_account_id = a.id) ORDER BY a.id"""
        for account_id, name in self._choose(count, "accounts can be disconnected", query):
            services = self.connection.execute(
                """SELECT x.id, s.name FROM "AccountService" x JOIN "Service" s ON s.id = x.service_id
                   WHERE x.account_id = ?""",
                (account_id,),
            ).fetchall()
            for row_id, service in services:
                self._delete_service(account_id, row_id, service)
            self._recharge.discard(account_id)
            self._take_off_the_network(account_id)
            update_row(
                self.connection,
                "Account",
                account_id,
                self.stamp,
                account_status_id=inactive,
                next_bill_date=None,
                next_recurring_charge_amount=None,
            )
            self.context.writer["AccountEvent"].add(
                account_id=account_id,
                event="STATUS_UPDATED",
                event_datetime=self.stamp,
                previous="Active",
                current="Inactive",
            )
            self.changes.note("disconnected_accounts", id=account_id, name=name)

    def _take_off_the_network(self, account_id: int) -> None:
        """Logins, loose MACs and addresses of an account go with its services."""
        delete_ip_assignments(self.connection, "Account", account_id)
        for query, delete in (
            ('SELECT id FROM "RadiusAccount" WHERE account_id = ?', delete_radius_account),
            ('SELECT id FROM "UninventoriedMacAddress" WHERE account_id = ?', delete_loose_mac),
        ):
            for (row_id,) in self.connection.execute(query, (account_id,)).fetchall():
                delete(self.connection, row_id)

    def _set_next_charges(self) -> None:
        """The next charge follows the services. GUESS: it is computed and does not move ``updated_at``."""
        if not self._recharge:
            return
        truth = truth_of(self.connection)
        for account_id in self._recharge:
            self.connection.execute(
                'UPDATE "Account" SET next_recurring_charge_amount = ? WHERE id = ?',
                (truth.accounts[account_id].next_charge_cents, account_id),
            )


_CLEAN = 'a.archived_at IS NULL AND a.id NOT IN (SELECT account_id FROM "_dirt" WHERE account_id IS NOT NULL)'
_ACTIVE_AND_CLEAN = f'{_CLEAN} AND a.account_status_id IN (SELECT id FROM "AccountStatus" WHERE activates_account)'
