"""What is owed, side by side: the balance, and the open invoices with their number, sum, rests and due dates.

In: a payer. Out: differences. An explanation counts only when its figures account for the difference: rows that were
held back, to the cent; money that Splynx put on other invoices than the source, at most as much as there is of it, and
only where the balance comes out even.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from target_splynx.reconcile.expected import Item, Reason
from target_splynx.reconcile.held import OpenInvoice
from target_splynx.reconcile.payer import Payer, listed
from target_splynx.reconcile.result import Difference, Explanation

_INVOICES = frozenset({"invoice", "closed"})


def compare(payer: Payer) -> Iterator[Difference]:
    """The balance and the open invoices."""
    yield from _balance(payer)
    yield from _invoices(payer)


def owed(payer: Payer) -> tuple[int, int]:
    """(what the source says is owed, what Splynx says), future items included."""
    return sum(item.cents for item in payer.items), sum(c.owed_cents + c.future_cents for c in payer.customers)


def _balance(payer: Payer) -> Iterator[Difference]:
    source, splynx = owed(payer)
    told = sum(-c.deposit_cents - c.owed_cents for c in payer.customers if c.deposit_cents is not None)
    detail = "Splynx's deposit differs from the sum of its own transactions" if told else ""
    if source != splynx + told or detail:
        held = (item for item in payer.items if item.splynx_id is None)
        yield payer.difference("balance", source, splynx + told, _held_back(payer, held), detail=detail)


def _why(payer: Payer, item: Item) -> Reason | None:
    """Why an open item was not written: its own reason, else that of its account, or of its account's money."""
    member = payer.member(item.account)
    return item.reason or member.reason or member.owed_reason


def _held_back(payer: Payer, items: Iterable[Item], *, counted: bool = False) -> list[Explanation]:
    """One explanation per reason, over the rows that were not written for it."""
    found: dict[Reason, list[Item]] = defaultdict(list)
    for item in items:
        if (reason := _why(payer, item)) is not None:
            found[reason].append(item)
    return [
        Explanation(
            reason.code,
            f"{listed(f'{item.kind} {item.key}' for item in rows)}: {reason.message}",
            -(len(rows) if counted else sum(item.cents for item in rows)),
        )
        for reason, rows in found.items()
    ]


def _invoices(payer: Payer) -> Iterator[Difference]:
    wanted = [item for item in payer.items if item.kind == "invoice"]
    held = [item for item in wanted if item.splynx_id is None]
    ours = {item.splynx_id: item for item in payer.items if item.kind in _INVOICES and item.splynx_id is not None}
    shown = {invoice.id: invoice for invoice in payer.invoices}
    sums = sum(item.cents for item in wanted), sum(invoice.due_cents for invoice in shown.values())
    moved = _moved(payer, sums[1] - (sums[0] - sum(item.cents for item in held)))
    told = [moved] if moved is not None else []
    others = _other_rests(ours, shown)
    if sums[0] != sums[1]:
        yield payer.difference("invoices", *sums, [*_held_back(payer, held), *told])
    elif others and not held:
        yield payer.difference("invoices", *sums, told, detail=listed(others))
    yield from _numbers(payer, wanted, ours, shown, moved)
    late = [
        (item, shown[number])
        for number, item in ours.items()
        if number in shown and item.due is not None and item.due != shown[number].due
    ]
    if late:
        dates = listed(f"{item.key}: {item.due}, in Splynx {invoice.due}" for item, invoice in late)
        yield payer.difference("due_dates", len(ours), len(ours) - len(late), detail=dates)


def _numbers(
    payer: Payer,
    wanted: list[Item],
    ours: Mapping[int, Item],
    shown: Mapping[int, OpenInvoice],
    moved: Explanation | None,
) -> Iterator[Difference]:
    """How many invoices are open, and whose they are."""
    strange = [invoice.number for number, invoice in shown.items() if number not in ours]
    if len(wanted) == len(shown) and not strange:
        return
    told = _held_back(payer, (item for item in wanted if item.splynx_id is None), counted=True)
    paid = [item.key for number, item in ours.items() if item.kind == "invoice" and number not in shown]
    left = [item.key for number, item in ours.items() if item.kind == "closed" and number in shown]
    if moved is not None and (paid or left):
        parts = [f"{listed(paid)} paid in Splynx"] if paid else []
        parts += [f"{listed(left)} still open in Splynx"] if left else []
        told.append(Explanation(moved.code, f"{', '.join(parts)}: {moved.text}", len(left) - len(paid)))
    detail = f"not of the migration: {listed(strange)}" if strange else ""
    yield payer.difference("invoice_count", len(wanted), len(shown), told, detail=detail)


def _other_rests(ours: Mapping[int, Item], shown: Mapping[int, OpenInvoice]) -> list[str]:
    """Invoices of which another amount is left, although the sums are equal; in cents."""
    rests = {number: invoice.due_cents for number, invoice in shown.items()}
    return [
        f"{item.key}: {item.cents}, in Splynx {rests.get(number, 0)}"
        for number, item in ours.items()
        if item.cents != rests.get(number, 0)
    ]


def _moved(payer: Payer, cents: int) -> Explanation | None:
    """Money on other invoices than at the source, which leaves `cents` more open than there. Only where the balance
    comes out even: a payment of anybody else would move it.

    `settled`: money that the source had not used, at most as much as there is. `allocated`: what was written row by row
    (payments with `history`, everything that came after the opening), which Splynx puts where it wants.
    """
    source, splynx = owed(payer)
    kept = sum(item.cents for item in payer.items if item.splynx_id is None and _why(payer, item) is not None)
    if splynx != source - kept:
        return None
    unused = -sum(i.cents for i in payer.items if i.kind in {"payment", "discount"} and i.splynx_id is not None)
    if unused and -unused <= cents <= 0:
        return Explanation("settled", "Splynx paid open invoices with money that Sonar had not used", cents)
    by_row = sum(account.moved_cents for account in payer.members)
    if by_row and abs(cents) <= unused + by_row:
        return Explanation("allocated", "Splynx puts money that is written row by row on invoices by itself", cents)
    return None
