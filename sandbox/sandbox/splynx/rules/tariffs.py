"""Checks of tariffs: names unique over title and service name, prices, deletion only when unused.

Facts: research/splynx-resources.md (Tariffs), research/mapping.md §2.
"""

from __future__ import annotations

from sandbox.splynx.registry import Change, rule
from sandbox.splynx.state import money

SERVICE_OF_TARIFF = {
    "tariffs/internet": ("customers/internet-services", "tariff_id"),
    "tariffs/voice": ("customers/voice-services", "tariff_id"),
    "tariffs/recurring": ("customers/recurring-services", "tariff_id"),
    "tariffs/bundle": ("customers/bundle-services", "bundle_id"),
}
TARIFFS = (*SERVICE_OF_TARIFF, "tariffs/one-time")


@rule(*TARIFFS)
def service_name_defaults_to_title(change: Change) -> None:
    """service_name (bundles, one-time: service_description) is the title when blank, and unique."""
    name = "service_name" if "service_name" in change.resource.fields else "service_description"
    if change.action == "create" and not change.values.get(name):
        title = change.values.get("title")
        found = change.splynx.table(change.resource.name).first(name, title) if title else None
        if found is not None and not any(field == "title" for field, _ in change.errors):
            change.error(name, f'"{title}" has already been taken.')
        change.values[name] = title


@rule(*TARIFFS)
def prices_are_not_negative(change: Change) -> None:
    """GUESS: a tariff's price is zero or more; vat_percent at most 99.9999 (decimal(6,4))."""
    if money(change.values.get("price")) < 0:
        change.error("price", "must be no less than 0.")
    if not 0 <= money(change.values.get("vat_percent")) < 100:
        change.error("vat_percent", "must be between 0 and 99.9999.")


@rule("tariffs/internet")
def speeds_are_positive(change: Change) -> None:
    """Speeds in kbps. GUESS: at least 1."""
    for name in ("speed_download", "speed_upload"):
        value = change.values.get(name)
        if isinstance(value, int) and value < 1 and name in change.body:
            change.error(name, "must be no less than 1.")


@rule(*TARIFFS)
def lists_are_not_emptied(change: Change) -> None:
    """Required lists stay filled on update."""
    for name in ("partners_ids", "available_for_locations", "customer_categories", "billing_types"):
        if change.action == "update" and change.values.get(name) == [] and name in change.resource.required:
            change.error(name, "cannot be blank.")


@rule(*SERVICE_OF_TARIFF, on=("delete",))
def used_tariff_stays(change: Change) -> None:
    """GUESS: status and words; the code ENTITY_CANNOT_BE_DELETED is documented."""
    services, column = SERVICE_OF_TARIFF[change.resource.name]
    if change.splynx.table(services).first(column, change.made.id) is not None:
        change.errors.append(("id", "The tariff is in use and cannot be deleted!"))
