"""Other ways to write the same charges: they must come to the same money, and `reconcile` must read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from provider_proof import Proof, migrated

VARIANT: dict[str, Any] = {"location_by": "geo_tax_zone", "tax_by": "location", "part_exempt": "accept"}


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    with migrated(tmp_path_factory.mktemp("variant"), accounts=40, seed=5, **VARIANT) as found:
        yield found


def test_taxes_of_locations_are_reconciled(proof: Proof) -> None:
    result = proof.reconcile("--deposits")
    assert [each for each in result["differences"] if not each["explained"]] == []
    assert any(row["tax_for_tariff_internet"] for row in proof.splynx.rows("administration/locations"))
    causes = {cause["code"] for each in result["differences"] for cause in each["explanations"]}
    assert "tax_shift" in causes, "a part of a price that Sonar leaves untaxed is taxed, as asked, and told"


def test_an_additional_discount_by_hand_is_found(proof: Proof) -> None:
    service = next(
        row for row in proof.splynx.rows("customers/internet-services") if row["status"] == "active" and row["period"] == "-1" and not row["bundle_service_id"]
    )
    body = {
        "service_type": "internet", "service_id": service["id"], "enabled": 1, "percent": 10, "start_date": service["start_date"],
        "end_date": "0000-00-00", "message": "by hand",
    }  # fmt: skip
    made = proof.splynx.call("POST", "admin/customers/additional-discounts", body)
    try:
        result = proof.reconcile(exit_code=2)
        assert {each["check"] for each in result["differences"] if not each["explained"]} == {"revenue", "forecast"}
    finally:
        proof.splynx.call("DELETE", f"admin/customers/customer/additional-discounts/{made['id']}")
