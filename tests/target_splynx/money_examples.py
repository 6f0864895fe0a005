"""Worked examples of docs/explanation/money.md: an account in Sonar, and what the models make of it.

Each example is a function that puts rows into a provider. `table` renders what a run writes; the page holds exactly that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from money_bench import MONEY, effect
from random_ledgers import AccountBooks, Books

Example = Callable[[Any, AccountBooks], None]


def partly_paid(_: Any, account: AccountBooks) -> None:
    account.books.wait()
    account.bill(200)  # three lines
    account.books.wait()
    account.pay(60)
    account.books.wait()
    account.bill(99)


def unused_payment(_: Any, account: AccountBooks) -> None:
    account.pay(100)


def unused_discount(_: Any, account: AccountBooks) -> None:
    account.discount(40)


def not_invoiced(_: Any, account: AccountBooks) -> None:
    account.charge(100)
    account.books.wait()
    account.charge(101)


def tax_of_two(_: Any, account: AccountBooks) -> None:
    account.bill(2)  # 5.5 % and 3 %, each rounded by itself


def refunded(_: Any, account: AccountBooks) -> None:
    account.pay(100)
    account.books.wait()
    account.refund(2)


def bounced(_: Any, account: AccountBooks) -> None:
    account.bill(99)
    account.books.wait()
    account.pay(300)
    account.books.wait()
    account.bounce(0)


def declined(_: Any, account: AccountBooks) -> None:
    account.decline(50)


def void(_: Any, account: AccountBooks) -> None:
    account.bill(99)
    account.books.wait()
    account.void_invoice(1)


def differs(_: Any, account: AccountBooks) -> None:
    account.bill(99)
    account.books.rows["invoices"][-1]["remaining_due"] += 137


EXAMPLES: dict[str, tuple[Example, str]] = {
    "partly paid": (partly_paid, "open_items"),
    "unused payment": (unused_payment, "open_items"),
    "unused discount": (unused_discount, "open_items"),
    "not invoiced yet": (not_invoiced, "open_items"),
    "two taxes on one line": (tax_of_two, "open_items"),
    "refunded in part": (refunded, "open_items"),
    "bounced check": (bounced, "open_items"),
    "declined payment": (declined, "open_items"),
    "void invoice": (void, "open_items"),
    "figures differ": (differs, "open_items"),
    "one opening balance": (partly_paid, "opening_balance"),
    "full history": (partly_paid, "history"),
    "no money": (partly_paid, "none"),
}


def shown(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def table(bench: Any) -> str:
    """Every row of every money model, as a Markdown table."""
    lines = ["| Model | Source key | What | Owed |", "|---|---|---|---:|"]
    for model in MONEY:
        for row in bench.results[model]:
            if row.values.get("_skip"):
                lines.append(f"| {model} | {row.source_key} | left out: {row._skip} | |")
            elif row.values.get("_reject"):
                lines.append(f"| {model} | {row.source_key} | rejected: {row._reject.split('|')[1]} | |")
            else:
                lines.append(f"| {model} | {row.source_key} | {_what(model, row)} | {shown(effect(model, row))} |")
    owed = bench.fetch("SELECT history_cents, open_items_cents FROM shared.account_owed")[0]
    lines.append(
        f"| | | owed in Sonar: open items {shown(owed['open_items_cents'])}, full ledger {shown(owed['history_cents'])} | |"
    )
    return "\n".join(lines) + "\n"


def _what(model: str, row: Any) -> str:
    if model in {"money/invoices", "money/credit_notes"}:
        items = "; ".join(
            f"{item['description']} {item['price']:.2f}" + (f" + {item['tax']:.4f} %" if item["tax"] else "")
            for item in row.items
        )
        return f"{row.number}: {items}"
    if model == "money/payments":
        return f"{row.receipt_number} of {row.date}" + (", on its invoice" if row.invoice_id else "")
    return f"{row.description} ({row.type}{', future item' if row.to_invoice else ''}{f' + {row.tax_percent:.4f} %' if row.tax_percent else ''})"


def fresh(provider: Any, **wanted: Any) -> AccountBooks:
    """One account of a provider whose service carries a tax of 5.5 % that Splynx knows."""
    provider.service("Courtesy", "ONETIME", 500, application="CREDIT")
    provider.bench.add("taxes", id=1, name="State", application="PERCENTAGE", type="GLOBAL", rate=5.5)
    provider.bench.add("service_taxes", service_id=1, tax_id=1)
    provider.bench.set(**wanted)
    return AccountBooks(Books(), provider.account("Jane Roe"))
