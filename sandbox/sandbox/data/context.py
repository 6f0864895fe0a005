"""What every step of the generator shares: seed, size, the moment "now", the writer, and what earlier steps made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import TypeVar

from sandbox.data.charges import Tax
from sandbox.data.clock import at, stamp
from sandbox.data.plan import AccountPlan, CatalogueItem, VoiceAddOn
from sandbox.data.volumes import History, Volumes
from sandbox.data.writer import Writer

T = TypeVar("T")


@dataclass
class Context:
    """The generator's state. Steps read what earlier steps put here and add their own."""

    seed: int
    now: datetime
    history: History
    volumes: Volumes
    writer: Writer
    emails: bool = False
    company_ids: list[int] = field(default_factory=list)
    user_ids: list[int] = field(default_factory=list)
    """Enabled staff, not Sonar's own."""
    role_ids: list[int] = field(default_factory=list)
    technician_ids: list[int] = field(default_factory=list)
    named: dict[str, int] = field(default_factory=dict)
    """Ids of single reference rows, e.g. ``status:Active``."""
    taxes: dict[int, Tax] = field(default_factory=dict)
    zones: list[tuple[int, int, str, str | None, int]] = field(default_factory=list)
    """(zone id, tax id, state, county or None, scaled rate)"""
    items: dict[str, CatalogueItem] = field(default_factory=dict)
    add_ons: list[VoiceAddOn] = field(default_factory=list)
    packages: dict[str, int] = field(default_factory=dict)
    accounts: list[AccountPlan] = field(default_factory=list)
    vacant_address_ids: list[int] = field(default_factory=list)
    site_ids: list[int] = field(default_factory=list)
    contact_ids: list[tuple[int, int]] = field(default_factory=list)
    """(contact id, account id)"""
    ticket_ids: list[tuple[int, int | None]] = field(default_factory=list)
    """(ticket id, account id or None)"""
    job_ids: list[int] = field(default_factory=list)
    item_ids: list[int] = field(default_factory=list)
    """Inventory items."""
    mac_fields: list[tuple[int, int]] = field(default_factory=list)
    """(inventory_model_field_data id of a MAC on a customer's device, account id)"""
    site_devices: list[tuple[int, int]] = field(default_factory=list)
    """(inventory item id, network site id)"""
    radius_services: set[int] = field(default_factory=set)
    """Account services that have a login of their own."""
    radius: dict[int, list[int]] = field(default_factory=dict)
    """account id → radius account ids"""
    loose_macs: dict[int, list[int]] = field(default_factory=dict)
    """account id → uninventoried MAC ids"""

    def random(self, entity: str) -> Random:
        """A random source of its own per kind of row, so that a new kind does not shift the others."""
        return Random(f"{self.seed}/{entity}")

    @property
    def today(self) -> date:
        """The date of "now" (UTC)."""
        return self.now.date()

    @property
    def now_stamp(self) -> str:
        """``now`` as Sonar writes it."""
        return stamp(self.now)

    def past(self, random: Random, start: date | None = None, end: date | None = None) -> str:
        """A stamp between two days, never later than now. Default: the last three years."""
        last = min(end or self.today, self.today)
        first = min(start or last - timedelta(days=1095), last)
        return min(at(first + timedelta(days=random.randint(0, (last - first).days)), random), self.now_stamp)

    def not_later(self, moment: str) -> str:
        """The stamp, or now when it lies in the future."""
        return min(moment, self.now_stamp)

    def user(self, random: Random) -> int:
        """Some member of staff."""
        return random.choice(self.user_ids)

    def of_kind(self, *kinds: str) -> list[AccountPlan]:
        """The accounts of these kinds, in id order."""
        return [account for account in self.accounts if account.kind in kinds]


def spread(random: Random, rows: Sequence[T], count: int) -> list[T]:
    """``count`` of the rows, each at most once while there are enough, in their own order."""
    if count <= len(rows):
        chosen = sorted(random.sample(range(len(rows)), count))
    else:
        chosen = sorted([*range(len(rows)), *(random.randrange(len(rows)) for _ in range(count - len(rows)))])
    return [rows[index] for index in chosen]
