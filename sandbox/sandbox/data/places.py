"""Addresses: where customers live, where bills go, and the many serviceable places without a customer.

Out: rows of Address, AddressStatus, ServiceableAddressAccountAssignmentHistory and …Future.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sandbox.data.clock import at
from sandbox.data.context import Context
from sandbox.data.plan import AccountPlan
from sandbox.data.words import STREET_KINDS, STREETS, TOWNS, UNITS, Town


def make_address_statuses(context: Context) -> None:
    """Labels on serviceable places."""
    for name, colour in (("Serviceable", "#2ECC71"), ("Needs survey", "#F1C40F"), ("Not reachable", "#E74C3C")):
        context.named[f"address:{name}"] = context.writer["AddressStatus"].add(
            name=name, color=colour, icon="HOUSE759590"
        )


def make_account_addresses(context: Context) -> None:
    """The place of each account, its billing address where that differs, and who lived where since when."""
    random = context.random("addresses")
    for account in context.accounts:
        add_account_addresses(context, random, account)


def add_account_addresses(context: Context, random: Random, account: AccountPlan) -> None:
    """Physical address (vacated again by former customers) and, for half of the accounts, a mailing address."""
    writer = context.writer
    town = account.town
    account.latitude = town.latitude + random.uniform(-0.06, 0.06)
    account.longitude = town.longitude + random.uniform(-0.06, 0.06)
    left = account.kind in ("disconnected", "archived")
    created = context.not_later(at(account.created, random))
    address_id = add_address(
        context, random, town, owner=None if left else ("Account", account.id), created=created,
        latitude=account.latitude, longitude=account.longitude, serviceable=True,
        status_id=context.named["address:Serviceable"],
    )  # fmt: skip
    account.address_id = address_id
    if account.activated:
        writer["ServiceableAddressAccountAssignmentHistory"].add(
            created=created, account_id=account.id, address_id=address_id, start_date=account.activated.isoformat(),
            end_date=account.ended.isoformat() if left and account.ended else None,
        )  # fmt: skip
    elif account.kind == "pending" and random.random() < 0.5:
        writer["ServiceableAddressAccountAssignmentFuture"].add(
            created=created, account_id=account.id, address_id=address_id, note="Install after harvest",
            target_date=(context.today + timedelta(days=random.randint(5, 60))).isoformat(),
        )  # fmt: skip
    # A former customer keeps a mailing address: that is where the final bill went.
    if left or random.random() < 0.45:
        add_address(
            context, random, random.choice(TOWNS) if random.random() < 0.2 else town, owner=("Account", account.id),
            created=created, kind="MAILING",
        )  # fmt: skip


def add_address(
    context: Context,
    random: Random,
    town: Town,
    *,
    owner: tuple[str, int] | None,
    created: str,
    kind: str = "PHYSICAL",
    latitude: float | None = None,
    longitude: float | None = None,
    serviceable: bool = False,
    status_id: int | None = None,
    anchor_id: int | None = None,
    is_anchor: bool = False,
) -> int:
    """One address in a town. Gives its id."""
    line1 = f"{random.randint(1, 9999)} {random.choice(STREETS)} {random.choice(STREET_KINDS)}"
    if kind == "MAILING" and random.random() < 0.3:
        line1 = f"PO Box {random.randint(10, 2999)}"
    return context.writer["Address"].add(
        created=created, type=kind, serviceable=serviceable, address_status_id=status_id,
        anchor_address_id=anchor_id, addressable_type=owner[0] if owner else None,
        addressable_id=owner[1] if owner else None, is_anchor=is_anchor, line1=line1,
        line2=random.choice(UNITS) if random.random() < 0.12 else None, city=town.name, country="US",
        subdivision=town.state, zip=town.zip, county=f"COUNTY_{town.county}", fips=town.county, fips_source="SONAR",
        latitude=f"{latitude:.6f}" if latitude else None, longitude=f"{longitude:.6f}" if longitude else None,
        timezone="AMERICACHICAGO", census_year=2020 if serviceable else None,
    )  # fmt: skip


def make_vacant_addresses(context: Context) -> None:
    """Places without a customer, some in anchored buildings, up to the provider's number of addresses."""
    random = context.random("vacant_addresses")
    missing = context.volumes.of("Address") - context.writer["Address"].count
    statuses = [context.named[f"address:{name}"] for name in ("Serviceable", "Needs survey", "Not reachable")]
    anchor_id: int | None = None
    town = TOWNS[0]
    for index in range(max(10, missing)):
        in_building = index % 40 < 4
        if not in_building:
            anchor_id = None
            town = random.choice(TOWNS)
        is_anchor = index % 40 == 0
        address_id = add_address(
            context, random, town, owner=None, created=context.past(random), serviceable=True,
            status_id=random.choice(statuses), latitude=town.latitude + random.uniform(-0.1, 0.1),
            longitude=town.longitude + random.uniform(-0.1, 0.1),
            anchor_id=anchor_id if in_building and not is_anchor else None, is_anchor=is_anchor,
        )  # fmt: skip
        if is_anchor:
            anchor_id = address_id
        context.vacant_address_ids.append(address_id)
