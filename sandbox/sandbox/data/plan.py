"""What the generator remembers about an account while it writes the rows that hang on it.

Rows themselves are not kept: a plan holds the few facts that later steps need (ids, dates, prices).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sandbox.data.charges import TaxProfile, TaxRule
from sandbox.data.words import Town

AccountKind = Literal["active", "pending", "suspended", "seasonal", "disconnected", "archived", "lead"]


@dataclass(slots=True, eq=False)
class CatalogueItem:
    """A row of ``services`` with what billing needs of its details and taxes."""

    id: int
    key: str
    name: str
    type: str
    credit: bool
    amount: int | None
    frequency: int = 1
    times_to_run: int | None = None
    taxes: tuple[tuple[int, int], ...] = ()
    """(tax id, exemption in cents)"""
    gl_code: str | None = None
    gl_description: str | None = None
    company_id: int | None = None
    enabled: bool = True
    detail_id: int | None = None


@dataclass(slots=True, eq=False)
class VoiceAddOn:
    """A row of ``voice_service_generic_parameters``."""

    id: int
    item: CatalogueItem
    description: str
    price: int
    taxes: tuple[tuple[int, int], ...]


@dataclass(slots=True, eq=False)
class ServicePlan:
    """A service that an account has (``id`` set) or once had (``id`` None)."""

    item: CatalogueItem
    unit_cents: int
    quantity: int = 1
    id: int | None = None
    since: date = date.min
    rules: tuple[TaxRule, ...] = ()
    add_ons: list[tuple[VoiceAddOn, int, int, tuple[TaxRule, ...]]] = field(default_factory=list)
    """(add-on, unit price in cents, quantity, taxes)"""
    next_due: date | None = None
    times_billed: int = 0
    package_id: int | None = None
    row: dict[str, object] = field(default_factory=dict)
    """Column values of the ``account_services`` row, written when billing has run."""

    @property
    def cents(self) -> int:
        """Price of one billing, quantity included."""
        return self.unit_cents * self.quantity


@dataclass(slots=True, eq=False)
class BillingPlan:
    """What billing needs of ``account_billing_parameters``."""

    bill_day: int
    months_to_bill: int
    due_days: int
    grace_days: int
    mode: str = "FIXED"
    default_id: int = 0


@dataclass(slots=True, eq=False)
class AccountPlan:
    """One account."""

    id: int
    kind: AccountKind
    name: str
    person: bool
    status_id: int
    type_id: int
    type_class: str
    company_id: int
    town: Town
    created: date
    activated: date | None = None
    ended: date | None = None
    """Day of disconnection."""
    archived_on: date | None = None
    parent_id: int | None = None
    group_ids: list[int] = field(default_factory=list)
    zone_ids: list[int] = field(default_factory=list)
    taxes: TaxProfile = field(default_factory=lambda: TaxProfile(False, {}, {}))
    primary_contact_id: int = 0
    email: str | None = None
    address_id: int | None = None
    """The serviceable address."""
    latitude: float = 0.0
    longitude: float = 0.0
    billing: BillingPlan = field(default_factory=lambda: BillingPlan(1, 1, 20, 10))
    services: list[ServicePlan] = field(default_factory=list)
    former_services: list[ServicePlan] = field(default_factory=list)
    next_bill: date | None = None
    autopay: bool = False
    card_ids: list[int] = field(default_factory=list)
    bank_account_ids: list[int] = field(default_factory=list)
    delinquent: bool = False
    dirty: bool = False

    @property
    def billable(self) -> bool:
        """Does the status activate the account (``AccountStatus.activates_account``)?"""
        return self.kind == "active"

    @property
    def data_services(self) -> list[ServicePlan]:
        """The internet services."""
        return [service for service in self.services if service.item.type == "DATA"]
