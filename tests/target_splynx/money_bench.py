"""The money models over rows of a test: what they write, added up as Splynx adds it up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

MONEY = (
    "money/invoices", "money/charges", "money/discounts", "money/opening_balances", "money/taken_back", "money/credit_notes", "money/payments",
)  # fmt: skip
STREAMS = (
    "invoices", "debits", "tax_transactions", "discounts", "credits", "payments", "refunded_payments", "reversed_payments", "voided_payments",
)  # fmt: skip
CENT = Decimal("0.01")


def total(price: Any, quantity: Any = 1, percent: Any = 0) -> Decimal:
    """A line of Splynx with its tax, in cents, half up (research/money.md §4)."""
    return (Decimal(price) * int(quantity) * (1 + Decimal(percent or 0) / 100)).quantize(CENT, ROUND_HALF_UP)


def effect(model: str, row: Any) -> int:
    """What a written row adds to the debt, in cents: future items count, too."""
    if model in {"money/invoices", "money/credit_notes"}:
        amount = sum((total(item["price"], item["quantity"], item["tax"]) for item in row.items), Decimal(0))
        return int(100 * amount) * (1 if model == "money/invoices" else -1)
    if model == "money/payments":
        return -int(100 * row.amount)
    return int(100 * total(row.price, row.quantity, row.tax_percent)) * (1 if row.type == "debit" else -1)


@dataclass
class MoneyBench:
    """A bench with money rows, and what Splynx would hold after each load."""

    bench: Any
    held: dict[tuple[str, str], Any] = field(default_factory=dict)
    """(model, source key) → row, of everything that was written."""
    pilot: frozenset[str] = frozenset()

    def only(self, *accounts: int) -> None:
        """Load these accounts only, as the engine does with `pilot_accounts`; none: everybody."""
        self.pilot = frozenset(map(str, accounts))
        self.bench.connection.execute(f"SET VARIABLE pilot_accounts = CAST({sorted(self.pilot)} AS VARCHAR[])").fetchall()

    def fill(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """The streams of money hold these rows and no others."""
        for stream in STREAMS:
            self.bench.connection.execute(f"DELETE FROM sonar.{stream}").fetchall()
            self.bench.next_ids.setdefault(stream, 0)  # so that the bench empties it again
            found = rows.get(stream, [])
            if found:
                names = list(dict.fromkeys(name for row in found for name in row))
                marks = ", ".join("(" + ", ".join("?" * len(names)) + ")" for _ in found)
                values = [row.get(name) for row in found for name in names]
                listed = ", ".join(f'"{name}"' for name in names)
                self.bench.connection.execute(f"INSERT INTO sonar.{stream} ({listed}) VALUES {marks}", values).fetchall()

    def load(self) -> dict[tuple[str, str], Any]:
        """Run the models, and take over what they write, as the engine does: new rows and changed ones, never less.

        Gives what is new or changed."""
        for part in self.bench.parts_made:
            self.bench.connection.execute(f"DROP TABLE shared.{part}").fetchall()
        self.bench.parts_made.clear()
        self.bench.run(*MONEY)
        fresh = {
            (model, row.source_key): row
            for model in MONEY
            for row in self.bench.results[model]
            if row.fine and (not self.pilot or row.values["_account"] in self.pilot)
        }
        changed = {key: row for key, row in fresh.items() if key not in self.held or self.held[key].values != row.values}
        self.held |= fresh
        self.remember()
        return changed

    def remember(self) -> None:
        """What the ledger tells the next load."""
        self.bench.connection.execute("DELETE FROM engine.basis").fetchall()
        self.bench.connection.execute("DELETE FROM engine.written").fetchall()
        basis = self.bench.fetch("SELECT * EXCLUDE (skip) FROM shared.money_basis")[0]
        for name, value in ((name, value) for name, value in basis.items() if value is not None):
            self.bench.connection.execute("INSERT INTO engine.basis VALUES ('money', ?, ?)", [name, str(value)]).fetchall()
        for model, key in self.held:
            self.bench.connection.execute("INSERT INTO engine.written VALUES (?, ?)", [model, key]).fetchall()

    def balances(self) -> dict[int, int]:
        """Customer (account id) → cents that it owes in Splynx, future items included."""
        found: dict[int, int] = defaultdict(int)
        for (model, _), row in self.held.items():
            found[int(row.values["_account"])] += effect(model, row)
        return dict(found)

    def rejects(self) -> dict[tuple[str, str], str]:
        return {
            (model, row.source_key): row.values["_reject"]
            for model in MONEY
            for row in self.bench.results[model]
            if row.values.get("_reject") and not row.values.get("_skip")
        }
