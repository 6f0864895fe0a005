"""Who pays: an account with everybody that it pays for, as the source has them and as Splynx does.

In: `Expected` and what Splynx holds. Out: one `Payer` each; the comparisons look at payers only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from target_splynx.reconcile.expected import Account, Expected, Item, Line, Reason
from target_splynx.reconcile.held import Customer, OpenInvoice, Service
from target_splynx.reconcile.result import Difference, Explanation

_SHOWN = 3


@dataclass
class Payer:
    """Who pays, with everybody that is paid for: accounts, their lines and open items, and their customers."""

    account: Account
    members: list[Account] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)

    @property
    def reason(self) -> Reason | None:
        """Why nobody of them is a customer."""
        return None if self.customers else self.account.reason

    def member(self, account: str) -> Account:
        """One of them; the payer itself for an account that is not among them."""
        return next((each for each in self.members if each.key == account), self.account)

    def why(self, account: str, own: Reason | None) -> Reason | None:
        """Why something of an account was not written: its own reason, else the account's."""
        return own if own is not None else self.member(account).reason

    @property
    def services(self) -> list[Service]:
        """Services of all customers."""
        return [service for customer in self.customers for service in customer.services]

    @property
    def invoices(self) -> list[OpenInvoice]:
        """Open invoices of all customers."""
        return [invoice for customer in self.customers for invoice in customer.invoices]

    def difference(
        self,
        check: str,
        source: int,
        splynx: int,
        explanations: Iterable[Explanation] = (),
        *,
        tolerance: int = 0,
        detail: str = "",
    ) -> Difference:
        """A finding about this payer."""
        mine = self.account
        told = tuple(explanations)
        return Difference(
            check, mine.key, mine.label, mine.customer_id, source, splynx, told, tolerance=tolerance, detail=detail
        )


def payers(expected: Expected, held: dict[int, Customer]) -> list[Payer]:
    """Everybody who pays, by account."""
    found: dict[str, Payer] = {}
    for account in expected.accounts.values():
        if account.payer == account.key:
            found[account.key] = Payer(account)
    for account in expected.accounts.values():
        payer = found.setdefault(account.payer, Payer(account))
        payer.members.append(account)
        payer.items += expected.items.get(account.key, [])
        payer.lines += expected.lines.get(account.key, [])
        if account.customer_id is not None and (customer := held.get(account.customer_id)) is not None:
            payer.customers.append(customer)
    return list(found.values())


def listed(names: Iterable[str]) -> str:
    """A few names, and how many more there are."""
    found = list(names)
    return ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
