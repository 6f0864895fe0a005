"""Taxes: what must be made by hand, and how the tariffs and fees carry them (research/mapping.md §1.5)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def needed(bench: Any) -> list[dict[str, Any]]:
    bench.make_part("needed_taxes")
    return list(bench.fetch("SELECT * FROM shared.needed_taxes ORDER BY rate"))


def test_taxes_that_must_be_made_by_hand(bench: Any, provider: Any) -> None:
    bench.add("taxes", id=1, name="State Sales Tax", application="PERCENTAGE", type="GEOGRAPHICAL", rate=0.0)
    bench.add("taxes", id=2, name="County Sales Tax", application="PERCENTAGE", type="GEOGRAPHICAL", rate=0.0)
    bench.add("taxes", id=3, name="Excise", application="PERCENTAGE", type="GLOBAL", rate=3.0)
    bench.add("taxes", id=4, name="911", application="FLAT", type="GLOBAL", rate=75.0)
    bench.add("geo_tax_zones", id=1, name="WI", tax_id=1, rate=5.0)
    bench.add("geo_tax_zones", id=2, name="County", tax_id=2, rate=0.5)
    rental = provider.service("Rental", "RECURRING", 500)
    line = provider.service("Line", "RECURRING", 900)
    for service, tax in ((rental, 1), (rental, 2), (line, 3), (line, 4)):
        bench.add("service_taxes", service_id=service, tax_id=tax, exemption_amount=0)
    for zones in ([1, 2], [1, 2], [1]):
        account = provider.account(geo_tax_zone_ids=zones)
        provider.has(account, rental)
        provider.has(account, line)
    provider.has(provider.account(geo_tax_zone_ids=[1], billing={"tax_exempt": True}), rental)
    bench.run("services/services_recurring")
    found = [(row["name"], row["rate"], row["type"], row["used_by"]) for row in needed(bench)]
    assert found == [
        ("Excise 3 %", Decimal("3.0000"), "single", 3),
        ("State Sales Tax 5 %", Decimal("5.0000"), "single", 1),
        ("State Sales Tax + County Sales Tax 5.5 %", Decimal("5.5000"), "group", 2),
    ]
    assert json.loads(needed(bench)[2]["components"]) == [{"name": "State Sales Tax", "rate": 5.0}, {"name": "County Sales Tax", "rate": 0.5}]


def test_no_taxes_no_handwork(bench: Any, provider: Any) -> None:
    provider.has(provider.account())
    bench.run("services/services_recurring")
    assert needed(bench) == []


def test_custom_fields_of_services_go_to_their_tariffs(bench: Any, provider: Any) -> None:
    rental = provider.service("Rental", "RECURRING", 500)
    install = provider.service("Install", "ONETIME", 9900)
    phone = provider.service("Phone", "VOICE", 2000)
    bench.add("custom_fields", id=1, entity_type="Service", name="Old plan code", type="TEXT", enum_options=[])
    for service in (1, rental, install, phone):
        bench.add("custom_field_data", custom_field_id=1, customfielddataable_id=service, customfielddataable_type="Service", value=f"P{service}")
    bench.run("catalogue/tariffs_internet", "catalogue/tariffs_voice", "catalogue/tariffs_recurring", "catalogue/tariffs_one_time")
    for kind, key, service in (("internet", 1, 1), ("voice", phone, phone), ("recurring", f"service:{rental}", rental), ("one_time", install, install)):
        assert bench.row(f"catalogue/tariffs_{kind}", key).additional_attributes["old_plan_code"] == f"P{service}", kind


def test_the_untaxed_part_of_a_price_can_be_a_charge_of_its_own(bench: Any, provider: Any) -> None:
    bench.add("taxes", id=1, name="State", application="PERCENTAGE", type="GLOBAL", rate=5.5)
    tv = provider.service("TV", "RECURRING", 2995)
    bench.add("service_taxes", service_id=tv, tax_id=1, exemption_amount=500)
    account = provider.account()
    line, cheap = provider.has(account, tv, quantity=2), provider.has(account, tv, price_override=300)
    bench.set(part_exempt="accept")
    bench.run("services/services_recurring")
    assert bench.row("services/services_recurring", f"service:{line}").unit_price == Decimal("29.9500")
    bench.forget_parts()
    bench.set(part_exempt="split")
    bench.run("services/services_recurring")
    taxed = bench.row("services/services_recurring", f"service:{line}")
    untaxed = bench.row("services/services_recurring", f"exempt:{line}")
    assert (taxed.unit_price, taxed.quantity, taxed.tariff_id) == (Decimal("24.9500"), 2, bench.made("tariffs_recurring", f"service:{tv}"))
    assert (untaxed.unit_price, untaxed.quantity, untaxed.tariff_id) == (Decimal("5.0000"), 2, bench.made("tariffs_recurring", f"exempt:{tv}"))
    assert bench.row("catalogue/tariffs_recurring", f"exempt:{tv}").vat_percent == Decimal(0)
    assert bench.row("services/services_recurring", f"service:{cheap}").unit_price == Decimal("3.0000"), "nothing would be left to tax"


def test_a_location_can_carry_the_tax_of_its_zones(bench: Any, provider: Any) -> None:
    """tax_by location: where all charges of a kind pay the same, and Splynx has that tax; else the tariffs carry it."""
    bench.add("taxes", id=1, name="State", application="PERCENTAGE", type="GEOGRAPHICAL", rate=0.0)
    for number, rate in ((1, 5.5), (2, 4.0)):
        bench.add("geo_tax_zones", id=number, name=f"Zone {number}", tax_id=1, rate=rate)
    taxed = provider.service("Taxed net", "DATA", 5000)
    rental, free = provider.service("Rental", "RECURRING", 500), provider.service("Free", "RECURRING", 100)
    for service in (taxed, rental):
        bench.add("service_taxes", service_id=service, tax_id=1, exemption_amount=0)
    known, unknown = provider.account(geo_tax_zone_ids=[1]), provider.account(geo_tax_zone_ids=[2])
    lines = {name: provider.has(account, taxed) for name, account in (("known", known), ("unknown", unknown))}
    mixed = [provider.has(known, rental), provider.has(known, free)]
    bench.set(tax_by="location", location_by="geo_tax_zone")
    bench.run("services/services_internet", "services/services_recurring")
    rows = {row.source_key: row for row in bench.results["foundation/locations"]}
    assert (rows["zones:1"].tax_for_tariff_internet, rows["zones:1"].tax_for_tariff_recurring) == (11, None), "recurring charges pay different taxes"
    assert rows["zones:2"].tax_for_tariff_internet is None, "Splynx has no tax of 4 %"
    plain, own = bench.made("tariffs_internet", taxed), bench.made("tariffs_internet", f"{taxed}:4.0000")
    assert [bench.row("services/services_internet", lines[name]).tariff_id for name in ("known", "unknown")] == [plain, own]
    assert bench.row("services/services_recurring", f"service:{mixed[0]}").tariff_id == bench.made("tariffs_recurring", f"service:{rental}:5.5000")
    assert [row["rate"] for row in needed(bench)] == [Decimal("4.0000"), Decimal("5.5000")]
