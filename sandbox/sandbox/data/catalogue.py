"""What the provider sells: ledger codes, taxes and zones, services with their details, packages.

Out: rows of GeneralLedgerCode, Tax, GeoTaxZone, ServiceTax, TaxProvider, Service and its detail types,
VoiceServiceGenericParameter, Package, PackageService, UsageBasedBillingPolicy, ServiceMetadata.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.data.charges import Tax, scaled
from sandbox.data.context import Context
from sandbox.data.plan import CatalogueItem, VoiceAddOn
from sandbox.data.words import TOWNS

LEDGER_CODES = {
    "4000": "Internet revenue",
    "4100": "Voice revenue",
    "4200": "Equipment revenue",
    "4300": "Fees",
    "4900": "Discounts",
}

# key: (name, application, type, rate: percent or cents when FLAT)
TAXES = {
    "state": ("State Sales Tax", "PERCENTAGE", "GEOGRAPHICAL", 0.0),
    "county": ("County Sales Tax", "PERCENTAGE", "GEOGRAPHICAL", 0.0),
    "usf": ("Federal Universal Service Fund", "PERCENTAGE", "GLOBAL", 5.35),
    "e911": ("911 Surcharge", "FLAT", "GLOBAL", 75.0),
    "excise": ("Telecommunications Excise Tax", "PERCENTAGE", "GLOBAL", 3.0),
}
STATE_RATES = {"US_WI": 5.0, "US_MN": 6.875, "US_IA": 6.0, "US_IL": 6.25}
COUNTY_RATE = 0.5

EQUIPMENT = ("state", "county")
VOICE = ("state", "county", "usf", "e911")


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of the price list. ``cents`` None: the price is agreed with each customer."""

    key: str
    name: str
    kind: str
    cents: int | None
    credit: bool = False
    frequency: int = 1
    down: int = 0
    up: int = 0
    technology: str = ""
    taxes: tuple[str, ...] = ()
    ledger: str = "4000"
    company: int | None = None
    enabled: bool = True
    times: int | None = None
    exemption: int = 0
    capped: bool = False


WIRELESS = "UNLICENSEDTERRESTRIALFIXEDWIRELESS"
OFFERS = (
    Offer("bronze", "Bronze Wireless 10/3", "DATA", 4495, down=10_240, up=3_072, technology=WIRELESS, company=1),
    Offer("silver", "Silver Wireless 25/5", "DATA", 5995, down=25_600, up=5_120, technology=WIRELESS, company=1,
          capped=True),
    Offer("gold", "Gold Wireless 50/10", "DATA", 7995, down=51_200, up=10_240, technology=WIRELESS, company=1),
    Offer("platinum", "Platinum Wireless 100/20", "DATA", 9995, down=102_400, up=20_480, technology=WIRELESS,
          company=1),
    Offer("fiber100", "Fiber 100", "DATA", 5495, down=100_000, up=100_000, technology="FIBER"),
    Offer("fiber250", "Fiber 250", "DATA", 6995, down=250_000, up=250_000, technology="FIBER"),
    Offer("fiber500", "Fiber 500", "DATA", 8495, down=500_000, up=500_000, technology="FIBER"),
    Offer("fibergig", "Fiber Gig", "DATA", 9995, down=1_000_000, up=1_000_000, technology="FIBER"),
    Offer("business500", "Business Fiber 500/500 (SLA)", "DATA", 19_995, down=500_000, up=500_000, technology="FIBER",
          taxes=("excise",)),
    Offer("business_wireless", "Business Wireless 50/50", "DATA", 14_995, down=51_200, up=51_200,
          technology="LICENSEDTERRESTRIALFIXEDWIRELESS"),
    Offer("legacy_dsl", "Legacy DSL 3M", "DATA", 3995, down=3_072, up=512, technology="ASYMMETRICXDSL", enabled=False),
    Offer("lifeline", "Senior Lifeline 25", "DATA", 2995, down=25_600, up=5_120, technology=WIRELESS),
    Offer("cabin", "Cabin 25/5 (yearly)", "DATA", 59_900, frequency=12, down=25_600, up=5_120,
          technology=WIRELESS, company=1),
    Offer("quarterly", "Wireless 25/5 (quarterly)", "DATA", 16_485, frequency=3, down=25_600, up=5_120,
          technology=WIRELESS),
    Offer("dedicated", "Dedicated Ethernet (custom)", "DATA", None, down=1_000_000, up=1_000_000, technology="OTHER",
          taxes=("excise",)),
    Offer("phone", "Home Phone Unlimited", "VOICE", 2995, taxes=VOICE, ledger="4100"),
    Offer("phone_basic", "Home Phone Basic", "VOICE", 1495, taxes=VOICE, ledger="4100"),
    Offer("business_line", "Business Line", "VOICE", 3495, taxes=VOICE, ledger="4100", company=3),
    Offer("pbx", "Hosted PBX", "VOICE", 4995, taxes=VOICE, ledger="4100", company=3),
    Offer("rental", "Equipment Rental", "RECURRING", 500, taxes=EQUIPMENT, ledger="4200"),
    Offer("managed_router", "Managed Wi-Fi Router", "RECURRING", 795, taxes=EQUIPMENT, ledger="4200"),
    Offer("static_ip", "Static IP Address", "RECURRING", 1000),
    Offer("maintenance", "Maintenance Plan", "RECURRING", 695, taxes=EQUIPMENT, ledger="4300"),
    Offer("tv", "Basic TV", "RECURRING", 2995, taxes=EQUIPMENT, exemption=500),
    Offer("regulatory", "Regulatory Recovery Fee", "RECURRING", 199, ledger="4300"),
    Offer("paper_fee", "Paper Invoice Fee", "RECURRING", 300, ledger="4300"),
    Offer("mail_hosting", "E-mail Hosting (yearly)", "RECURRING", 2400, frequency=12),
    Offer("colocation", "Tower Colocation (quarterly)", "RECURRING", 45_000, frequency=3),
    Offer("autopay_credit", "Autopay Discount", "RECURRING", 500, credit=True, ledger="4900"),
    Offer("bundle_credit", "Bundle Discount", "RECURRING", 1000, credit=True, taxes=EQUIPMENT, ledger="4900"),
    Offer("lifeline_credit", "Lifeline Credit", "RECURRING", 925, credit=True, ledger="4900"),
    Offer("employee_credit", "Employee Discount", "RECURRING", 3000, credit=True, ledger="4900", enabled=False),
    Offer("install_plan", "Installation in 6 Instalments", "EXPIRING", 2500, times=6, ledger="4300"),
    Offer("welcome", "Welcome Promotion (12 months)", "EXPIRING", 1000, credit=True, times=12, ledger="4900"),
    Offer("install", "Standard Installation", "ONETIME", 9900, ledger="4300"),
    Offer("service_call", "Service Call", "ONETIME", 7500, ledger="4300"),
    Offer("router", "Wi-Fi Router (sale)", "ONETIME", 12_999, taxes=EQUIPMENT, ledger="4200"),
    Offer("late_fee", "Late Fee", "ONETIME", 500, ledger="4300"),
    Offer("returned_check", "Returned Check Fee", "ONETIME", 2500, ledger="4300"),
    Offer("courtesy", "Courtesy Credit", "ONETIME", 1000, credit=True, ledger="4900"),
    Offer("outage", "Outage Credit", "ONETIME", 500, credit=True, ledger="4900"),
    Offer("referral", "Referral Credit", "ONETIME", 2500, credit=True, ledger="4900"),
    Offer("adjust_debit", "Manual Adjustment (charge)", "ADJUSTMENT", None, ledger="4300"),
    Offer("adjust_credit", "Manual Adjustment (credit)", "ADJUSTMENT", None, credit=True, ledger="4900"),
    Offer("topup", "50 GB Top-up", "OVERAGE", 1000),
)  # fmt: skip

ADD_ONS = (
    ("pbx", "PBX seat", 1295, "PBX_SEATS"),
    ("pbx", "Auto attendant", 995, "OTHER"),
    ("business_line", "Additional line", 2495, "LINES"),
    ("phone", "Voicemail to e-mail", 299, "OTHER"),
)

PACKAGES = (
    ("double_play", "Double Play Home", 2, ("fiber250", "phone", "bundle_credit"), True),
    ("fiber_router", "Fiber 500 + Managed Wi-Fi", None, ("fiber500", "managed_router"), False),
    ("business_start", "Business Starter", None, ("business500", "static_ip"), False),
)


def make_catalogue(context: Context) -> None:
    """Everything of this module."""
    ledger = {
        code: context.writer["GeneralLedgerCode"].add(code=code, description=text)
        for code, text in LEDGER_CODES.items()
    }
    context.named |= {f"ledger:{code}": row_id for code, row_id in ledger.items()}
    tax_ids = make_taxes(context)
    policy_id = _usage_policy(context)
    for offer in OFFERS:
        _make_service(context, offer, ledger[offer.ledger], tax_ids, policy_id)
    _make_add_ons(context, tax_ids)
    _make_packages(context)
    _make_metadata(context)


def make_taxes(context: Context) -> dict[str, int]:
    """Taxes, the zones of the geographical ones, and the two tax providers. Gives the tax ids by key."""
    ids = {}
    for key, (name, application, kind, rate) in TAXES.items():
        tax_id = context.writer["Tax"].add(name=name, application=application, type=kind, rate=rate)
        flat = application == "FLAT"
        context.taxes[tax_id] = Tax(tax_id, name, flat, kind == "GEOGRAPHICAL", round(rate) if flat else scaled(rate))
        ids[key] = tax_id
    zones = context.writer["GeoTaxZone"]
    for state, rate in STATE_RATES.items():
        zone_id = zones.add(name=f"{state[3:]} state", country="US", subdivision=state, rate=rate, tax_id=ids["state"])
        context.zones.append((zone_id, ids["state"], state, None, scaled(rate)))
    # Two counties have no sales tax of their own.
    for state, county in sorted({(town.state, town.county) for town in TOWNS if town.county not in ("55103", "17085")}):
        zone_id = zones.add(
            name=f"County {county}",
            country="US",
            subdivision=state,
            county=f"COUNTY_{county}",
            rate=COUNTY_RATE,
            tax_id=ids["county"],
        )
        context.zones.append((zone_id, ids["county"], state, county, scaled(COUNTY_RATE)))
    context.named["tax_provider:manual"] = context.writer["TaxProvider"].add(name="Manual", enabled=True, type="MANUAL")
    context.named["tax_provider:avalara"] = context.writer["TaxProvider"].add(
        name="Avalara", enabled=False, type="AVALARA", subdivisions='["US_WI", "US_MN"]'
    )
    context.named["avalara:definition"] = context.writer["AvalaraTaxDefinition"].add(
        service_name="Access charge", service_type=1, transaction_name="VoIP", transaction_type=19
    )
    for value, name in enumerate(("Sales", "Gross receipts", "E-911", "Universal service fund"), start=1):
        context.writer["AvalaraTaxCategory"].add(name=name, value=value)
    return ids


def _usage_policy(context: Context) -> int:
    """The id of the one data cap; its row is written with the service that tops it up."""
    return context.writer["UsageBasedBillingPolicy"].reserve()


def _make_service(context: Context, offer: Offer, ledger_id: int, tax_ids: dict[str, int], policy_id: int) -> None:
    """One service with the detail row that its type asks for."""
    writer = context.writer
    company_id = context.company_ids[offer.company - 1] if offer.company else None
    service_id = writer["Service"].add(
        name=offer.name, amount=offer.cents, application="CREDIT" if offer.credit else "DEBIT", type=offer.kind,
        enabled=offer.enabled, company_id=company_id, general_ledger_code_id=ledger_id,
        display_if_zero=offer.cents is None,
    )  # fmt: skip
    detail_id: int | None = None
    if offer.kind == "DATA":
        detail_id = writer["DataServiceDetail"].add(
            service_id=service_id, billing_frequency=offer.frequency, download_speed_kilobits_per_second=offer.down,
            upload_speed_kilobits_per_second=offer.up, technology_code=offer.technology,
            usage_based_billing_policy_id=policy_id if offer.capped else None,
        )  # fmt: skip
    elif offer.kind == "VOICE":
        unlimited = offer.key != "phone_basic"
        detail_id = writer["VoiceServiceDetail"].add(
            service_id=service_id, billing_frequency=offer.frequency, country="US", first_interval_in_seconds=60,
            sub_interval_in_seconds=6, inbound_toll_free_rate_per_minute_in_thousandths=25_000,
            cost_per_minute_local_in_thousandths=None if unlimited else 10_000,
            cost_per_minute_long_distance_in_thousandths=None if unlimited else 35_000,
            local_minutes=None if unlimited else 300, long_distance_minutes=None if unlimited else 60,
            rollup_generic_parameters=False, show_call_detail_records_on_invoice=True,
            unlimited_local_minutes=unlimited, unlimited_long_distance_minutes=unlimited,
            sub_type="HOSTED_PBX" if offer.key == "pbx" else "VOICE",
        )  # fmt: skip
    elif offer.kind == "RECURRING":
        detail_id = writer["RecurringServiceDetail"].add(service_id=service_id, billing_frequency=offer.frequency)
    elif offer.kind == "EXPIRING":
        detail_id = writer["ExpiringServiceDetail"].add(
            service_id=service_id, billing_frequency=offer.frequency, times_to_run=offer.times
        )
    elif offer.kind == "ADJUSTMENT":
        detail_id = writer["AdjustmentServiceDetail"].add(
            service_id=service_id, amount=10_000 if offer.credit else None, days=30
        )
    elif offer.kind == "OVERAGE":
        detail_id = writer["OverageServiceDetail"].add(service_id=service_id, gigabytes=50)
        writer["UsageBasedBillingPolicy"].add(
            id=policy_id, name="1 TB fair use", cap_in_gigabytes=1000, service_id=service_id,
            allow_purchase_of_additional_capacity_during_billing_period=True,
        )  # fmt: skip
        writer["UsageBasedBillingPolicyFreePeriod"].add(
            usage_based_billing_policy_id=policy_id, day="SUNDAY", start="00:00:00", end="06:00:00"
        )
    carried = tuple((tax_ids[key], offer.exemption) for key in offer.taxes)
    for tax_id, exemption in carried:
        writer["ServiceTax"].add(service_id=service_id, tax_id=tax_id, exemption_amount=exemption)
    context.items[offer.key] = CatalogueItem(
        id=service_id, key=offer.key, name=offer.name, type=offer.kind, credit=offer.credit, amount=offer.cents,
        frequency=offer.frequency, times_to_run=offer.times, taxes=carried, gl_code=offer.ledger,
        gl_description=LEDGER_CODES[offer.ledger], company_id=company_id, enabled=offer.enabled,
        detail_id=detail_id,
    )  # fmt: skip


def _make_add_ons(context: Context, tax_ids: dict[str, int]) -> None:
    """Priced parameters of voice plans."""
    for key, description, price, kind in ADD_ONS:
        item = context.items[key]
        row_id = context.writer["VoiceServiceGenericParameter"].add(
            voice_service_detail_id=item.detail_id, description=description, price=price, proratable=True, type=kind
        )
        carried = tuple((tax_ids[tax], 0) for tax in EQUIPMENT)
        for tax_id, exemption in carried:
            context.writer["VoiceServiceGenericParameterTax"].add(
                voice_service_generic_parameter_id=row_id, tax_id=tax_id, exemption_amount=exemption
            )
        context.add_ons.append(VoiceAddOn(row_id, item, description, price, carried))
    for prefix in ("1608", "1507"):
        context.writer["LocalPrefix"].add(prefix=prefix, voice_service_detail_id=context.items["phone_basic"].detail_id)


def _make_packages(context: Context) -> None:
    """Bundles; their price is the price of what is in them."""
    for key, name, company, content, rollup in PACKAGES:
        package_id = context.writer["Package"].add(
            name=name,
            enabled=True,
            rollup_services=rollup,
            company_id=context.company_ids[company - 1] if company else None,
        )
        context.packages[key] = package_id
        for item in content:
            context.writer["PackageService"].add(package_id=package_id, service_id=context.items[item].id, quantity=1)


def _make_metadata(context: Context) -> None:
    """Internal extra fields of a service."""
    for key, name in (("business500", "Circuit ID"), ("dedicated", "Circuit ID"), ("fibergig", "ONT port")):
        context.named[f"metadata:{key}"] = context.writer["ServiceMetadata"].add(
            name=name, service_id=context.items[key].id
        )
