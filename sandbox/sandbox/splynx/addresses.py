"""IPv4 addresses of networks, made only when somebody looks: a /16 costs nothing until a row is read or used.

In: network rows and address numbers. Out: rows of networking/ipv4-ip. A network reserves a range of row ids when it is
made, so an address has the same id before and after it is first touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from sandbox.splynx.store import Row, Values

if TYPE_CHECKING:
    from sandbox.splynx.state import Splynx

NETWORKS, ADDRESSES = "networking/ipv4", "networking/ipv4-ip"


def network_of(row: Row) -> IPv4Network:
    """The network of a row of networking/ipv4."""
    return _parsed(f"{row['network']}/{row['mask']}")


@lru_cache(65536)
def _parsed(text: str) -> IPv4Network:
    return IPv4Network(text)


def reserve_ids(splynx: Splynx, network: Row) -> None:
    """Give a new endnet its range of address ids."""
    size = network_of(network).num_addresses
    network.hidden["first_id"] = splynx.numbers["ipv4-ip"] + 1
    splynx.numbers["ipv4-ip"] += size


def endnet_of(splynx: Splynx, address: IPv4Address) -> Row | None:
    """The endnet that holds an address: one index look-up per mask that occurs."""
    table = splynx.table(NETWORKS)
    masks = {row["mask"] for row in table} if len(table) < 64 else set(range(33))
    for mask in sorted(masks, reverse=True):
        base = str(IPv4Network((int(address), mask), strict=False).network_address)
        for row in table.where("network", base):
            if row["mask"] == mask and row["network_type"] == "endnet":
                return row
    return None


def is_usable(network: Row, address: IPv4Address) -> bool:
    """Not the network or broadcast address, unless the network allows these or has none (/31, /32)."""
    whole = network_of(network)
    if whole.prefixlen >= 31 or str(network["allow_use_network_and_broadcast"]) in {"1", "True", "true"}:
        return True
    return address not in (whole.network_address, whole.broadcast_address)


def _blank(splynx: Splynx, network: Row, address: IPv4Address) -> Values:
    resource = splynx.resource(ADDRESSES)
    values: Values = {name: spec.default for name, spec in resource.fields.items()}
    offset = int(address) - int(network_of(network).network_address)
    values.update(
        id=network.hidden["first_id"] + offset, ipv4_networks_id=network.id, ip=str(address), hostname="",
        location_id=network["location_id"], title="", comment="", host_category=0, is_used=0, status=9,
        last_check=0, customer_id=0, card_id=0, module="", module_item_id=0,
    )  # fmt: skip
    return values


def row_of(splynx: Splynx, network: Row, address: IPv4Address, *, keep: bool = False) -> Row:
    """The row of an address; ``keep`` stores it when it was only virtual so far."""
    values = _blank(splynx, network, address)
    table = splynx.table(ADDRESSES)
    found = table.get(values["id"])
    if found is not None:
        return found
    return table.add(values, row_id=values["id"]) if keep else Row(values["id"], values)


def used_row(splynx: Splynx, network: Row, address: IPv4Address) -> Row | None:
    """The row of an address that is in use, else None."""
    row = row_of(splynx, network, address)
    return row if row["is_used"] else None


def rows_of(splynx: Splynx, network: Row) -> Iterator[Row]:
    """All rows of a network, virtual or stored, in order."""
    if network["network_type"] != "endnet":
        return
    whole = network_of(network)
    for number in range(int(whole.network_address), int(whole.broadcast_address) + 1):
        address = IPv4Address(number)
        if is_usable(network, address):
            yield row_of(splynx, network, address)


def take(splynx: Splynx, address_text: str, values: Values) -> None:
    """Mark an address as used."""
    address = IPv4Address(address_text)
    network = endnet_of(splynx, address)
    if network is not None:
        row = row_of(splynx, network, address, keep=True)
        splynx.table(ADDRESSES).change(row, {"is_used": 1, **values})


def free(splynx: Splynx, module: str, item_id: int) -> None:
    """Free the addresses that a record holds."""
    table = splynx.table(ADDRESSES)
    for row in table.where("module_item_id", item_id):
        if row["module"] == module:
            table.change(row, {"is_used": 0, "customer_id": 0, "module": "", "module_item_id": 0, "hostname": ""})


def by_number(splynx: Splynx, network: Row, number: int) -> Row | None:
    """An address of a network by its row id."""
    whole = network_of(network)
    offset = number - int(network.hidden.get("first_id", 0))
    if not 0 <= offset < whole.num_addresses:
        return None
    return row_of(splynx, network, IPv4Address(int(whole.network_address) + offset), keep=True)
