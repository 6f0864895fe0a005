"""Which dirt of the sandbox's data holds a record back, and under which code."""

from __future__ import annotations

BECAUSE = {
    "bill_day_differs": {"bill_day_not_invoice_day"},
    "bill_day_missing": {"bill_day_null"},
    "credits_exceed_charges": {"credit_exceeds_debits", "service_amount_null", "tax_avalara"},
    "ip_duplicate": {"duplicate_ip"},
    "ip_outside_network": {"ip_outside_subnet"},
    "mac_duplicate": {"duplicate_mac"},
    "next_bill_date_far": {"next_bill_date_far"},
    "next_bill_date_missing": {"next_bill_date_null"},
    "next_bill_date_past": {"next_bill_date_past"},
    "parent_has_parent": {"parent_cycle"},
    "parent_not_migrated": {"child_of_archived_parent"},
    "parent_of_other_company": {"parent_cycle", "child_of_archived_parent"},
    "price_missing": {"service_amount_null"},
    "radius_login_duplicate": {"duplicate_radius_username"},
    "service_without_tariff": {"service_without_tariff"},
    "tax_rated": {"tax_avalara"},
    "credit_without_service": {
        "service_amount_null", "duplicate_ip", "ip_outside_subnet", "duplicate_mac", "duplicate_radius_username",
        "credit_exceeds_debits", "tax_avalara",
    },
}  # fmt: skip
"""Code of a reject → the kinds of dirt of an account that explain it."""
MONEY = BECAUSE | {"owed_differs": {"balance_mismatch"}, "payment_pending": {"pending_payment"}}
"""The same, with what holds an account's money back."""
ALWAYS = frozenset({"balance_mismatch", "service_without_tariff", "service_amount_null", "credit_exceeds_debits"})
"""Dirt with which money would go wrong: something of the account must be held back for it."""
DAYS = frozenset({
    "bill_day_not_invoice_day", "bill_day_null", "next_bill_date_far", "next_bill_date_null", "next_bill_date_past",
})  # fmt: skip
"""The same of accounts with a service whose day follows from it; one with a bill date of its own is right."""
RATED = frozenset({"tax_avalara"})
"""The same of active accounts."""
PENDING = frozenset({"pending_payment"})
"""The same of accounts with something open."""
