"""What must be true of the books, told by the source's own rows and a Splynx sandbox that knows nothing of the models.

In: the store of the Sonar sandbox, the Splynx sandbox after a load, what `reconcile` and `rejects` say. Out: `Check`s:
a name, what was found, what must be, and the cases that differ. Money is whole cents; owed counts up.
"""

from __future__ import annotations

import sqlite3
import urllib.request
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from http.client import HTTPConnection
from json import dumps, loads
from pathlib import Path
from threading import local
from typing import Any
from urllib.parse import urlsplit

import migration

from dirt_reasons import ALWAYS, DAYS, MONEY, PENDING, RATED
from sandbox.data.truth import AGEING_DAYS, Truth, read_truth

BUCKETS = ("not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "over 90 days")


@dataclass(frozen=True)
class Check:
    """One line of the table. `wanted` empty: a figure for information, never wrong."""

    name: str
    found: str
    wanted: str = ""
    details: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether it is as it must be."""
        return not self.details and self.wanted in {"", self.found}

    @property
    def mark(self) -> str:
        """For the table."""
        return "✓" if self.good and self.wanted else "" if self.good else "✗"


@dataclass
class Ledgers:
    """Both sides. `payer_of`: account → the account that pays, of everybody who is a customer."""

    truth: Truth
    store: Path
    day: date
    customer_of: dict[int, int] = field(default_factory=dict)
    payer_of: dict[int, int] = field(default_factory=dict)
    deposits: dict[int, int] = field(default_factory=dict)
    future: dict[int, int] = field(default_factory=dict)
    ageing: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    due: int = 0

    @classmethod
    def read(cls, store: Path, url: str, day: str) -> Ledgers:
        """Ask both."""
        found = cls(read_truth(store), store, date.fromisoformat(day))
        rows = dump(url, "customers/customer")
        markers = {int(row["id"]): row["additional_attributes"].get("sonar_id") for row in rows}
        account = {number: int(marker) for number, marker in markers.items() if marker}
        for row in rows:
            if (mine := account.get(int(row["id"]))) is not None:
                found.customer_of[mine] = int(row["id"])
                found.payer_of[mine] = account[int(row["parent_id"])] if row["parent_id"] else mine
        for row in dump(url, "customers/customer-billing"):
            if (mine := account.get(int(row["customer_id"]))) is not None:
                found.deposits[mine] = cents(row["deposit"])
        future: Counter[int] = Counter()
        for row in dump(url, "finance/transactions"):
            if row["to_invoice"] == "1":
                future[account[int(row["customer_id"])]] += cents(row["total"]) * (1 if row["type"] == "debit" else -1)
        found.future = dict(future)
        for row in dump(url, "finance/invoices"):
            if row["status"] == "not_paid" and cents(row["due"]):
                found.ageing[bucket(row["date_till"], found.day)] += cents(row["due"])
                found.due += 1
        return found

    @cached_property
    def held(self) -> set[int]:
        """Accounts whose two ledgers disagree, or with a payment that has not settled: none of their money is there."""
        pending = {row[0] for row in self.rows("""SELECT account_id FROM "Payment" WHERE status = 'PENDING'""")}
        return pending | {account.id for account in self.truth.accounts.values() if not account.balances_agree}

    def owed(self) -> dict[int, int]:
        """Payer → what its family owes in Sonar, without accounts that are held back."""
        found: Counter[int] = Counter(dict.fromkeys(self.payer_of.values(), 0))
        for account, payer in self.payer_of.items():
            if account not in self.held:
                found[payer] += self.truth.accounts[account].owed_cents
        return dict(found)

    def open_after_settling(self) -> tuple[list[int], int]:
        """Ageing and number of open invoices once Splynx has used up unused payments, oldest invoice first."""
        unused: Counter[int] = Counter()
        for account, payer in self.payer_of.items():
            if account not in self.held:
                unused[payer] += self.truth.accounts[account].unused_payment_cents
        ageing, number = [0] * len(BUCKETS), 0
        query = """SELECT account_id, remaining_due, max(due_date, date) FROM "Invoice"
            WHERE NOT void AND remaining_due > 0 ORDER BY date, id"""
        for account, left, due in self.rows(query):
            if account in self.held or account not in self.payer_of:
                continue
            used = min(left, unused[self.payer_of[account]])
            unused[self.payer_of[account]] -= used
            ageing[bucket(due, self.day)] += left - used
            number += left > used
        return ageing, number

    def rows(self, query: str) -> list[Any]:
        """Of the source's store."""
        with sqlite3.connect(f"file:{self.store}?mode=ro&immutable=1", uri=True) as connection:
            return connection.execute(query).fetchall()


def cents(value: Any) -> int:
    """A number of Splynx."""
    return int(Decimal(str(value)) * 100)


def bucket(due: str, day: date) -> int:
    """Index into `BUCKETS`."""
    late = (day - date.fromisoformat(due)).days
    return sum(late > limit for limit in AGEING_DAYS)


def shown(amount: int) -> str:
    """Cents for people."""
    return f"{Decimal(amount) / 100:,.2f}"


def dump(url: str, resource: str) -> list[dict[str, Any]]:
    """All rows of a resource of the sandbox."""
    with urllib.request.urlopen(f"{url}/_sandbox/dump?volatile=0&resource={resource}") as answer:
        return list(loads(answer.read()).get(resource, []))


def sums(books: Ledgers, proof: Mapping[str, Any]) -> list[Check]:
    """Balances, ageing, and what `reconcile` says of them."""
    owed, wanted = books.owed(), 0
    wrong = []
    for account, amount in owed.items():
        splynx = -books.deposits[account] + books.future.get(account, 0)
        wanted += amount
        if splynx != amount:
            wrong.append(f"account {account} owes {shown(amount)}, in Splynx {shown(splynx)}")
    found = sum(books.future.values()) - sum(books.deposits.values())
    ageing, number = books.open_after_settling()
    unexplained = [
        f"{each['check']} of account {each['account']}: {each['source']}, in Splynx {each['splynx']} {each['detail']}"
        for each in proof["differences"]
        if not each["explained"]
    ]
    causes = Counter(cause["code"] for each in proof["differences"] for cause in each["explanations"])
    return [
        Check("customers", f"{len(books.customer_of):,}"),
        Check("owed: −Σ deposit + Σ future items", shown(found), shown(wanted)),
        Check("customers whose balance differs", str(len(wrong)), "0", tuple(wrong)),
        *(
            Check(f"open invoices, {name}", shown(books.ageing[place]), shown(ageing[place]))
            for place, name in enumerate(BUCKETS)
        ),
        Check("open invoices, number", f"{books.due:,}", f"{number:,}"),
        Check("previews of next charges", f"{proof['previews']:,}", f"{proof['previews_wanted']:,}"),
        Check("unexplained differences", str(proof["unexplained"]), "0", tuple(unexplained)),
        Check("explained differences", f"{len(proof['differences']) - proof['unexplained']:,}"),
        Check("explanations", ", ".join(f"{code} {n:,}" for code, n in causes.most_common())),
    ]


# -- held back ---------------------------------------------------------------------------------------------------------


def held_back(books: Ledgers, rejects: Iterable[Mapping[str, Any]]) -> list[Check]:
    """Each dirty account under a code that its dirt explains, and nobody else."""
    dirt, grave = _dirt(books), _grave(books)
    orphans = any(each.account_id is None and each.code.startswith("orphan") for each in books.truth.dirt)
    codes: dict[int, set[str]] = defaultdict(set)
    clean = []
    for account, code, row in _by_account(rejects):
        codes[account].add(code)
        fine = _told(dirt[account], {code})
        if account not in books.truth.accounts:
            fine = orphans and code == "account_missing"
        if not fine:
            clean.append(f"{row}: {code}, and its dirt is {', '.join(sorted(dirt[account])) or 'none'}")
    counted = Counter(kind for kinds in grave.values() for kind in kinds)
    # Another fault of the same account may be told first.
    passed = [(a, kinds) for a, kinds in grave.items() if kinds and not _told(dirt[a], codes[a])]
    missed = [f"account {account}: {', '.join(sorted(kinds))}" for account, kinds in sorted(passed)]
    return [
        Check("accounts with dirt that money hangs on", f"{sum(bool(kinds) for kinds in grave.values()):,}"),
        Check("kinds of it", ", ".join(f"{kind} {number}" for kind, number in sorted(counted.items()))),
        Check("dirty accounts that passed", str(len(missed)), "0", tuple(missed)),
        Check("clean accounts held back, or for another reason", str(len(clean)), "0", tuple(clean)),
    ]


def _dirt(books: Ledgers) -> dict[int, set[str]]:
    """Account → kinds of dirt, those of its services among them."""
    found: dict[int, set[str]] = defaultdict(set)
    for each in books.truth.dirt:
        if each.account_id is not None:
            found[each.account_id].add(each.code)
    for (account,) in books.rows(_RATED):
        found[account].add("tax_avalara")
    return found


def _grave(books: Ledgers) -> dict[int, set[str]]:
    """Account → dirt for which something of it must be held back: of customers with something to hold."""
    by_day = {row[0] for row in books.rows('SELECT account_id FROM "AccountService" WHERE next_bill_date IS NULL')}
    found = {}
    for account, kinds in _dirt(books).items():
        truth = books.truth.accounts.get(account)
        if truth is None or account not in books.customer_of:
            continue
        found[account] = kinds & ALWAYS
        if truth.active:
            found[account] |= kinds & (RATED | DAYS if account in by_day else RATED)
        if truth.open_items_cents:
            found[account] |= kinds & PENDING
    return found


_RATED = """SELECT DISTINCT line.account_id FROM "AccountService" AS line
    JOIN "ServiceTaxDefinition" AS rated ON rated.service_id = line.service_id
    WHERE rated.taxdefinitionable_type = 'AvalaraTaxDefinition'"""
"""Accounts with a service whose taxes somebody else computes."""


def _told(kinds: set[str], codes: set[str]) -> bool:
    return any(MONEY.get(code, set()) & kinds for code in codes)


def _by_account(rejects: Iterable[Mapping[str, Any]]) -> Iterable[tuple[int, str, str]]:
    """(account, code, record) of each reject of customers, services and money; of one that waits, the first cause."""
    rows = {row["id"]: row for row in rejects}
    for row in rows.values():
        first = row
        while first["blocked_by"] in rows:
            first = rows[first["blocked_by"]]
        words = str(row["record"]).split()
        if row["section"] in {"customers", "services", "money"} and words[:1] == ["Account"]:
            yield int(words[1].rstrip(":")), str(first["reason"]), str(row["record"])


# -- the first bills ---------------------------------------------------------------------------------------------------


class Api:
    """Splynx's API with one open connection per thread."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        key = b64encode(f"{migration.KEY}:{migration.SECRET}".encode()).decode()
        self._headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
        self._own = local()

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send, read, demand success."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = HTTPConnection(self._host, timeout=60)
        connection.request("POST", f"/api/2.0/{path}", dumps(body), self._headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status not in {200, 201}:
            raise SystemExit(f"{path}: {answer.status} {text[:500]!r}")
        return loads(text)


def first_cycle(books: Ledgers, url: str, proof: Mapping[str, Any], workers: int) -> list[Check]:
    """Let Splynx's billing engine charge everybody who is live, and compare with what Sonar would have charged."""
    told = {
        int(each["account"]): each
        for each in proof["differences"]
        if each["check"] == "forecast" and {cause["code"] for cause in each["explanations"]} != {"future_items"}
    }
    enabled = {int(row["customer_id"]) for row in dump(url, "customers/customer-billing") if str(row["enabled"]) == "1"}
    family: dict[int, list[int]] = defaultdict(list)
    for account, payer in books.payer_of.items():
        family[payer].append(account)
    payers = sorted(account for account in family if books.customer_of[account] in enabled)
    api = Api(url)
    of_services: dict[int, list[str]] = defaultdict(list)
    for account, day in books.rows(
        'SELECT account_id, next_bill_date FROM "AccountService" WHERE next_bill_date IS NOT NULL'
    ):
        of_services[account].append(day)

    def charge(account: int) -> Any:
        # Without a date of its own, the first one of its family's accounts and services.
        days = [books.truth.accounts[each].next_bill_date for each in family[account]]
        days += [day for each in family[account] for day in of_services[each]]
        coming = [day for day in days if day is not None and day >= str(books.day)]
        day = books.truth.accounts[account].next_bill_date or min(coming, default=str(books.day))
        path = f"admin/finance/to-bill/{books.customer_of[account]}--generate"
        return api.post(path, {"toBillDate": day, "transactionDate": day})

    with ThreadPoolExecutor(workers) as pool:
        answers = dict(zip(payers, pool.map(charge, payers), strict=True))
    billed = _last_billed(books)
    account_of = {customer: account for account, customer in books.customer_of.items()}
    wrong, again, taxed_cents, found, wanted = [], [], 0, 0, 0
    for account, answer in answers.items():
        lines = [line for line in answer["transactions"] if line["transaction_id"] is None]
        amount = sum(cents(line["total"]) for line in lines)
        sonar = sum(books.truth.accounts[each].next_charge_cents for each in family[account])
        if account in told:
            total, previewed = cents(answer["totalSum"]), told[account]["splynx"]
            if total != previewed:
                wrong.append(f"account {account}: {shown(total)}, previewed {shown(previewed)}")
        else:
            found, wanted = found + amount, wanted + sonar
            taxed_cents += abs(amount - sonar)
            if abs(amount - sonar) > sum(1 for line in lines if cents(line["tax"])):
                wrong.append(f"account {account}: {shown(amount)}, Sonar would have charged {shown(sonar)}")
        for line in lines:
            owner = account_of[int(line["sub_account_id"] or books.customer_of[account])]
            begun = billed.between.get(owner, set())
            if line["period_from"] <= billed.until.get(owner, "") and line["period_from"] not in begun:
                what = f"{line['description']} from {line['period_from']}"
                again.append(f"account {owner}: {what}, billed until {billed.until[owner]}")
    return [
        Check("customers charged for the first time", f"{len(answers):,}"),
        Check("of them with an explained difference", f"{sum(account in told for account in answers):,}"),
        Check("charged to the others", shown(found)),
        Check("Sonar would have charged them", shown(wanted)),
        Check("cents of rounding between the two, sum over customers", f"{taxed_cents:,}"),
        Check("customers charged otherwise than Sonar would have", str(len(wrong)), "0", tuple(wrong)),
        Check("charges for a day that Sonar had billed", str(len(again)), "0", tuple(again)),
    ]


@dataclass(frozen=True)
class _Billed:
    """`until`: account → last day that Sonar has invoiced; `between`: first days of services that were added since and
    that no bill has held yet."""

    until: dict[int, str]
    between: dict[int, set[str]]


def _last_billed(books: Ledgers) -> _Billed:
    # An invoice of late fees alone is for no period.
    until = books.rows("""SELECT account_id, max(end_date) FROM "Invoice" AS i WHERE NOT void AND EXISTS (
        SELECT 1 FROM "Debit" AS d WHERE d.invoice_id = i.id AND d.type IN ('DATA', 'VOICE', 'RECURRING', 'EXPIRING')
        ) GROUP BY 1""")
    between: dict[int, set[str]] = defaultdict(set)
    added = """SELECT account_id, addition_prorate_date FROM "AccountService"
        WHERE addition_prorate_date IS NOT NULL AND coalesce(number_of_times_billed, 0) = 0"""
    for account, day in books.rows(added):
        between[account].add(day[:10])
    return _Billed({account: day for account, day in until if day}, between)
