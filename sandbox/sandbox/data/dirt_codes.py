"""The kinds of dirt: what a migration must find before it writes (research/cutover.md §4).

``ordinary`` ones are no faults but facts of life that are worth a line in a report (a customer in credit, a flat
tax); they do not make an account dirty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warn", "error", "blocker"]


@dataclass(frozen=True, slots=True)
class DirtCode:
    """A kind of dirt. ``expected`` is the default action of cutover.md §4."""

    code: str
    check: str
    severity: Severity
    expected: str
    ordinary: bool = False


_LIST = (
    DirtCode("duplicate_email", "duplicate e-mail across accounts", "info", "keep"),
    DirtCode("duplicate_login", "duplicate portal login", "error", "suffix -accountid"),
    DirtCode("empty_login", "empty portal login", "error", "generate"),
    DirtCode("invalid_email", "invalid e-mail (no TLD, spaces)", "error", "drop, keep raw in note"),
    DirtCode("several_emails_in_one", "two addresses in one e-mail field", "error", "split on [,; ]"),
    DirtCode("no_primary_contact", "no primary contact", "warn", "lowest id"),
    DirtCode("no_contact", "no contact at all", "warn", "account name only"),
    DirtCode("several_primary_contacts", "several primary contacts", "warn", "lowest id"),
    DirtCode("phone_unparseable", "phone not parseable", "info", "raw digits"),
    DirtCode("phone_extension", "phone with an extension", "info", "extension to note"),
    DirtCode("missing_physical_address", "missing physical address", "warn", "mailing else empty"),
    DirtCode("county_zip_mismatch", "county does not belong to the zip", "warn", "keep"),
    DirtCode("coordinates_zero", "lat/lon 0,0", "warn", "drop"),
    DirtCode("city_too_long", "city longer than 32", "warn", "truncate and note"),
    DirtCode("service_name_too_long", "title longer than 64", "warn", "truncate and note"),
    DirtCode("active_without_services", "active status but no services", "warn", "create, list"),
    DirtCode("services_on_inactive_account", "services on an inactive account", "warn", "do not write, list"),
    DirtCode("services_on_archived_account", "services on an archived account", "warn", "do not write, list"),
    DirtCode("service_without_tariff", "service whose type has no tariff", "error", "stop record, list"),
    DirtCode("service_amount_null", "service without a price", "error", "stop record, list"),
    DirtCode(
        "disabled_service_in_use",
        "disabled service that customers still have",
        "error",
        "create, then disable",
        ordinary=True,
    ),
    DirtCode("price_override_zero", "price override 0", "warn", "keep"),
    DirtCode("price_override_high", "price override above 3 times list", "warn", "keep"),
    DirtCode("credit_exceeds_debits", "credits larger than debits: negative MRR", "error", "queue"),
    DirtCode("expiring_finished", "expiring service with no cycles left", "info", "skip"),
    DirtCode("data_service_without_access", "DATA service without RADIUS, IP and MAC", "error", "generated login"),
    DirtCode("radius_without_service", "RADIUS account without a service", "error", "orphan list"),
    DirtCode("duplicate_radius_username", "duplicate RADIUS user name", "error", "first active wins"),
    DirtCode("duplicate_mac", "duplicate MAC", "error", "first active wins"),
    DirtCode("duplicate_ip", "same IP on two owners", "error", "first active wins"),
    DirtCode("ip_outside_subnet", "IP outside its subnet", "error", "queue"),
    DirtCode("soft_hard_clash", "soft and hard assignment of one IP", "error", "hard wins"),
    DirtCode("overlapping_subnets", "overlapping subnets", "error", "operator"),
    DirtCode("pool_not_cidr", "pool that is no CIDR block", "error", "operator"),
    DirtCode("next_bill_date_null", "next_bill_date null", "error", "queue"),
    DirtCode("next_bill_date_past", "next_bill_date in the past", "error", "queue"),
    DirtCode("next_bill_date_far", "next_bill_date more than 13 months ahead", "error", "queue"),
    DirtCode("bill_day_null", "bill_day null", "error", "queue"),
    DirtCode("bill_day_not_invoice_day", "bill_day differs from invoice_day", "error", "queue"),
    DirtCode("balance_mismatch", "balance identity A differs from B", "blocker", "queue"),
    DirtCode("credit_balance", "negative balance", "info", "write credit, list", ordinary=True),
    DirtCode("unapplied_payment_with_open_invoices", "unapplied payment while invoices are open", "warn", "list"),
    DirtCode("frozen_invoice", "frozen invoice", "warn", "list"),
    DirtCode("pending_payment", "PENDING ACH payment", "blocker", "hold the money, wait or settle"),
    DirtCode("open_dispute", "open dispute", "warn", "task for a human"),
    DirtCode("refund_in_progress", "refund in progress", "warn", "task for a human"),
    DirtCode("tax_flat", "FLAT tax", "error", "fee, sign-off", ordinary=True),
    DirtCode("tax_avalara", "service rated by Avalara", "blocker", "hold the service"),
    DirtCode("tax_exemption_amount", "part of a price untaxed", "error", "two charges, sign-off", ordinary=True),
    DirtCode("tax_override", "tax rate of its own", "error", "own tariff, sign-off", ordinary=True),
    DirtCode("custom_field_name_clash", "custom fields equal after sanitising", "warn", "suffix"),
    DirtCode("custom_value_too_long", "custom field value longer than 255", "warn", "textarea"),
    DirtCode("custom_value_bad_date", "DATE value that is no date", "warn", "string fallback"),
    DirtCode("custom_value_bad_boolean", "BOOLEAN value that is none", "warn", "string fallback"),
    DirtCode("orphan_contact", "contact of a missing owner", "error", "skip and count"),
    DirtCode("orphan_address", "address of a missing owner", "error", "skip and count"),
    DirtCode("orphan_custom_value", "custom data of a missing owner", "error", "skip and count"),
    DirtCode("orphan_debit", "debit of a missing account", "error", "skip and count"),
    DirtCode("child_of_archived_parent", "child of an archived parent", "error", "no link"),
    DirtCode("parent_cycle", "parent cycle", "error", "no link"),
    DirtCode("ticket_without_customer", "ticket of a non-customer", "info", "incoming customer"),
    DirtCode("spam_ticket", "spam", "info", "skip"),
    DirtCode("reply_without_ticket", "reply with no ticket", "info", "skip"),
    DirtCode("user_disabled", "user disabled", "info", "technical administrator", ordinary=True),
    DirtCode("user_duplicate_email", "users with the same e-mail", "info", "suffix"),
    DirtCode("file_too_large", "file larger than 20 MB", "warn", "skip list"),
    DirtCode("file_type_not_allowed", "MIME type not allowed", "warn", "zip"),
    DirtCode("expired_card", "expired card", "warn", "list for re-entry"),
    DirtCode("unsupported_processor", "token of an unsupported processor", "warn", "list for re-entry"),
    DirtCode("name_with_html", "name with HTML", "info", "strip"),
    DirtCode("name_with_emoji", "name with a 4-byte character", "info", "strip when refused"),
)

DIRT_CODES = {entry.code: entry for entry in _LIST}
