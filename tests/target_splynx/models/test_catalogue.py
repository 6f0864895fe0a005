"""Tariffs, administrators, labels and networks followed field by field (research/mapping.md §1, §2, §6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

TARIFFS = tuple(f"catalogue/tariffs_{kind}" for kind in ("internet", "voice", "recurring", "one_time"))


def test_a_data_service_becomes_an_internet_tariff(bench: Any, provider: Any) -> None:
    ledger = bench.add("general_ledger_codes", code="4000", description="Internet revenue")
    policy = bench.add("usage_based_billing_policies", name="1 TB fair use", cap_in_gigabytes=1000)
    service = provider.service("Fiber  250", "DATA", 6995, company_id=2, general_ledger_code_id=ledger, speeds=(250_000, 0))
    bench.connection.execute(
        "UPDATE sonar.data_service_details SET usage_based_billing_policy_id = ? WHERE service_id = ?",
        [policy, service],
    ).fetchall()
    bench.run(*TARIFFS)
    row = bench.row("catalogue/tariffs_internet", service)
    assert row.fine
    assert (row.title, row.service_name) == ("Fiber 250", "Fiber 250")
    assert row.price == Decimal("69.9500")
    assert row.with_vat is False
    assert (row.vat_percent, row.tax_id) == (Decimal("0.0000"), None)
    assert (row.speed_download, row.speed_upload) == (250_000, 1_000_000)
    assert row.partners_ids == [bench.made("partners", 2)]
    assert row.available_for_locations == [1]
    assert (row.customer_categories, row.billing_types) == (["person", "company"], ["recurring"])
    assert row.transaction_category_id == bench.made("transaction_categories", f"gl:{ledger}")
    assert row.additional_attributes == {"sonar_usage_policy": "1 TB fair use (1000 GB)"}
    assert bench.row("catalogue/tariffs_internet", 1).partners_ids == [1, bench.made("partners", 2)], "no company: all"


def test_kinds_of_services(bench: Any, provider: Any) -> None:
    voice = provider.service("Phone", "VOICE", 2995)
    rental = provider.service("Rental", "RECURRING", 500)
    plan = provider.service("Instalments", "EXPIRING", 2500, times_to_run=6)
    install = provider.service("Install", "ONETIME", 9900)
    credit = provider.service("Autopay", "RECURRING", 500, application="CREDIT")
    provider.service("Courtesy", "ONETIME", 1000, application="CREDIT")
    provider.service("Adjust", "ADJUSTMENT", None)
    provider.service("Top-up", "OVERAGE", 1000)
    bench.run(*TARIFFS)
    keys = {name: [row.source_key for row in bench.results[name]] for name in TARIFFS}
    assert keys == {
        "catalogue/tariffs_internet": ["1"], "catalogue/tariffs_voice": [str(voice)], "catalogue/tariffs_one_time": [str(install)],
        "catalogue/tariffs_recurring": [f"service:{rental}", f"service:{plan}"],
    }, f"credit {credit} is no tariff"  # fmt: skip
    assert bench.row("catalogue/tariffs_voice", voice).type == "voip"
    assert "unlimited" in bench.row("catalogue/tariffs_voice", voice).additional_attributes["sonar_voice_terms"]
    assert bench.row("catalogue/tariffs_one_time", install).enabled is True


def test_titles_fit_and_are_unique(bench: Any, provider: Any) -> None:
    long = provider.service("L" * 70, "DATA", 1000)
    again = provider.service("fiber 100", "DATA", 2000)
    longer = provider.service("L" * 75, "DATA", 1000)
    bench.run(*TARIFFS)
    titles = {row.source_key: row.title for row in bench.results["catalogue/tariffs_internet"]}
    assert titles == {
        "1": "Fiber 100",
        str(again): f"fiber 100 (#{again})",
        str(long): "L" * 63 + "…",
        str(longer): titles[str(longer)],
    }
    assert titles[str(longer)].endswith(f"… (#{longer})") and len(titles[str(longer)]) <= 64


def test_several_months_and_no_price(bench: Any, provider: Any) -> None:
    yearly = provider.service("Cabin", "DATA", 10_000, frequency=3)
    priceless = provider.service("Dedicated", "DATA", None)
    bench.set(service_price_map={})
    bench.run(*TARIFFS)
    row = bench.row("catalogue/tariffs_internet", yearly)
    assert (row.price, row.custom_period) == (Decimal("33.3333"), 1)
    assert bench.row("catalogue/tariffs_internet", priceless).price == Decimal(0)


def test_disabled_services(bench: Any, provider: Any) -> None:
    unused = provider.service("Old", "DATA", 1000, enabled=False)
    used = provider.service("Legacy", "DATA", 1000, enabled=False)
    provider.has(provider.account(), used)
    bench.run("go_live/tariffs_internet_closed")
    assert bench.row("catalogue/tariffs_internet", unused).values["_skip"] == "disabled and not used"
    row = bench.row("catalogue/tariffs_internet", used)
    assert row.fine and row.available_for_services is True, "else Splynx refuses its services"
    closed = bench.row("go_live/tariffs_internet_closed", used)
    assert (closed.id, closed.available_for_services) == (bench.made("tariffs_internet", used), False)


@pytest.fixture
def taxed(bench: Any, provider: Any) -> dict[str, int]:
    """A taxed service, and accounts that pay different taxes on it."""
    bench.add("taxes", id=1, name="State Sales Tax", application="PERCENTAGE", type="GEOGRAPHICAL", rate=0.0)
    bench.add("taxes", id=2, name="Excise", application="PERCENTAGE", type="GLOBAL", rate=3.0)
    bench.add("taxes", id=3, name="911", application="FLAT", type="GLOBAL", rate=75.0)
    bench.add("geo_tax_zones", id=1, name="WI", tax_id=1, rate=2.5)
    service = provider.service("Line", "RECURRING", 1000)
    for tax in (1, 2, 3):
        bench.add("service_taxes", service_id=service, tax_id=tax, exemption_amount=0)
    accounts = {
        "plain": provider.account(),
        "zone": provider.account(geo_tax_zone_ids=[1]),
        "exempt": provider.account(geo_tax_zone_ids=[1], billing={"tax_exempt": True}),
        "override": provider.account(geo_tax_zone_ids=[1]),
    }
    bench.add("tax_overrides", account_id=accounts["override"], tax_id=1, rate=0.25)
    return {name: provider.has(account, service) for name, account in accounts.items()} | {"service": service}


def test_one_tariff_per_tax_that_customers_pay(bench: Any, taxed: dict[str, int]) -> None:
    bench.run("services/services_recurring")
    key = f"service:{taxed['service']}"
    found = {row.source_key: (row.title, row.vat_percent, row.tax_id) for row in bench.results["catalogue/tariffs_recurring"] if row.source_key.startswith(key)}
    assert found == {
        key: ("Line", Decimal("3.0000"), 12),
        f"{key}:0.0000": ("Line (no tax)", Decimal("0.0000"), None),
        f"{key}:3.2500": ("Line (tax 3.25 %)", Decimal("3.2500"), None),
        f"{key}:5.5000": ("Line (tax 5.5 %)", Decimal("5.5000"), 11),
    }
    tariffs = {name: bench.row("services/services_recurring", f"service:{taxed[name]}").tariff_id for name in ("plain", "zone", "exempt", "override")}
    assert tariffs == {
        "plain": bench.made("tariffs_recurring", key), "zone": bench.made("tariffs_recurring", f"{key}:5.5000"),
        "exempt": bench.made("tariffs_recurring", f"{key}:0.0000"), "override": bench.made("tariffs_recurring", f"{key}:3.2500"),
    }  # fmt: skip


def test_flat_tax_becomes_a_fee(bench: Any, taxed: dict[str, int]) -> None:
    bench.run("services/services_recurring")
    fee = bench.row("services/services_recurring", f"flat_tax:{taxed['zone']}:3")
    assert fee.fine
    assert (fee.description, fee.unit_price, fee.quantity) == ("911", Decimal("0.7500"), 1)
    assert fee.tariff_id == bench.made("tariffs_recurring", "flat_tax:3")
    assert f"flat_tax:{taxed['exempt']}:3" not in [row.source_key for row in bench.results["services/services_recurring"]]


def test_tax_settings(bench: Any, taxed: dict[str, int]) -> None:
    bench.set(tax_missing="reject", flat_taxes="skip")
    bench.run("services/services_recurring")
    key = f"service:{taxed['service']}"
    assert bench.row("catalogue/tariffs_recurring", f"{key}:3.2500").reject_code == "tax_missing"
    assert bench.row("services/services_recurring", f"service:{taxed['override']}").reject_code == "tariff_missing"
    assert not [row for row in bench.results["services/services_recurring"] if row.source_key.startswith("flat_tax")]


def test_no_taxes(bench: Any, taxed: dict[str, int]) -> None:
    bench.set(tax_by="none")
    bench.run(*TARIFFS)
    row = bench.row("catalogue/tariffs_recurring", f"service:{taxed['service']}")
    assert (row.vat_percent, row.tax_id) == (Decimal("0.0000"), None)


def test_administrators(bench: Any, provider: Any) -> None:
    bench.add("roles", id=1, name="Supervisor")
    bench.add("roles", id=2, name="Cook")
    people = {"name": "A", "public_name": "A", "enabled": True, "is_sonar_staff": False, "super_admin": False}
    boss = bench.add(
        "users",
        **people | {"username": "boss", "email_address": "b@example.com", "super_admin": True, "mobile_number": "6085550100"},
    )
    super_ = bench.add("users", **people | {"username": "anna", "email_address": "b@example.com", "role_id": 1})
    cook = bench.add("users", **people | {"username": "Boss", "email_address": "none", "role_id": 2})
    left = bench.add("users", **people | {"username": "left", "email_address": "x@example.com", "enabled": False})
    staff = bench.add("users", **people | {"username": "sonar", "email_address": "y@example.com", "is_sonar_staff": True})
    own = bench.add("users", **people | {"username": "admin", "email_address": "z@example.com"})
    bench.run("foundation/administrators")
    name = "foundation/administrators"
    found = {row.source_key: (row.login, row.email, row.role_name, row.values["_skip"]) for row in bench.results[name]}
    assert found == {
        "technical": ("sonar-migration", "sonar-migration@example.com", "administrator", None),
        str(boss): ("boss", "b@example.com", "super-administrator", None),
        str(super_): ("anna", "b+2@example.com", "super-administrator", None),
        str(cook): (f"Boss-{cook}", "Boss@example.com", "administrator", None),
        str(left): ("left", "x@example.com", "administrator", "disabled user: authorship only"),
        str(staff): ("sonar", "y@example.com", "administrator", "staff of Sonar: authorship only"),
        str(own): ("admin", "z@example.com", "administrator", "login of Splynx itself"),
    }
    assert bench.row(name, boss).phone == "+16085550100"


def test_labels_categories_and_methods(bench: Any, provider: Any) -> None:
    bench.add("account_groups", id=1, name="VIP")
    bench.add("account_groups", id=2, name="vip")
    bench.add("account_groups", id=3, name="Active")
    bench.add("ticket_categories", id=1, name="VIP")
    bench.run("foundation/labels", "foundation/payment_methods", "foundation/transaction_categories")
    labels = {row.source_key: (row.module, row.label) for row in bench.results["foundation/labels"]}
    assert labels["group:1"] == ("customers", "VIP")
    assert labels["group:2"] == ("customers", "vip (group 2)")
    assert (labels["group:3"], labels["status:1"]) == (("customers", "Active"), ("customers", "Active (status)"))
    assert labels["ticket_category:1"] == ("ticket", "VIP")
    assert bench.row("foundation/labels", "status:1").color == "#2ecc71"
    methods = {row.source_key: row.name for row in bench.results["foundation/payment_methods"]}
    assert methods["method:ach"] == "ACH" and methods["method:cash"] == "Cash" and len(methods) == 7
    assert [row.name for row in bench.results["foundation/transaction_categories"]] == [
        "Sonar charge", "Opening balance (Sonar)", "Sonar discount", "Refund",
    ]  # fmt: skip


def test_networks(bench: Any, provider: Any) -> None:
    account = provider.account()
    bench.add("supernets", id=1, name="Public", subnet="198.18.0.0/15")
    bench.add("supernets", id=2, name="Same", subnet="10.9.0.0/24")
    for number, block, kind in (
        (1, "198.18.0.0/24", "ACCOUNT"), (2, "198.18.1.0/24", "MIXED"), (3, "198.18.2.0/24", "NETWORK"), (4, "198.18.0.128/25", "ACCOUNT"),
        (5, "10.9.0.0/24", "ACCOUNT"), (6, "2001:db8::/40", "ACCOUNT"), (7, "rubbish", "ACCOUNT"),
    ):  # fmt: skip
        bench.add("subnets", id=number, subnet=block, type=kind, supernet_id=1, name=None if number == 2 else f"Net {number}")
    bench.add("ip_pools", subnet_id=2, ip_range="198.18.1.10-198.18.1.99")
    bench.add("ip_pools", subnet_id=1, ip_range="198.18.0.10-198.18.0.99")
    bench.add(
        "ip_assignments",
        ipassignmentable_type="Account",
        ipassignmentable_id=account,
        subnet="198.18.0.255/32",
        subnet_id=1,
        soft=False,
    )
    bench.run("network/ipv4_supernets", "network/ipv4_networks", "network/ipv6_supernets", "network/ipv6_networks")
    ends = bench.results["network/ipv4_networks"]
    assert all(row.source_key.startswith("subnet:") for row in ends)
    rows = {row.source_key: row for row in (*bench.results["network/ipv4_supernets"], *ends)}
    assert (rows["supernet:1"].network, rows["supernet:1"].mask, rows["supernet:1"].network_type) == (
        "198.18.0.0",
        15,
        "rootnet",
    )
    assert rows["supernet:2"].values["_skip"] == "the same range as its only subnet"
    assert (rows["subnet:1"].type_of_usage, rows["subnet:1"].allow_use_network_and_broadcast) == ("static", True)
    assert (rows["subnet:2"].type_of_usage, rows["subnet:2"].title) == ("static", "198.18.1.0/24"), "no pool is made wider than it is"
    assert rows["subnet:2"].comment == "Sonar subnet 2; pools 198.18.1.10-198.18.1.99"
    assert rows["subnet:3"].type_of_usage == "management"
    assert rows["subnet:4"].reject_code == "network_overlaps"
    assert rows["subnet:7"].reject_code == "network_invalid"
    (six,) = bench.results["network/ipv6_networks"]
    assert (six.network, six.prefix, six.type_of_usage, six.source_key) == ("2001:db8::", 40, "static", "subnet:6")


def test_network_sites(bench: Any, provider: Any) -> None:
    site = bench.add("network_sites", name="Bluff Tower", height_in_meters=36.9, geopoint="43.4,-89.7", company_id=2)
    twin = bench.add("network_sites", name="bluff tower", height_in_meters=1.0, geopoint="0,0")
    bench.add(
        "addresses", addressable_type="NetworkSite", addressable_id=site, type="PHYSICAL", line1="1 Hill Rd", city="Baraboo",
        subdivision="US_WI", zip="53913",
    )  # fmt: skip
    contact = bench.add("contacts", contactable_type="NetworkSite", contactable_id=site, name="Al", role="Landowner", primary=True)
    bench.add("phone_numbers", contact_id=contact, number="6085550100", country="US")
    bench.add("notes", noteable_type="NetworkSite", noteable_id=site, message="<p>Gate&nbsp;code 1</p>")
    bench.run("network/network_sites")
    row = bench.row("network/network_sites", site)
    assert row.title == "Bluff Tower"
    assert row.description == "Height: 36.9 m\nContacts: Al, Landowner, +16085550100\nGate code 1"
    assert row.address == "1 Hill Rd, Baraboo, WI, 53913"
    assert (row.gps, row.location_id, row.partners_ids) == ("43.4,-89.7", 1, [bench.made("partners", 2)])
    assert bench.row("network/network_sites", twin).title == f"bluff tower (#{twin})"
    assert bench.row("network/network_sites", twin).gps is None
