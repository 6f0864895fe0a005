"""A small provider on a bench: one company, one status of each kind, and accounts that can be billed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from model_bench import Bench


@dataclass(repr=False)
class Provider:
    """Short ways to a provider with one company, one status of each kind, and accounts that can be billed."""

    bench: Bench

    def set_up(self) -> None:
        add = self.bench.add
        add("companies", id=1, name="Ridge Net", default=True, enabled=True)
        add("companies", id=2, name="Valley Fiber", default=False, enabled=True)
        for number, name, activates in ((1, "Active", True), (2, "Inactive", False), (3, "Lead", False), (4, "Pending", False)):
            add("account_statuses", id=number, name=name, activates_account=activates, color="#2ECC71")
        add("account_types", id=1, name="Residential", type="RESIDENTIAL", color="#000000")
        add("account_types", id=2, name="Business", type="COMMERCIAL", color="#000000")
        add("phone_number_types", id=1, name="Mobile", sms_capable=True)
        add("phone_number_types", id=2, name="Home", sms_capable=False)
        add("billing_setting", id=1, minimum_amount_due_for_delinquency=500)
        self.service("Fiber 100", "DATA", 5495)

    def service(self, name: str, kind: str, cents: int | None, *, frequency: int = 1, **values: Any) -> int:
        """A service with the detail row of its kind."""
        times = values.pop("times_to_run", None)
        speeds = values.pop("speeds", (100_000, 20_000))
        number = self.bench.add("services", name=name, type=kind, amount=cents, **{"application": "DEBIT", "enabled": True} | values)
        if kind == "DATA":
            self.bench.add(
                "data_service_details", service_id=number, billing_frequency=frequency,
                download_speed_kilobits_per_second=speeds[0], upload_speed_kilobits_per_second=speeds[1],
            )  # fmt: skip
        elif kind == "VOICE":
            self.bench.add("voice_service_details", service_id=number, billing_frequency=frequency, unlimited_local_minutes=True)
        elif kind == "RECURRING":
            self.bench.add("recurring_service_details", service_id=number, billing_frequency=frequency)
        elif kind == "EXPIRING":
            self.bench.add("expiring_service_details", service_id=number, billing_frequency=frequency, times_to_run=times)
        return number

    def account(self, name: str = "Jane Roe", *, billing: dict[str, Any] | None = None, contact: dict[str, Any] | None = None, **values: Any) -> int:
        """An active account with a primary contact and billing parameters (`billing={}` changes them, `contact={}` too)."""
        number = self.bench.add(
            "accounts", name=name,
            **{
                "account_status_id": 1, "account_type_id": 1, "company_id": 1, "activation_date": "2024-05-01", "is_delinquent": False,
                "next_bill_date": "2026-12-01", "account_group_ids": [], "geo_tax_zone_ids": [],
            } | values,
        )  # fmt: skip
        if billing is None or billing.pop("exists", True):
            self.bench.add(
                "account_billing_parameters", account_id=number,
                **{
                    "bill_day": 1, "invoice_day": 1, "due_days": 20, "due_days_day": "BILL_DAY", "grace_days": 10, "months_to_bill": 1,
                    "tax_exempt": False, "print_invoice": False, "lifeline": False, "switch_status_after_delinquency": False,
                } | (billing or {}),
            )  # fmt: skip
        if contact is None or contact:
            self.contact(number, **{"name": name, "primary": True, "email_address": f"c{number}@example.com"} | (contact or {}))
        return number

    def contact(self, account: int, **values: Any) -> int:
        return self.bench.add("contacts", contactable_type="Account", contactable_id=account, **{"primary": False, "email_category_ids": []} | values)

    def has(self, account: int, service: int = 1, **values: Any) -> int:
        """The account has the service."""
        return self.bench.add("account_services", account_id=account, service_id=service, **{"quantity": 1, "number_of_times_billed": 3} | values)
