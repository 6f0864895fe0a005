"""Packages, separate or as bundles, and what a bundle must not do (research/mapping.md §2, research/money.md §3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

BUNDLE, SERVICE = "catalogue/tariffs_bundle", "services/services_bundle"
MODELS = (BUNDLE, SERVICE, "services/services_internet", "services/services_voice", "services/services_recurring")


@pytest.fixture
def package(bench: Any, provider: Any) -> dict[str, int]:
    """A package of internet, rental and a credit; one account has it, one has it with other taxes, one has half of it."""
    bench.add("taxes", id=1, name="State", application="PERCENTAGE", type="GLOBAL", rate=5.5)
    rental = provider.service("Rental", "RECURRING", 500)
    credit = provider.service("Bundle Discount", "RECURRING", 1000, application="CREDIT")
    taxed = provider.service("Taxed rental", "RECURRING", 700)
    bench.add("service_taxes", service_id=taxed, tax_id=1, exemption_amount=0)
    bench.add("packages", id=5, name="Double Play", company_id=2)
    for service, quantity in ((1, 1), (rental, 2)):
        bench.add("package_services", package_id=5, service_id=service, quantity=quantity)
    whole, mixed, half = provider.account(), provider.account(), provider.account()
    packed = {"package_id": 5, "unique_package_relationship_id": "a"}
    return {
        "whole": whole, "internet": provider.has(whole, 1, **packed), "rental": provider.has(whole, rental, quantity=2, price_override=400, **packed),
        "credit": provider.has(whole, credit, **packed), "mixed": mixed, "mixed_internet": provider.has(mixed, 1, **packed),
        "mixed_rental": provider.has(mixed, taxed, **packed), "half_internet": provider.has(half, 1, **packed),
    }  # fmt: skip


def test_packages_are_separate_services_by_default(bench: Any, package: dict[str, int]) -> None:
    bench.run(*MODELS)
    assert not bench.results[BUNDLE] and not bench.results[SERVICE]
    row = bench.row("services/services_internet", package["internet"])
    assert (row.unit_price, row.bundle_service_id, row.discount_value) == (Decimal("54.9500"), None, Decimal("10.0000"))
    assert row.additional_attributes["sonar_package"] == "Double Play"


def test_a_whole_package_becomes_a_bundle(bench: Any, package: dict[str, int]) -> None:
    bench.set(packages="bundle")
    bench.run(*MODELS)
    (tariff,) = bench.results[BUNDLE]
    assert (tariff.source_key, tariff.title, tariff.price, tariff.vat_percent) == ("5:0.0000", "Double Play", Decimal("64.9500"), Decimal(0))
    assert tariff.partners_ids == [bench.made("partners", 2)]
    assert tariff.internet_tariffs == [bench.made("tariffs_internet", 1)]
    (row,) = bench.results[SERVICE]
    assert row.fine
    assert row.source_key == f"bundle:{package['whole']}:a"
    assert (row.customer_id, row.bundle_id) == (bench.made("customers", package["whole"]), bench.made("tariffs_bundle", "5:0.0000"))
    assert (row.unit_price, row.start_date, row.end_date, row.description) == (Decimal("62.9500"), "2026-12-01", "0000-00-00", "Double Play")
    assert (row.discount, row.discount_type, row.discount_value, row.discount_text) == ("1", "fixed", Decimal("10.0000"), "Bundle Discount")
    for model, key in (("internet", package["internet"]), ("recurring", f"service:{package['rental']}")):
        member = bench.row(f"services/services_{model}", key)
        assert (member.unit_price, member.bundle_service_id, member.discount) == (Decimal(0), bench.made("services_bundle", row.source_key), "0")


def test_nothing_is_charged_by_making_a_bundle(bench: Any, package: dict[str, int]) -> None:
    bench.set(packages="bundle")
    bench.run(*MODELS)
    for row in (*bench.results[BUNDLE], *bench.results[SERVICE]):
        assert (row.activation_fee, row.cancellation_fee, row.prior_cancellation_fee) == (0, 0, 0)
        assert row.issue_invoice_while_service_creation is False
        assert row.get_activation_fee_when == "first_service_billing"
        assert row.automatic_renewal is False and row.auto_reactivate is False


def test_what_is_no_whole_stays_separate(bench: Any, package: dict[str, int]) -> None:
    """A bundle has one tax, and one service alone is no bundle."""
    bench.set(packages="bundle")
    bench.run(*MODELS)
    for model, key in (("internet", package["mixed_internet"]), ("recurring", f"service:{package['mixed_rental']}"), ("internet", package["half_internet"])):
        row = bench.row(f"services/services_{model}", key)
        assert row.bundle_service_id is None and row.unit_price > 0
