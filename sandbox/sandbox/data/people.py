"""Customers and the people behind them: statuses, types, groups, accounts, contacts, phone numbers, account events.

An account's row is written last (:func:`write_accounts`), when billing has said what it owes and when it bills next.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from random import Random
from typing import Any

from sandbox.data.charges import TaxProfile, scaled
from sandbox.data.clock import at
from sandbox.data.context import Context, spread
from sandbox.data.plan import AccountKind, AccountPlan
from sandbox.data.words import (
    BUSINESS_FIRST,
    BUSINESS_LAST,
    CONTACT_ROLES,
    FIRST_NAMES,
    LAST_NAMES,
    MAIL_HOSTS,
    TOWNS,
)

# name: (kind of account, activates, colour, icon)
STATUSES = {
    "Active": (True, "#2ECC71", "CHECKMARK759628"),
    "Inactive": (False, "#95A5A6", "HOUSE759590"),
    "Lead": (False, "#3498DB", "STAR759813"),
    "Pending Install": (False, "#F1C40F", "WRENCH759609"),
    "Suspended - Nonpayment": (False, "#E74C3C", "OFFPHONE759370"),
    "Seasonal Vacation": (False, "#9B59B6", "HOUSE759590"),
    "Active - Complimentary": (True, "#1ABC9C", "STAR759887"),
}
STATUS_OF_KIND: dict[AccountKind, str] = {
    "active": "Active",
    "pending": "Pending Install",
    "suspended": "Suspended - Nonpayment",
    "seasonal": "Seasonal Vacation",
    "disconnected": "Inactive",
    "archived": "Inactive",
    "lead": "Lead",
}
TYPES = {
    "Residential": ("RESIDENTIAL", 78),
    "Small Business": ("COMMERCIAL", 10),
    "Government & Schools": ("GOVERNMENT", 3),
    "Industrial": ("INDUSTRIAL", 2),
    "Senior": ("SENIOR_CITIZEN", 7),
}
GROUPS = ("VIP", "Employees", "Tower Hosts", "Paperless", "Beta Testers", "Do Not Call")
# The rest is active.
SHARE_OF_KIND: dict[AccountKind, float] = {
    "disconnected": 0.34,
    "archived": 0.16,
    "lead": 0.055,
    "pending": 0.015,
    "suspended": 0.02,
    "seasonal": 0.015,
}
PHONE_TYPES = (("Home", False), ("Mobile", True), ("Work", False), ("Fax", False))


def make_labels(context: Context) -> None:
    """Account statuses, types (with an invoice message each), groups, phone number types."""
    for name, (activates, colour, icon) in STATUSES.items():
        context.named[f"status:{name}"] = context.writer["AccountStatus"].add(
            name=name, activates_account=activates, color=colour, icon=icon
        )
    for name, (kind, _) in TYPES.items():
        message = context.writer["InvoiceMessage"].add(name=name, message=f"Thank you for choosing us ({name}).")
        context.named[f"type:{name}"] = context.writer["AccountType"].add(
            name=name, type=kind, color="#34495E", icon="HOUSE759590", invoice_message_id=message
        )
    for name in GROUPS:
        context.named[f"group:{name}"] = context.writer["AccountGroup"].add(name=name)
    for name, capable in PHONE_TYPES:
        context.named[f"phone:{name}"] = context.writer["PhoneNumberType"].add(name=name, sms_capable=capable)


def plan_accounts(context: Context) -> None:
    """Decide for each account what it is, since when, and where. Nothing is written yet."""
    random = context.random("accounts")
    table = context.writer["Account"]
    kinds: list[AccountKind] = []
    for kind, share in SHARE_OF_KIND.items():
        kinds += [kind] * max(1, round(share * context.volumes.accounts))
    if len(kinds) > context.volumes.accounts * 0.65:
        kinds = kinds[: context.volumes.accounts // 2]
    kinds += ["active"] * (context.volumes.accounts - len(kinds))
    random.shuffle(kinds)
    for kind in kinds:
        context.accounts.append(plan_account(context, random, table.reserve(), kind))
    _choose_children(context)


def plan_account(context: Context, random: Random, account_id: int, kind: AccountKind) -> AccountPlan:
    """One account of a kind."""
    type_name = random.choices(list(TYPES), weights=[weight for _, weight in TYPES.values()])[0]
    type_class = TYPES[type_name][0]
    person = type_class in ("RESIDENTIAL", "SENIOR_CITIZEN")
    company = random.choices(context.company_ids, weights=(80, 14, 6))[0]
    name = (
        f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
        if person
        else f"{random.choice(BUSINESS_FIRST)} {random.choice(BUSINESS_LAST)}"
    )
    created = context.today - timedelta(days=int(random.triangular(20, 4200, 900)))
    account = AccountPlan(
        id=account_id, kind=kind, name=name, person=person,
        status_id=context.named[f"status:{STATUS_OF_KIND[kind]}"], type_id=context.named[f"type:{type_name}"],
        type_class=type_class, company_id=company, town=random.choice(TOWNS), created=created,
    )  # fmt: skip
    if kind not in ("lead", "pending"):
        account.activated = created + timedelta(days=random.randint(0, 14))
    if kind == "active" and random.random() < 0.01:
        account.status_id = context.named["status:Active - Complimentary"]
    if account.activated and kind in ("disconnected", "archived"):
        account.ended = account.activated + timedelta(
            days=random.randint(1, max(1, (context.today - account.activated).days - 2))
        )
        if kind == "archived":
            account.archived_on = min(
                account.ended + timedelta(days=random.randint(0, 90)), context.today - timedelta(days=1)
            )
    elif account.activated and kind in ("suspended", "seasonal"):
        account.ended = max(account.activated, context.today - timedelta(days=random.randint(10, 150)))
    place_in_tax_zones(context, account, exempt=type_class == "GOVERNMENT" or random.random() < 0.01)
    if random.random() < 0.25:
        account.group_ids = [
            context.named[f"group:{name}"] for name in sorted(random.sample(GROUPS, random.choice((1, 1, 1, 2))))
        ]
    return account


def place_in_tax_zones(context: Context, account: AccountPlan, *, exempt: bool) -> None:
    """Give the account the zones of its town, and with them its tax rates."""
    rates = {}
    account.zone_ids = []
    for zone_id, tax_id, state, county, rate in context.zones:
        if state == account.town.state and county in (None, account.town.county):
            account.zone_ids.append(zone_id)
            rates[tax_id] = rate
    account.taxes = TaxProfile(exempt, rates, {})


def _choose_children(context: Context) -> None:
    """Some active businesses have branches that bill to them."""
    random = context.random("parents")
    active = context.of_kind("active")
    businesses = [account for account in active if not account.person]
    parents = spread(random, businesses, min(len(businesses) // 3, max(1, context.volumes.share(90))))
    chosen = {account.id for account in parents}
    free = [account for account in active if account.id not in chosen]
    random.shuffle(free)
    for parent in parents:
        for _ in range(random.choice((1, 1, 2, 3))):
            child = next((account for account in free if account.company_id == parent.company_id), None)
            if child is None:
                break
            free.remove(child)
            child.parent_id = parent.id


def make_tax_exceptions(context: Context) -> None:
    """Accounts with a rate of their own (``tax_overrides``), and exemption papers of those that pay no tax."""
    random = context.random("tax_overrides")
    state_tax = next(tax.id for tax in context.taxes.values() if tax.name == "State Sales Tax")
    table = context.writer["TaxOverride"]
    candidates = [account for account in context.of_kind("active") if not account.person and not account.taxes.exempt]
    for account in spread(random, candidates, min(len(candidates), context.volumes.share(40) or 1)):
        table.add(account_id=account.id, tax_id=state_tax, rate=2.5)
        account.taxes = TaxProfile(account.taxes.exempt, account.taxes.zone_rates, {state_tax: scaled(2.5)})
    exempt = [account for account in context.accounts if account.taxes.exempt]
    for account in exempt[: max(1, len(exempt) // 3)]:
        context.writer["TaxExemption"].add(
            account_id=account.id, name="Exemption certificate on file", jurisdictions='["STATE", "COUNTY"]',
            tax_provider_id=context.named["tax_provider:manual"],
        )  # fmt: skip


def make_contacts(context: Context) -> None:
    """One primary contact per account, and further ones up to the number that a provider of this size has."""
    random = context.random("contacts")
    for account in context.accounts:
        add_contact(context, random, account, primary=True)
    further = max(4, context.volumes.of("Contact") - len(context.accounts) - 2 * context.volumes.of("NetworkSite", 6))
    for account in spread(random, context.accounts, min(further, len(context.accounts))):
        add_contact(context, random, account, primary=False)


def add_contact(context: Context, random: Random, account: AccountPlan, *, primary: bool) -> int:
    """A contact of an account with its phone numbers. Gives the contact's id."""
    name = account.name if primary and account.person else f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
    contact_id = context.writer["Contact"].reserve()
    local = plain(name).replace(" ", ".").lower()
    mail = f"{local}{contact_id}@{random.choice(MAIL_HOSTS)}" if random.random() < 0.9 else None
    portal = (
        f"{local.replace('.', '')}{contact_id}" if primary and account.activated and random.random() < 0.7 else None
    )
    created = at(account.created, random)
    context.writer["Contact"].add(
        id=contact_id, created=context.not_later(created), updated=context.past(random, account.created),
        contactable_type="Account", contactable_id=account.id, name=name, primary=primary, email_address=mail,
        username=portal, language="en", marketing_opt_in=random.random() < 0.4,
        role=random.choice(CONTACT_ROLES) if not primary or not account.person else None,
    )  # fmt: skip
    if primary:
        account.primary_contact_id = contact_id
        account.email = mail
    context.contact_ids.append((contact_id, account.id))
    add_phones(context, random, contact_id, account.town.area_code, random.choice((1, 1, 1, 1, 2)))
    return contact_id


def add_phones(context: Context, random: Random, contact_id: int, area_code: str, count: int) -> None:
    """Phone numbers of a contact: fictitious 555 ones."""
    for index in range(count):
        digits = f"{area_code}555{random.randint(0, 9999):04d}"
        mobile = (random.random() < 0.6) != bool(index)
        context.writer["PhoneNumber"].add(
            contact_id=contact_id, country="US", number=digits,
            number_formatted=f"({digits[:3]}) {digits[3:6]}-{digits[6:]}",
            phone_number_type_id=context.named["phone:Mobile" if mobile else "phone:Home"],
            sms_opt_in=mobile and index == 0,
        )  # fmt: skip


def plain(name: str) -> str:
    """A name in ASCII letters, dots and spaces: fit for the left half of an e-mail address."""
    folded = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("Ø", "O").replace("Ł", "L").replace("ł", "l"))
    kept = "".join(letter for letter in folded if letter.isascii() and (letter.isalnum() or letter == " "))
    return " ".join(kept.split())


def make_account_events(context: Context) -> None:
    """The lifecycle log: activations, disconnections, archivings."""
    random = context.random("account_events")
    events, disconnections = context.writer["AccountEvent"], context.writer["DisconnectionLog"]
    for account in context.accounts:
        if account.activated:
            moment = context.not_later(at(account.activated, random))
            events.add(
                created=moment, account_id=account.id, event="ACTIVATED", event_datetime=moment, current="Active"
            )
        if account.ended and account.kind in ("disconnected", "archived"):
            moment = context.not_later(at(account.ended, random))
            events.add(
                created=moment,
                account_id=account.id,
                event="STATUS_UPDATED",
                event_datetime=moment,
                previous="Active",
                current="Inactive",
            )
            disconnections.add(
                created=moment, account_id=account.id, disconnected_at=moment,
                disconnected_by_user_id=context.user(random), serviceable_address_id=account.address_id,
                serviceable_address_reference_record=f"{account.town.name}, {account.town.zip}",
            )  # fmt: skip
        if account.archived_on:
            moment = context.not_later(at(account.archived_on, random))
            events.add(created=moment, account_id=account.id, event="ARCHIVED", event_datetime=moment)


def account_row(context: Context, random: Random, account: AccountPlan, next_charge: int | None) -> dict[str, Any]:
    """The values of the ``accounts`` row."""
    return {
        "account_status_id": account.status_id,
        "account_type_id": account.type_id,
        "company_id": account.company_id,
        "name": account.name,
        "parent_account_id": account.parent_id,
        "activation_date": account.activated.isoformat() if account.activated else None,
        "activation_time": "17:30:00" if account.activated else None,
        "archived_at": context.not_later(at(account.archived_on, random)) if account.archived_on else None,
        "archived_by_user_id": context.user(random) if account.archived_on else None,
        "geopoint": f"{account.latitude:.6f},{account.longitude:.6f}" if account.latitude else None,
        "is_delinquent": account.delinquent,
        "is_eligible_for_archive": account.kind == "disconnected",
        "next_bill_date": account.next_bill.isoformat() if account.next_bill else None,
        "next_recurring_charge_amount": next_charge,
        "data_usage_percentage": random.randint(1, 95) if account.data_services else None,
    }


def write_account(context: Context, random: Random, account: AccountPlan, next_charge: int | None) -> None:
    """The account's row, its groups and its tax zones."""
    writer = context.writer
    first_day = account.ended or account.activated or account.created
    last_day = account.archived_on + timedelta(days=1) if account.archived_on else None
    writer["Account"].add(
        id=account.id, created=context.not_later(at(account.created, random)),
        updated=context.past(random, max(first_day, account.created), last_day),
        **account_row(context, random, account, next_charge),
    )  # fmt: skip
    for group_id in account.group_ids:
        writer.relate(("Account", account.id, "account_groups"), ("AccountGroup", group_id, "accounts"))
    for zone_id in account.zone_ids:
        writer.relate(("Account", account.id, "geo_tax_zones"), ("GeoTaxZone", zone_id, "accounts"))
