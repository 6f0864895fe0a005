"""Checks of services: active customer, tariff that is for sale to them, login, dates, discount, addresses.

Facts: research/splynx-api.md §8, research/mapping.md §5.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

from sandbox.splynx import addresses
from sandbox.splynx.fields import NO_DATE
from sandbox.splynx.registry import Change, rule
from sandbox.splynx.state import money
from sandbox.splynx.store import Row

INTERNET, VOICE, RECURRING, BUNDLE = (
    f"customers/{kind}-services" for kind in ("internet", "voice", "recurring", "bundle")
)
SERVICES = (INTERNET, VOICE, RECURRING, BUNDLE)
KIND = {INTERNET: "internet", VOICE: "voice", RECURRING: "custom", BUNDLE: "bundle"}
_TARIFFS = {
    INTERNET: ("tariffs/internet", "tariff_id"),
    VOICE: ("tariffs/voice", "tariff_id"),
    RECURRING: ("tariffs/recurring", "tariff_id"),
    BUNDLE: ("tariffs/bundle", "bundle_id"),
}
_MAC = re.compile(r"([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\Z|([0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\Z|[0-9A-Fa-f]{12}\Z")


def tariff_of(change: Change) -> Row | None:
    """The tariff (or bundle) that the service has or will have."""
    table, column = _TARIFFS[change.resource.name]
    return change.splynx.table(table).get(change.get(column))


@rule(*SERVICES, on=("create",))
def customer_is_active(change: Change) -> None:
    """Services can only be added to active customers (research/splynx-api.md §8)."""
    customer = change.splynx.table("customers/customer").get(change.get("customer_id"))
    if customer is not None and customer["status"] != "active":
        change.error("customer_id", f"is invalid: the customer is {customer['status']}, not active.")


@rule(*SERVICES, on=("create",))
def tariff_is_for_sale(change: Change) -> None:
    """GUESS: what the UI offers is what the API takes: for services, the customer's partner and location."""
    tariff = tariff_of(change)
    customer = change.splynx.table("customers/customer").get(change.get("customer_id"))
    if tariff is None or customer is None:
        return
    column = _TARIFFS[change.resource.name][1]
    if tariff["available_for_services"] == "0":
        change.error(column, "is invalid: the tariff is not available for services.")
    if customer["partner_id"] not in (tariff["partners_ids"] or [customer["partner_id"]]):
        change.error(column, "is invalid: the tariff is not available for the customer's partner.")
    if customer["location_id"] not in (tariff["available_for_locations"] or [customer["location_id"]]):
        change.error(column, "is invalid: the tariff is not available for the customer's location.")


@rule(*SERVICES, on=("create",))
def price_and_kind_are_filled(change: Change) -> None:
    """unit_price is the tariff's when it is not sent; type names the kind of service."""
    tariff = tariff_of(change)
    if tariff is not None and change.body.get("unit_price") in (None, ""):
        change.values["unit_price"] = tariff["price"] or "0.0000"
    change.values["type"] = KIND[change.resource.name]
    if change.resource.name == INTERNET:
        change.values["geo"] = {"address": "", "marker": ""}
        customer = change.splynx.table("customers/customer").get(change.get("customer_id"))
        if not change.values.get("password") and customer is not None:
            change.values["password"] = customer["password"]


@rule(*SERVICES, on=("update",))
def action_starts_and_stops(change: Change) -> None:
    """?action=start|stop sets the status (research/splynx-resources.md, Services)."""
    word = change.query.get("action")
    if word in {"start", "stop"}:
        change.values["status"] = "active" if word == "start" else "stopped"
    elif word is not None:
        change.errors.append(("action", "Action must be start or stop."))


@rule(*SERVICES)
def dates_and_numbers_are_sound(change: Change) -> None:
    """A start, an end after it (0000-00-00 = endless), a quantity of one or more, a known period."""
    start, end = change.get("start_date"), change.get("end_date")
    if start in (None, "", NO_DATE) and "start_date" in change.values:
        if not any(name == "start_date" for name, _ in change.errors):
            change.error("start_date", "cannot be blank.")
    elif end not in (None, "", NO_DATE) and str(end) < str(start):
        change.error("end_date", "must not be before the start date.")
    quantity = change.values.get("quantity")
    if isinstance(quantity, int) and quantity < 1 and "quantity" in change.body:
        change.error("quantity", "must be no less than 1.")
    period = change.values.get("period")
    if period is not None and not (re.fullmatch(r"-1|\d{1,2}", str(period))):
        change.error("period", "must be -1 or between 0 and 99.")


@rule(*SERVICES)
def discount_is_complete(change: Change) -> None:
    """A discount has a value; a percentage is at most 100."""
    if change.get("discount") != "1" or "discount" not in change.resource.fields:
        return
    value = change.get("discount_value")
    if money(value) <= 0:
        change.error("discount_value", "must be greater than 0.")
    elif change.get("discount_type") == "percent" and money(value) > 100:
        change.error("discount_value", "must be no greater than 100.")
    first, last = change.get("discount_start_date"), change.get("discount_end_date")
    if last not in (None, "", NO_DATE) and first not in (None, "", NO_DATE) and str(last) < str(first):
        change.error("discount_end_date", "must not be before the start of the discount.")


@rule(INTERNET)
def login_is_free(change: Change) -> None:
    """The login is unique among active services (research/splynx-api.md §8)."""
    login, status = change.get("login"), change.get("status")
    if not login or status != "active" or not (change.changes("login") or change.changes("status")):
        return
    for row in change.splynx.table(INTERNET).where("login", login):
        if row is not change.row and row["status"] == "active":
            change.error("login", f'"{login}" has already been taken.')
            return


@rule(INTERNET)
def mac_addresses_are_sound(change: Change) -> None:
    """mac: one or more, separated by commas. GUESS: the accepted notations."""
    mac = change.values.get("mac")
    if mac and not all(_MAC.match(part.strip()) for part in str(mac).split(",")):
        change.error("mac", "is not a valid MAC address.")


@rule(INTERNET)
def ipv4_is_inside_and_free(change: Change) -> None:
    """taking_ipv4 0: none; 1: an address inside an existing static network, free; 2: a pool."""
    taking = change.get("taking_ipv4")
    relevant = any(change.changes(name) for name in ("taking_ipv4", "ipv4", "ipv4_pool_id"))
    if change.row is not None and not relevant:
        return
    if taking == 1:
        _check_static(change, str(change.get("ipv4") or ""))
    elif taking == 2:
        pool = change.splynx.table("networking/ipv4").get(change.get("ipv4_pool_id"))
        if pool is None:
            change.error("ipv4_pool_id", "cannot be blank.")
        elif pool["type_of_usage"] != "pool":
            change.error("ipv4_pool_id", "is invalid: the network is not a pool.")
    elif taking == 0 and change.get("ipv4"):
        change.error("ipv4", "must be blank when no static address is taken.")  # GUESS


def _check_static(change: Change, text: str) -> None:
    if not text:
        change.error("ipv4", "cannot be blank.")
        return
    try:
        address = IPv4Address(text)
    except (AddressValueError, ValueError):
        change.error("ipv4", "is not a valid IPv4 address.")
        return
    network = addresses.endnet_of(change.splynx, address)
    if network is None:
        change.error("ipv4", f"is invalid: there is no network that holds {text}.")
    elif network["type_of_usage"] != "static":
        change.error("ipv4", f"is invalid: network {network['title']} is not for static addresses.")
    elif not addresses.is_usable(network, address):
        change.error("ipv4", f"is invalid: {text} is the network or broadcast address.")
    else:
        used = addresses.used_row(change.splynx, network, address)
        own = change.row.id if change.row is not None else None
        if used is not None and not (used["module"] == "services_internet" and used["module_item_id"] == own):
            change.error("ipv4", f"is invalid: {text} is in use.")


@rule(INTERNET)
def routes_and_ipv6_are_sound(change: Change) -> None:
    """ipv4_route: networks, separated by commas; ipv6 and ipv6_delegated: networks or addresses."""
    for part in str(change.values.get("ipv4_route") or "").split(","):
        if part.strip() and not _parses(part.strip(), IPv4Network):
            change.error("ipv4_route", "is not a valid IPv4 network.")
            break
    for name in ("ipv6", "ipv6_delegated"):
        text = str(change.values.get(name) or "")
        if text and not (_parses(text, IPv6Network) or _parses(text, IPv6Address)):
            change.error(name, "is not a valid IPv6 network.")


def _parses(text: str, kind: type[IPv4Network] | type[IPv6Network] | type[IPv6Address]) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


@rule("customers/additional-discounts")
def discount_belongs_to_a_service(change: Change) -> None:
    """service_type and service_id name an existing service; percent between 0 and 100."""
    by_kind = {kind: name for name, kind in KIND.items()}
    name = by_kind.get(str(change.get("service_type")))
    if name is not None and change.splynx.table(name).get(change.get("service_id")) is None:
        change.error("service_id", f'is invalid: there is no {name} "{change.get("service_id")}".')
    if not 0 < money(change.get("percent")) <= 100:
        change.error("percent", "must be between 0 and 100.")
