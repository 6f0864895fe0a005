"""Worked examples of docs/explanation/money.md: accounts in Sonar, and what a load over HTTP leaves of them in Splynx.

An example puts rows on an account of its own; all of them are one provider, which is loaded once per strategy. `table`
reads Splynx; the page holds exactly that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from random_ledgers import AccountBooks, Books
from splynx_runs import Migration

Example = Callable[[AccountBooks], None]
STRATEGIES = ("open_items", "opening_balance", "history", "none")
HISTORY_FROM = "2026-10-01"


def partly_paid(account: AccountBooks) -> None:
    account.bill(200)  # three lines
    account.books.wait()
    account.pay(60)
    account.books.wait()
    account.bill(99)


def unused_payment(account: AccountBooks) -> None:
    account.pay(100)


def unused_discount(account: AccountBooks) -> None:
    account.discount(40)


def not_invoiced(account: AccountBooks) -> None:
    account.charge(100)
    account.books.wait()
    account.charge(101)


def tax_of_two(account: AccountBooks) -> None:
    account.bill(2)  # 5.5 % and 3 %, each rounded by itself


def refunded(account: AccountBooks) -> None:
    account.pay(100)
    account.books.wait()
    account.refund(2)


def bounced(account: AccountBooks) -> None:
    account.bill(99)
    account.books.wait()
    account.pay(300)
    account.books.wait()
    account.bounce(0)


def declined(account: AccountBooks) -> None:
    account.decline(50)


def void(account: AccountBooks) -> None:
    account.bill(99)
    account.books.wait()
    account.void_invoice(1)


def differs(account: AccountBooks) -> None:
    account.bill(99)
    account.books.rows["invoices"][-1]["remaining_due"] += 137


def unapplied(account: AccountBooks) -> None:
    """A payment that was taken off its invoice and put on no other."""
    account.bill(99)
    account.books.wait()
    account.pay(20)
    credit, payment = account.books.rows["credits"][-1], account.books.rows["payments"][-1]
    credit.update(void=True, voided_at=account.books.now)
    payment["amount_remaining"] += credit["amount"]
    account.books.rows["invoices"][-1].update(remaining_due=account.owed + payment["amount"], frozen=True)


def pending(account: AccountBooks) -> None:
    account.bill(99)
    account.books.wait()
    account.pay(30)
    account.books.rows["payments"][-1]["status"] = "PENDING"


def refund_in_progress(account: AccountBooks) -> None:
    account.pay(100)
    account.books.wait()
    account.refund(3)


def nobodys(account: AccountBooks) -> None:
    """A charge whose account is gone, beside an account that is fine."""
    account.bill(4)
    AccountBooks(account.books, 9_000_001).charge(40)


EXAMPLES: dict[str, Example] = {
    "partly paid": partly_paid,
    "unused payment": unused_payment,
    "unused discount": unused_discount,
    "not invoiced yet": not_invoiced,
    "two taxes on one line": tax_of_two,
    "refunded in part": refunded,
    "refund in progress": refund_in_progress,
    "bounced check": bounced,
    "declined payment": declined,
    "pending payment": pending,
    "payment taken off a frozen invoice": unapplied,
    "void invoice": void,
    "figures differ": differs,
    "charge of nobody": nobodys,
}
SHOWN = (
    *((name, "open_items") for name in EXAMPLES),
    ("partly paid", "opening_balance"), ("not invoiced yet", "opening_balance"),
    ("partly paid", "history"), ("bounced check", "history"), ("unused discount", "history"),
    ("partly paid", "none"),
)  # fmt: skip
"""(example, strategy): the tables of the page, marked `name, strategy`."""


def set_up(provider: Any) -> None:
    """Service 1 carries a tax of 5.5 % that Splynx knows."""
    provider.service("Courtesy", "ONETIME", 500, application="CREDIT")
    provider.bench.add("taxes", id=1, name="State", application="PERCENTAGE", type="GLOBAL", rate=5.5)
    provider.bench.add("service_taxes", service_id=1, tax_id=1, exemption_amount=0)


def provide(provider: Any, books: Books) -> dict[str, AccountBooks]:
    """An account for each example."""
    found = {}
    for name, example in EXAMPLES.items():
        found[name] = AccountBooks(books, provider.account(name.capitalize()))
        example(found[name])
    return found


def fresh(provider: Any, **wanted: Any) -> AccountBooks:
    """One account of a provider whose service carries a tax of 5.5 % that Splynx knows."""
    set_up(provider)
    provider.bench.set(**wanted)
    return AccountBooks(Books(), provider.account("Jane Roe"))


# -- what is in Splynx -------------------------------------------------------------------------------------------------


def table(migration: Migration, account: AccountBooks, *, of_nobody: bool = False) -> str:
    """Documents and transactions of a customer in Splynx, what was rejected, and the two balances, as Markdown."""
    splynx = migration.splynx
    customer = splynx.customers()[str(account.account)]["id"]

    def own(resource: str) -> list[dict[str, Any]]:
        return [row for row in splynx.rows(f"finance/{resource}") if row["customer_id"] == customer]

    lines = ["| In Splynx | Amount | Left open |", "|---|---:|---:|"]
    of_documents = {row["transaction_id"] for row in own("payments")}
    for row in own("invoices"):
        items = "; ".join(_item(item) for item in row["items"])
        lines.append(f"| invoice {row['number']}, due {row['date_till']}: {items} | {_money(row['total'])} | {_money(row['due'])} |")
    for row in own("credit-notes"):
        items = "; ".join(_item(item) for item in row["items"])
        lines.append(f"| credit note {row['number']}: {items} | {_money(row['total'])} | |")
    future = 0
    for row in own("transactions"):
        if row["invoice_id"] or row["credit_note_id"] or row["id"] in of_documents:
            continue
        taxed = f" with {_number(row['tax_percent'])} % tax" if float(row["tax_percent"]) else ""
        waiting = row["to_invoice"] == "1"
        future += _cents(row["total"]) if waiting else 0
        what = "future item" if waiting else f"{row['type']} transaction"
        lines.append(f"| {what}: {row['description']}{taxed} | {_money(row['total'])} | |")
    lines += [
        f"| payment {row['receipt_number']} of {row['date']} | {_money(row['amount'])} | {_money(row['remind_amount'])} unused |" for row in own("payments")
    ]
    billing = next(row for row in splynx.rows("customers/customer-billing") if row["customer_id"] == customer)
    deposit = _cents(billing["deposit"])
    items_told = f" and {shown(future)} of future items" if future else ""
    labels = (f"Account {account.account} ", *(("Account 9000001",) if of_nobody else ()))
    lines += [
        f"| rejected, `{reject.reason}`: {reject.message} | | |"
        for reject in migration.rejects()
        if reject.model.startswith("money/") and reject.label.startswith(labels)
    ]
    lines.append(f"| **owed**, by a balance of {shown(deposit)}{items_told} | {shown(future - deposit)} | |")
    lines.append(f"| owed in Sonar | {shown(account.owed)} | |")
    return "\n".join(lines) + "\n"


def _item(item: dict[str, Any]) -> str:
    taxed = f" + {_number(item['tax'])} %" if float(item["tax"] or 0) else ""
    return f"{item['description']} {_money(item['price'])}{taxed}"


def _cents(value: Any) -> int:
    return round(float(value) * 100)


def _money(value: Any) -> str:
    return shown(_cents(value))


def _number(value: Any) -> str:
    return f"{float(value):g}"


def shown(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
