"""What is right: computed from the rows of a store, not remembered by the generator.

In: a store. Out: :class:`Truth`: per account what it owes, its open invoices, credit left, monthly revenue, next
charge, services; the rows that are dirty and why; row counts. Money is integer cents. Rules: research/money.md §1,
§5; :mod:`sandbox.data.charges`.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from sandbox.data.charges import (
    RecurringLine,
    Tax,
    TaxProfile,
    TaxRule,
    applicable_rules,
    half_up,
    monthly_revenue,
    next_charge_cents,
    scaled,
)
from sandbox.data.dirt_codes import DIRT_CODES
from sandbox.sonar.contract import load_contract
from sandbox.sonar.store import open_database

RECURRING_TYPES = ("DATA", "VOICE", "RECURRING", "EXPIRING")
AGEING_DAYS = (0, 30, 60, 90)
"""Buckets by days past due: not due, 1-30, 31-60, 61-90, over 90."""


@dataclass(frozen=True, slots=True)
class Dirt:
    """A row that is wrong on purpose. ``account_id`` None: it belongs to no account."""

    account_id: int | None
    type: str
    row_id: int | None
    code: str
    note: str | None


@dataclass(slots=True)
class AccountTruth:
    """What holds for one account. Cents; positive ``owed`` = the customer owes."""

    id: int
    name: str
    active: bool
    """The status activates the account and it is not archived."""
    owed_cents: int = 0
    """Identity B: debits with tax − discounts with tax − payments less what went back. The last running balance."""
    open_items_cents: int = 0
    """Identity A: open invoices + uninvoiced − unused payments and discounts."""
    open_invoices: int = 0
    open_invoice_cents: int = 0
    ageing_cents: list[int] = field(default_factory=lambda: [0] * (len(AGEING_DAYS) + 1))
    """Open invoices by days past due on the day of the data set: not due, 1-30, 31-60, 61-90, over 90."""
    uninvoiced_cents: int = 0
    """Debits without invoice, tax included."""
    unused_payment_cents: int = 0
    unused_discount_cents: int = 0
    services: dict[str, int] = field(default_factory=dict)
    """Number of ``account_services`` rows by service type."""
    mrr_cents: int = 0
    """Monthly recurring revenue before tax, credits taken off, half up; 0 when the account is not active."""
    next_bill_date: str | None = None
    next_charge_cents: int = 0
    """Computed; 0 when the account is not active."""
    next_recurring_charge_amount: int | None = None
    """As the account row says."""

    @property
    def credit_left_cents(self) -> int:
        """Money of the customer that no invoice has used up."""
        return self.unused_payment_cents + self.unused_discount_cents

    @property
    def balances_agree(self) -> bool:
        """Identity A equals identity B (money.md §1)."""
        return self.owed_cents == self.open_items_cents


@dataclass(slots=True)
class Truth:
    """The whole truth about a store."""

    meta: dict[str, str]
    accounts: dict[int, AccountTruth]
    dirt: list[Dirt]
    rows: dict[str, int]
    """Row count per type; only types with rows."""

    @property
    def dirty_account_ids(self) -> set[int]:
        """Accounts with at least one fault; what is ordinary (a customer in credit) does not count."""
        return {
            dirt.account_id for dirt in self.dirt if dirt.account_id is not None and not DIRT_CODES[dirt.code].ordinary
        }

    def totals(self) -> dict[str, int]:
        """Sums over all accounts."""
        accounts = self.accounts.values()
        return {
            "accounts": len(self.accounts),
            "active_accounts": sum(account.active for account in accounts),
            "owed_cents": sum(account.owed_cents for account in accounts),
            "receivable_cents": sum(max(0, account.owed_cents) for account in accounts),
            "in_credit_cents": sum(min(0, account.owed_cents) for account in accounts),
            "open_invoices": sum(account.open_invoices for account in accounts),
            "open_invoice_cents": sum(account.open_invoice_cents for account in accounts),
            "uninvoiced_cents": sum(account.uninvoiced_cents for account in accounts),
            "credit_left_cents": sum(account.credit_left_cents for account in accounts),
            "mrr_cents": sum(account.mrr_cents for account in accounts),
            "next_charge_cents": sum(account.next_charge_cents for account in accounts),
            "services": sum(sum(account.services.values()) for account in accounts),
            "balances_that_disagree": sum(not account.balances_agree for account in accounts),
            "dirty_accounts": len(self.dirty_account_ids),
            "findings": len(self.dirt),
        }

    def as_json(self) -> dict[str, Any]:
        """Everything as JSON values. Accounts by id (as text)."""
        return {
            "meta": self.meta,
            "totals": self.totals(),
            "accounts": {
                str(account.id): {**asdict(account), "credit_left_cents": account.credit_left_cents}
                for account in self.accounts.values()
            },
            "dirt": [asdict(dirt) for dirt in self.dirt],
            "rows": self.rows,
        }


def read_truth(path: Path | str) -> Truth:
    """Compute the truth of a store file."""
    connection = open_database(path, read_only=True)
    try:
        return truth_of(connection)
    finally:
        connection.close()


def truth_of(connection: sqlite3.Connection) -> Truth:
    """Compute the truth of an open store."""
    meta = dict(connection.execute('SELECT key, value FROM "_meta"'))
    today = date.fromisoformat(meta.get("changed_at", meta["generated_at"])[:10])
    accounts = {
        row[0]: AccountTruth(row[0], row[1], bool(row[2]), next_bill_date=row[3], next_recurring_charge_amount=row[4])
        for row in connection.execute(
            """SELECT a.id, a.name, s.activates_account AND a.archived_at IS NULL, a.next_bill_date,
                 a.next_recurring_charge_amount
               FROM "Account" a JOIN "AccountStatus" s ON s.id = a.account_status_id ORDER BY a.id"""
        )
    }
    _add_balances(connection, accounts)
    _add_open_items(connection, accounts, today)
    _add_services(connection, accounts)
    dirt = [
        Dirt(*row)
        for row in connection.execute('SELECT account_id, type, row_id, code, note FROM "_dirt" ORDER BY rowid')
    ]
    counts = {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for name in load_contract().stored_types
    }
    return Truth(meta, accounts, dirt, {name: count for name, count in counts.items() if count})


_TAX = """SELECT taxtransactionable_id AS id, sum(amount) AS amount FROM "TaxTransaction"
    WHERE taxtransactionable_type = '{}' GROUP BY 1"""


def _add_balances(connection: sqlite3.Connection, accounts: dict[int, AccountTruth]) -> None:
    """Identity B."""
    for kind, sign in (("Debit", 1), ("Discount", -1)):
        query = f"""SELECT r.account_id, sum(r.amount + coalesce(t.amount, 0)) FROM "{kind}" r
            LEFT JOIN ({_TAX.format(kind)}) t ON t.id = r.id WHERE NOT r.reversed GROUP BY 1"""
        for account_id, cents in connection.execute(query):
            if account_id in accounts:
                accounts[account_id].owed_cents += sign * cents
    back = " UNION ALL ".join(
        f"""SELECT payment_id, amount FROM "{kind}" """
        + ("WHERE transaction_successful IS NOT 0" if kind == "RefundedPayment" else "")
        for kind in ("ReversedPayment", "RefundedPayment", "VoidedPayment")
    )
    query = f"""SELECT p.account_id, sum(p.amount - coalesce(b.amount, 0)) FROM "Payment" p
        LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM ({back}) GROUP BY 1) b ON b.payment_id = p.id
        WHERE p.successful GROUP BY 1"""
    for account_id, cents in connection.execute(query):
        if account_id in accounts:
            accounts[account_id].owed_cents -= cents


def _add_open_items(connection: sqlite3.Connection, accounts: dict[int, AccountTruth], today: date) -> None:
    """Identity A and its parts."""
    query = 'SELECT account_id, remaining_due, due_date FROM "Invoice" WHERE NOT void AND remaining_due <> 0'
    for account_id, cents, due in connection.execute(query):
        account = accounts[account_id]
        account.open_invoices += 1
        account.open_invoice_cents += cents
        days = (today - date.fromisoformat(due)).days
        account.ageing_cents[sum(days > limit for limit in AGEING_DAYS)] += cents
    query = f"""SELECT r.account_id, sum(r.amount + coalesce(t.amount, 0)) FROM "Debit" r
        LEFT JOIN ({_TAX.format("Debit")}) t ON t.id = r.id WHERE r.invoice_id IS NULL AND NOT r.reversed GROUP BY 1"""
    for account_id, cents in connection.execute(query):
        if account_id in accounts:
            accounts[account_id].uninvoiced_cents = cents
    for account_id, cents in connection.execute(
        'SELECT account_id, sum(amount_remaining) FROM "Payment" WHERE successful GROUP BY 1'
    ):
        if account_id in accounts:
            accounts[account_id].unused_payment_cents = cents
    for account_id, cents in connection.execute(
        'SELECT account_id, sum(amount_remaining) FROM "Discount" WHERE NOT reversed GROUP BY 1'
    ):
        if account_id in accounts:
            accounts[account_id].unused_discount_cents = cents
    for account in accounts.values():
        account.open_items_cents = account.open_invoice_cents + account.uninvoiced_cents - account.credit_left_cents


class _Rates:
    """The taxes of a store, ready for questions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._taxes = {
            row[0]: Tax(
                row[0],
                row[1],
                row[2] == "FLAT",
                row[3] == "GEOGRAPHICAL",
                round(row[4]) if row[2] == "FLAT" else scaled(row[4]),
            )
            for row in connection.execute('SELECT id, name, application, type, rate FROM "Tax"')
        }
        self._of_service = self._carried(
            connection, 'SELECT service_id, tax_id, exemption_amount FROM "ServiceTax" ORDER BY id'
        )
        self._of_add_on = self._carried(
            connection,
            """SELECT voice_service_generic_parameter_id, tax_id, exemption_amount
               FROM "VoiceServiceGenericParameterTax" ORDER BY id""",
        )
        zones: dict[int, dict[int, int]] = defaultdict(dict)
        query = """SELECT r.owner_id, z.tax_id, z.rate FROM "_relation" r JOIN "GeoTaxZone" z ON z.id = r.target_id
            WHERE r.owner_type = 'Account' AND r.field = 'geo_tax_zones'"""
        for account_id, tax_id, rate in connection.execute(query):
            zones[account_id][tax_id] = scaled(rate)
        overrides: dict[int, dict[int, int]] = defaultdict(dict)
        for account_id, tax_id, rate in connection.execute('SELECT account_id, tax_id, rate FROM "TaxOverride"'):
            overrides[account_id][tax_id] = scaled(rate)
        exempt = {
            row[0] for row in connection.execute('SELECT account_id FROM "AccountBillingParameter" WHERE tax_exempt')
        }
        self._profiles: dict[int, TaxProfile] = {}
        for account_id in {*zones, *overrides, *exempt}:
            self._profiles[account_id] = TaxProfile(
                account_id in exempt, zones.get(account_id, {}), overrides.get(account_id, {})
            )

    def _carried(self, connection: sqlite3.Connection, query: str) -> dict[int, list[tuple[Tax, int]]]:
        carried: dict[int, list[tuple[Tax, int]]] = defaultdict(list)
        for owner_id, tax_id, exemption in connection.execute(query):
            carried[owner_id].append((self._taxes[tax_id], exemption))
        return carried

    def service(self, account_id: int, service_id: int) -> tuple[TaxRule, ...]:
        """The rules for a service on an account."""
        return self._rules(account_id, self._of_service.get(service_id))

    def add_on(self, account_id: int, parameter_id: int) -> tuple[TaxRule, ...]:
        """The rules for a voice add-on on an account."""
        return self._rules(account_id, self._of_add_on.get(parameter_id))

    def _rules(self, account_id: int, carried: list[tuple[Tax, int]] | None) -> tuple[TaxRule, ...]:
        if not carried:
            return ()
        return applicable_rules(carried, self._profiles.get(account_id) or TaxProfile(False, {}, {}))


_SERVICES = """
SELECT x.id, x.account_id, x.service_id, s.type, s.application = 'CREDIT', coalesce(x.price_override, s.amount),
       x.quantity,
       coalesce(d.billing_frequency, v.billing_frequency, r.billing_frequency, e.billing_frequency, 1),
       e.times_to_run IS NOT NULL AND coalesce(x.number_of_times_billed, 0) >= e.times_to_run,
       x.next_bill_date IS NULL OR a.next_bill_date IS NULL OR x.next_bill_date <= a.next_bill_date
FROM "AccountService" x JOIN "Service" s ON s.id = x.service_id JOIN "Account" a ON a.id = x.account_id
LEFT JOIN "DataServiceDetail" d ON d.service_id = s.id LEFT JOIN "VoiceServiceDetail" v ON v.service_id = s.id
LEFT JOIN "RecurringServiceDetail" r ON r.service_id = s.id LEFT JOIN "ExpiringServiceDetail" e ON e.service_id = s.id
ORDER BY x.account_id, x.id
"""
_ADD_ONS = """
SELECT q.account_service_id, q.voice_service_generic_parameter_id, coalesce(q.price_override, p.price), q.quantity
FROM "AccountVoiceServiceDetail" q JOIN "VoiceServiceGenericParameter" p ON p.id = q.voice_service_generic_parameter_id
"""


def _add_services(connection: sqlite3.Connection, accounts: dict[int, AccountTruth]) -> None:
    """Services by type, monthly revenue and the next charge."""
    rates = _Rates(connection)
    add_ons: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for service_row, parameter, price, quantity in connection.execute(_ADD_ONS):
        add_ons[service_row].append((parameter, price, quantity))
    lines: dict[int, list[RecurringLine]] = defaultdict(list)
    for row_id, account_id, service_id, kind, credit, price, quantity, frequency, finished, due in connection.execute(
        _SERVICES
    ):
        account = accounts[account_id]
        account.services[kind] = account.services.get(kind, 0) + 1
        if not account.active or kind not in RECURRING_TYPES or finished or price is None:
            continue
        rules = rates.service(account_id, service_id)
        lines[account_id].append(RecurringLine(price * quantity, frequency, bool(credit), rules, bool(due)))
        for parameter, add_on_price, count in add_ons.get(row_id, ()):
            lines[account_id].append(
                RecurringLine(add_on_price * count, frequency, False, rates.add_on(account_id, parameter), bool(due))
            )
    months = dict(connection.execute('SELECT account_id, months_to_bill FROM "AccountBillingParameter"'))
    for account_id, account_lines in lines.items():
        account = accounts[account_id]
        revenue: Fraction = monthly_revenue(account_lines)
        account.mrr_cents = half_up(revenue)
        account.next_charge_cents = next_charge_cents(account_lines, months.get(account_id, 1))


def truth_text(truth: Truth) -> str:
    """The truth for people: totals, dirt by code, row counts."""
    parts = ["Totals"]
    for name, value in truth.totals().items():
        parts.append(f"  {name:<26}{value / 100:>16,.2f}" if name.endswith("_cents") else f"  {name:<26}{value:>16,}")
    by_code: dict[str, list[Dirt]] = defaultdict(list)
    for dirt in truth.dirt:
        by_code[dirt.code].append(dirt)
    parts.append("\nDirty rows by code (first example)")
    for code, found in sorted(by_code.items()):
        first = found[0]
        owner = f"account {first.account_id}, " if first.account_id is not None else ""
        parts.append(f"  {code:<40}{len(found):>6}   {owner}{first.type} {first.row_id}: {first.note}")
    parts.append("\nRows")
    parts += [f"  {name:<46}{count:>10,}" for name, count in truth.rows.items()]
    return "\n".join(parts)


def truth_json(truth: Truth) -> str:
    """The truth as JSON text."""
    return json.dumps(truth.as_json(), indent=1, ensure_ascii=False)
