"""What each account has: its services, their prices, packages, voice add-ons and internal fields.

Out: rows of AccountService, AccountVoiceServiceDetail, ServiceMetadataValue. ``plan_services`` decides, the money
step bills, ``write_services`` writes the rows with the dates and counts that billing left.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from random import Random

from sandbox.data.charges import RecurringLine, TaxRule, applicable_rules
from sandbox.data.clock import at
from sandbox.data.context import Context
from sandbox.data.plan import AccountPlan, CatalogueItem, ServicePlan

HOME_PLANS = {
    "bronze": 10, "silver": 16, "gold": 14, "platinum": 6, "fiber100": 14, "fiber250": 14, "fiber500": 8,
    "fibergig": 7, "legacy_dsl": 3, "lifeline": 3, "cabin": 2, "quarterly": 2,
}  # fmt: skip
BUSINESS_PLANS = {
    "business500": 30,
    "business_wireless": 30,
    "fiber500": 15,
    "fibergig": 15,
    "dedicated": 6,
    "silver": 4,
}
VOICE_PLANS = {"business_line": 40, "pbx": 25, "phone": 35}
EXTRAS = {
    "rental": 30, "managed_router": 16, "autopay_credit": 24, "static_ip": 7, "maintenance": 8, "phone": 10,
    "phone_basic": 4, "regulatory": 10, "tv": 4, "mail_hosting": 2, "paper_fee": 3, "install_plan": 3, "welcome": 7,
    "lifeline_credit": 4, "colocation": 1, "employee_credit": 1, "bronze": 2, "business_wireless": 3, "fiber100": 1,
}  # fmt: skip
PRICE_REASONS = ("Loyalty price", "Negotiated with sales", "Grandfathered rate", "Neighborhood promotion")
MAXIMUM_PER_ACCOUNT = 6


def plan_services(context: Context) -> None:
    """Give every active account a first service, then extras until the provider's number of services is reached."""
    random = context.random("account_services")
    wanted = context.volumes.of("AccountService")
    active = context.of_kind("active")
    given = 0
    for account in active:
        given += plan_first_services(context, random, account)
    turn = list(active)
    attempts = 0
    while given < wanted and attempts < 40 * wanted:
        attempts += 1
        account = random.choice(turn)
        given += plan_extra(context, random, account, random.choices(list(EXTRAS), weights=list(EXTRAS.values()))[0])
    for account in context.of_kind("suspended", "seasonal", "disconnected", "archived"):
        plan_former_services(context, random, account)
    for account in active:
        for service in account.services:
            service.rules = rules_for(context, account, service.item)
        _plan_add_ons(context, random, account)


def plan_first_services(context: Context, random: Random, account: AccountPlan) -> int:
    """The service that the customer came for: internet, or voice with the voice company; sometimes a package."""
    before = len(account.services)
    several_months = account.billing.months_to_bill != 1
    plans = HOME_PLANS if account.person else BUSINESS_PLANS
    if account.company_id == context.company_ids[2] and random.random() < 0.6:
        plans = VOICE_PLANS
    # A plan of several months on an account that is billed several months at once would multiply (mapping.md 5.3).
    usable = {
        key: weight
        for key, weight in plans.items()
        if context.items[key].company_id in (None, account.company_id)
        and not (several_months and context.items[key].frequency > 1)
    }
    key = random.choices(list(usable), weights=list(usable.values()))[0]
    package = None
    if random.random() < 0.25:
        package = {"fiber250": "double_play", "fiber500": "fiber_router", "business500": "business_start"}.get(key)
    if package == "double_play" and account.company_id != context.company_ids[1]:
        package = None
    if package:
        tag = f"{account.id:08x}-{context.packages[package]:04x}"
        content = {
            "double_play": ("fiber250", "phone", "bundle_credit"),
            "fiber_router": ("fiber500", "managed_router"),
            "business_start": ("business500", "static_ip"),
        }[package]
        for name in content:
            service = add_service(random, account, context.items[name])
            service.package_id = context.packages[package]
            service.row["unique_package_relationship_id"] = tag
    else:
        add_service(random, account, context.items[key])
    return len(account.services) - before


def plan_extra(context: Context, random: Random, account: AccountPlan, key: str) -> int:
    """Add one more service when it suits the account; 1 when it was added."""
    item = context.items[key]
    had = {service.item.key for service in account.services}
    if key in had or len(account.services) >= MAXIMUM_PER_ACCOUNT:
        return 0
    base = max(
        (service.cents for service in account.services if service.item.frequency == 1 and not service.item.credit),
        default=0,
    )
    if item.frequency > 1 and (account.billing.months_to_bill != 1 or (account.person and key == "colocation")):
        return 0
    if item.credit and (base < 2 * (item.amount or 0) or sum(service.item.credit for service in account.services) >= 2):
        # Credits never exceed the monthly charges of a clean account.
        return 0
    if item.type == "DATA" and not _second_connection(account, item):
        return 0
    if key in ("phone", "phone_basic") and had & {"phone", "phone_basic", "business_line", "pbx"}:
        return 0
    if key == "autopay_credit":
        account.autopay = True
    service = add_service(random, account, item)
    if item.times_to_run:
        assert account.activated is not None
        months = random.randint(0, item.times_to_run - 2)
        service.since = max(account.activated, context.today - timedelta(days=30 * months))
    elif key != "autopay_credit" and random.random() < 0.4:
        assert account.activated is not None
        service.since = account.activated + timedelta(
            days=random.randint(0, max(0, (context.today - account.activated).days - 1))
        )
    return 1


def _second_connection(account: AccountPlan, item: CatalogueItem) -> bool:
    """May the account have this plan as a second internet service? Businesses at a branch, homes for a cabin."""
    fits = item.company_id in (None, account.company_id) and account.person == (item.key != "business_wireless")
    return fits and len(account.data_services) == 1 and account.billing.months_to_bill == 1


def add_service(random: Random, account: AccountPlan, item: CatalogueItem) -> ServicePlan:
    """Put a service on an account at its list price, a price of its own, or (price null) an agreed one."""
    service = ServicePlan(item, item.amount or 0, since=account.activated or account.created)
    if item.amount is None:
        service.unit_cents = random.randrange(35_000, 90_000, 500)
        service.row.update(price_override=service.unit_cents, price_override_reason="Individual contract")
    elif not item.credit and item.type == "DATA" and random.random() < 0.12:
        service.unit_cents = item.amount - random.choice((200, 500, 1000))
        service.row.update(price_override=service.unit_cents, price_override_reason=random.choice(PRICE_REASONS))
    if item.key in ("static_ip", "rental") and random.random() < 0.1:
        service.quantity = random.choice((2, 2, 3))
    if item.type == "DATA" and not account.person and random.random() < 0.15:
        service.row["name_override"] = f"{item.name} – {account.town.name}"
    account.services.append(service)
    return service


def rules_for(context: Context, account: AccountPlan, item: CatalogueItem) -> tuple[TaxRule, ...]:
    """The taxes that the account pays on a service."""
    return applicable_rules([(context.taxes[tax_id], exemption) for tax_id, exemption in item.taxes], account.taxes)


def plan_former_services(context: Context, random: Random, account: AccountPlan) -> None:
    """What a customer had before it left: billed then, no row now (removal deletes it)."""
    plan_first_services(context, random, account)
    for key, share in (
        ("rental", 0.8),
        ("managed_router", 0.5),
        ("autopay_credit", 0.35),
        ("regulatory", 0.6),
        ("maintenance", 0.3),
    ):
        if random.random() < share:
            plan_extra(context, random, account, key)
    account.former_services, account.services = account.services, []
    for service in account.former_services:
        service.rules = rules_for(context, account, service.item)


def _plan_add_ons(context: Context, random: Random, account: AccountPlan) -> None:
    """Seats, lines and features of voice services."""
    for service in account.services:
        if service.item.type != "VOICE":
            continue
        for add_on in context.add_ons:
            if add_on.item.key == service.item.key and random.random() < 0.6:
                quantity = random.randint(2, 12) if add_on.description == "PBX seat" else 1
                price = add_on.price - 100 if random.random() < 0.1 else add_on.price
                rules = applicable_rules(
                    [(context.taxes[tax_id], exemption) for tax_id, exemption in add_on.taxes], account.taxes
                )
                service.add_ons.append((add_on, price, quantity, rules))


def recurring_lines(account: AccountPlan) -> list[RecurringLine]:
    """The account's recurring charges for :mod:`sandbox.data.charges`; ``due`` as of the next bill."""
    lines = []
    for service in account.services:
        if service.item.times_to_run and service.times_billed >= service.item.times_to_run:
            continue
        due = service.next_due is None or account.next_bill is None or service.next_due <= account.next_bill
        lines.append(RecurringLine(service.cents, service.item.frequency, service.item.credit, service.rules, due))
        for _, price, quantity, rules in service.add_ons:
            lines.append(RecurringLine(price * quantity, service.item.frequency, False, rules, due))
    return lines


def write_services(context: Context, random: Random, accounts: Iterable[AccountPlan]) -> None:
    """The rows, in account order. Ids are known from now on."""
    table = context.writer["AccountService"]
    for account in accounts:
        first = True
        for service in account.services:
            row = dict(service.row)
            row["number_of_times_billed"] = service.times_billed
            if service.item.frequency > 1 and service.next_due:
                # GUESS: only a service of several months has a date of its own; the others follow the account.
                row["next_bill_date"] = service.next_due.isoformat()
            created = context.not_later(at(service.since, random))
            service.id = table.add(
                created=created, updated=context.past(random, service.since) if random.random() < 0.3 else created,
                account_id=account.id, service_id=service.item.id, package_id=service.package_id,
                quantity=service.quantity, is_additional=service.item.type == "DATA" and not first, **row,
            )  # fmt: skip
            first = first and service.item.type != "DATA"
            for add_on, price, quantity, _ in service.add_ons:
                context.writer["AccountVoiceServiceDetail"].add(
                    created=created, account_service_id=service.id, voice_service_generic_parameter_id=add_on.id,
                    quantity=quantity, price_override=price if price != add_on.price else None,
                    price_override_reason="Volume price" if price != add_on.price else None,
                )  # fmt: skip
            metadata = context.named.get(f"metadata:{service.item.key}")
            if metadata and random.random() < 0.8:
                context.writer["ServiceMetadataValue"].add(
                    created=created,
                    account_service_id=service.id,
                    service_metadata_id=metadata,
                    value=f"RR/{service.id:06d}//CKT",
                )
