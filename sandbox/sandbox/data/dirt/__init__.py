"""Dirt of real life, seeded and recorded (research/cutover.md §4). Entry point: :func:`make_dirt`."""

from __future__ import annotations

import sqlite3

from sandbox.data.context import Context

# Importing them registers their recipes.
from sandbox.data.dirt import money, other, people, services  # noqa: F401
from sandbox.data.dirt.seeder import Seeder, seed_dirt
from sandbox.data.dirt_codes import DIRT_CODES, DirtCode
from sandbox.data.truth import truth_of

__all__ = ["DIRT_CODES", "DirtCode", "make_dirt"]


def make_dirt(context: Context, connection: sqlite3.Connection) -> None:
    """Spoil a clean store. Afterwards the next charge of each account fits its (changed) services again."""
    seeder = Seeder(context, connection, context.random("dirt"))
    seed_dirt(seeder)
    services.list_ordinary(seeder)
    context.writer.flush()
    truth = truth_of(connection)
    for account in truth.accounts.values():
        if account.active and account.next_charge_cents != account.next_recurring_charge_amount:
            seeder.update("Account", account.id, next_recurring_charge_amount=account.next_charge_cents)
        if account.owed_cents < 0:
            seeder.record("credit_balance", "Account", account.id, f"{account.owed_cents} cents", account.id)
