"""Checks of networks, routers and monitored devices: addresses that parse, networks that do not overlap.

Facts: research/splynx-resources.md (Networking), research/mapping.md §6.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from sandbox.splynx.registry import Change, rule
from sandbox.splynx.store import Row

IPV4, IPV6 = "networking/ipv4", "networking/ipv6"


@lru_cache(65536)
def parsed(network: object, length: object, version: int) -> IPv4Network | IPv6Network:
    """The network of a pair of columns; raises ValueError (host bits set count as an error)."""
    text = f"{network}/{length}"
    return IPv4Network(text) if version == 4 else IPv6Network(text)


def _network(row: Row, version: int) -> IPv4Network | IPv6Network:
    return parsed(row["network"], row["mask" if version == 4 else "prefix"], version)


@rule(IPV4, IPV6)
def network_is_sound(change: Change) -> None:
    """Parses, no host bits, no overlap with another endnet; only a rootnet may hold others."""
    version = 4 if change.resource.name == IPV4 else 6
    length = "mask" if version == 4 else "prefix"
    if change.row is not None:
        for name in ("network", length, "network_type"):
            if change.changes(name):
                # GUESS: the range of an existing network cannot be changed through the API
                change.error(name, "cannot be changed.")
        return
    try:
        new = parsed(change.get("network"), change.get(length), version)
    except ValueError as problem:
        if not any(name in {"network", length} for name, _ in change.errors):
            change.error("network", f"is invalid: {problem}.")
        return
    change.values["network"] = str(new.network_address)
    _place(change, new, version)


def _place(change: Change, new: IPv4Network | IPv6Network, version: int) -> None:
    """Find the smallest rootnet around; refuse an overlap. GUESS: overlapping endnets cannot be made in the UI."""
    roots: list[tuple[int, Row]] = []
    for row in change.splynx.table(change.resource.name):
        other = _network(row, version)
        if not new.overlaps(other):
            continue
        if row["network_type"] == "rootnet" and new.prefixlen > other.prefixlen:
            roots.append((other.prefixlen, row))
        elif not (change.get("network_type") == "rootnet" and other.prefixlen > new.prefixlen):
            change.error("network", f"overlaps with network {row['title']} ({other}).")
            return
    if roots:
        parent = max(roots, key=lambda pair: pair[0])[1]
        change.values["parent"] = change.values["rootnet"] = parent.id


@rule(IPV4, IPV6, on=("delete",))
def used_network_stays(change: Change) -> None:
    """Only an empty network can be deleted (research/mapping.md §6)."""
    splynx, row = change.splynx, change.made
    column, table = ("ipv4_networks_id", "networking/ipv4-ip")
    if change.resource.name == IPV6:
        column, table = ("ipv6_networks_id", "networking/ipv6-ip")
    if any(ip["is_used"] for ip in splynx.table(table).where(column, row.id)):
        change.errors.append(("id", "The network has addresses in use and cannot be deleted!"))
    pool = "ipv4_pool_id" if change.resource.name == IPV4 else "ipv6_pool_id"
    if splynx.table("customers/internet-services").first(pool, row.id) is not None:
        change.errors.append(("id", "The network is a pool of services and cannot be deleted!"))
    if splynx.table(change.resource.name).first("parent", row.id) is not None:
        change.errors.append(("id", "The network holds other networks and cannot be deleted!"))


@rule("networking/routers", "networking/monitoring", "networking/voice-devices")
def device_address_parses(change: Change) -> None:
    """ip is an IPv4 or IPv6 address (routers: a host name too). GUESS: the check."""
    text = change.values.get("ip")
    if not text:
        return
    try:
        ip_address(str(text))
    except ValueError:
        if change.resource.name != "networking/routers" or str(text).replace(".", "").isdigit():
            change.error("ip", "is not a valid IP address.")


@rule("networking/ipv4-ip", on=("update",))
def address_row_keeps_its_address(change: Change) -> None:
    """ip and network of an address row do not change."""
    for name in ("ip", "ipv4_networks_id", "id"):
        if change.changes(name):
            change.error(name, "cannot be changed.")


@rule("networking/ipv6-ip", on=("create",))
def ipv6_address_is_inside(change: Change) -> None:
    """The address parses and lies in its network."""
    network = change.splynx.table(IPV6).get(change.get("ipv6_networks_id"))
    if network is None:
        change.error("ipv6_networks_id", "is invalid.")
        return
    try:
        inside = IPv6Network(f"{change.get('ip')}/{change.get('prefix') or 128}", strict=False)
    except ValueError:
        change.error("ip", "is not a valid IPv6 address.")
        return
    if not inside.subnet_of(IPv6Network(f"{network['network']}/{network['prefix']}")):
        change.error("ip", "is outside of the network.")
    for row in change.splynx.table("networking/ipv6-ip").where("ipv6_networks_id", network.id):
        if row["ip"] == change.get("ip"):
            change.error("ip", f'"{row["ip"]}" has already been taken.')
    change.values["is_used"] = 1 if change.body.get("is_used") is None else change.values["is_used"]
