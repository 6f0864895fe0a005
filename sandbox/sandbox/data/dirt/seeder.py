"""How dirt gets into a clean store: recipes, the choice of accounts, and the record of what was done.

In: a store that is complete, clean and indexed, and the generator's context. Out: changed rows, each named in
``_dirt``.

A recipe spoils one account (or something that belongs to no account). An account takes at most one recipe per *slot*
(contact, services, balance …), so that findings do not cover each other up; the number of dirty accounts is bounded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sandbox.data.context import Context
from sandbox.data.dirt_codes import DIRT_CODES
from sandbox.data.plan import AccountPlan

DIRTY_SHARE = 0.06
"""At most so many of all accounts are chosen to be dirty (partners of a duplicate come on top)."""
SHARE_PER_CODE = 0.002
"""Accounts per code and account; at least one."""


@dataclass
class Seeder:
    """What a recipe works with."""

    context: Context
    connection: sqlite3.Connection
    random: Random
    slots: dict[int, set[str]] = field(default_factory=dict)
    """account id → slots that are taken"""
    parents: set[int] = field(default_factory=set)
    """Accounts that have children."""
    mac_field_of: dict[int, int] = field(default_factory=dict)
    """account id → field data id of the MAC of its device in the inventory"""
    pools: dict[tuple[str, ...], list[AccountPlan]] = field(default_factory=dict)
    """kinds → their accounts, shuffled once"""
    dirty_count: int = 0

    def __post_init__(self) -> None:
        for account in self.context.accounts:
            if account.parent_id is not None:
                self.parents.add(account.parent_id)
        self.mac_field_of = {account_id: field_id for field_id, account_id in reversed(self.context.mac_fields)}

    def record(
        self, code: str, type_name: str, row_id: int | None, note: str, account: AccountPlan | int | None = None
    ) -> None:
        """Write down what is wrong with which row."""
        if code not in DIRT_CODES:
            raise KeyError(f"unknown dirt code {code}")
        if isinstance(account, AccountPlan):
            self.dirty_count += not account.dirty
            account.dirty = True
            account = account.id
        self.connection.execute('INSERT INTO "_dirt" VALUES (?, ?, ?, ?, ?)', (account, type_name, row_id, code, note))

    def update(self, type_name: str, row_id: int | None, **values: Any) -> None:
        """Change columns of one row, as if they had always been so (``updated_at`` stays)."""
        columns = ", ".join(f'"{name}" = ?' for name in values)
        self.connection.execute(f'UPDATE "{type_name}" SET {columns} WHERE id = ?', (*values.values(), row_id))

    def value(self, query: str, *parameters: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.connection.execute(query, parameters).fetchone()
        return row[0] if row else None

    def row(self, query: str, *parameters: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        found: tuple[Any, ...] | None = self.connection.execute(query, parameters).fetchone()
        return found

    def add(self, type_name: str, **values: Any) -> int:
        """Insert a row at once."""
        table = self.context.writer[type_name]
        row_id = table.add(**values)
        table.flush()
        return row_id

    def free(self, slot: str, kinds: tuple[str, ...], *, dirty: bool) -> Iterator[AccountPlan]:
        """Accounts of these kinds with a free slot, clean or dirty ones, from a random place on."""
        pool = self.pools.get(kinds)
        if pool is None:
            pool = self.pools[kinds] = self.context.of_kind(*kinds)
            self.random.shuffle(pool)
        start = self.random.randrange(len(pool)) if pool else 0
        for index in range(len(pool)):
            account = pool[(start + index) % len(pool)]
            if account.dirty is dirty and slot not in self.slots.get(account.id, ()):
                yield account

    def claim(self, account: AccountPlan, *slots: str) -> bool:
        """Take further slots of an account; False, and nothing taken, when one of them is used already."""
        taken = self.slots.setdefault(account.id, set())
        if taken & set(slots):
            return False
        taken.update(slots)
        return True

    def partner(
        self, account: AccountPlan, slot: str, suits: Callable[[AccountPlan], bool] = lambda _: True
    ) -> AccountPlan | None:
        """A second account for a duplicate, and take its slot. Dirty ones first."""
        for dirty in (True, False):
            for other in self.free(slot, (account.kind,), dirty=dirty):
                if other is not account and suits(other):
                    self.slots.setdefault(other.id, set()).add(slot)
                    return other
        return None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make one kind of dirt on an account. ``run`` says whether the account was fit for it."""

    code: str
    slot: str
    kinds: tuple[str, ...]
    run: Callable[[Seeder, AccountPlan], bool]


RECIPES: list[Recipe] = []
COMMON_RECIPES: list[Callable[[Seeder], None]] = []
"""Dirt that belongs to no account; each is done once."""


def recipe(
    code: str, slot: str, *kinds: str
) -> Callable[[Callable[[Seeder, AccountPlan], bool]], Callable[[Seeder, AccountPlan], bool]]:
    """Register a function as the recipe for a code."""
    if code not in DIRT_CODES:
        raise KeyError(code)

    def register(run: Callable[[Seeder, AccountPlan], bool]) -> Callable[[Seeder, AccountPlan], bool]:
        RECIPES.append(Recipe(code, slot, kinds or ("active",), run))
        return run

    return register


def common(run: Callable[[Seeder], None]) -> Callable[[Seeder], None]:
    """Register a function that spoils something that belongs to no account."""
    COMMON_RECIPES.append(run)
    return run


def seed_dirt(seeder: Seeder) -> None:
    """Carry out every recipe, as often as the size of the data set asks for."""
    accounts = len(seeder.context.accounts)
    limit = max(1, int(accounts * DIRTY_SHARE))
    rounds = max(1, round(accounts * SHARE_PER_CODE))
    for run in COMMON_RECIPES:
        run(seeder)
    # Rare kinds of accounts first: they must not use up the limit for the rest.
    ordered = sorted(RECIPES, key=lambda entry: (len(seeder.context.of_kind(*entry.kinds)), entry.slot, entry.code))
    for number in range(rounds):
        for entry in ordered:
            apply_recipe(seeder, entry, limit, first=number == 0)


def apply_recipe(seeder: Seeder, entry: Recipe, limit: int, *, first: bool) -> None:
    """Spoil one account: a clean one while there is room, else one that is dirty in another way.

    In the first round each code is made even when that takes an account more than the limit.
    """
    room = seeder.dirty_count < limit
    passes = (False, True) if room else (True, False) if first else (True,)
    for dirty in passes:
        for account in seeder.free(entry.slot, entry.kinds, dirty=dirty):
            if entry.run(seeder, account):
                seeder.slots.setdefault(account.id, set()).add(entry.slot)
                return
