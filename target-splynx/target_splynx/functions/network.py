"""MAC and IP addresses. An address block is text in CIDR form; a plain address is a block of one."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from target_splynx.functions.function import Function

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=65_536)
def _network(value: str) -> _Network | None:
    """Host bits are allowed: Sonar shows `10.0.0.5/24` for an address with its mask in older data."""
    try:
        return ipaddress.ip_network(value.strip(), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=65_536)
def ip_parts(value: str | None) -> dict[str, object] | None:
    """Version, first address, prefix, whether it is one host, and sortable text of the first and last address."""
    network = _network(value) if value else None
    if network is None:
        return None
    width = network.max_prefixlen // 4
    return {
        "version": network.version,
        "network": str(network.network_address),
        "prefix": network.prefixlen,
        "is_host": network.prefixlen == network.max_prefixlen,
        # Fixed width and a version mark: text order is address order, blocks overlap when their spans do.
        "first": f"{network.version}:{int(network.network_address):0{width}x}",
        "last": f"{network.version}:{int(network.broadcast_address):0{width}x}",
    }


def ip_contains(outer: str | None, inner: str | None) -> bool | None:
    """Whether the block `inner` lies in `outer`; NULL when either is no address."""
    around, within = (_network(value) if value else None for value in (outer, inner))
    if around is None or within is None:
        return None
    if around.version != within.version:
        return False
    return int(around.network_address) <= int(within.network_address) and int(within.broadcast_address) <= int(
        around.broadcast_address
    )


def ip_blocks(value: str | None) -> list[str] | None:
    """The fewest blocks that hold exactly the addresses of `first-last`; a block or an address is itself."""
    if not value:
        return None
    first, dash, last = (part.strip() for part in value.partition("-"))
    if not dash:
        network = _network(first)
        return None if network is None else [str(network)]
    try:
        ends = ipaddress.ip_address(first), ipaddress.ip_address(last)
        return [str(block) for block in ipaddress.summarize_address_range(*ends)]
    except (TypeError, ValueError):
        return None


def ip_rest(block: str | None, taken: str | None) -> list[str] | None:
    """What is left of a block without others inside it, as blocks, in order; NULL when one of them is no address."""
    whole = _network(block) if block else None
    if whole is None or taken is None:
        return None
    rest: list[_Network] = [whole]
    for text in (taken or "").split(","):
        out = _network(text)
        if out is None:
            return None
        rest = [part for found in rest for part in _without(found, out)]
    return [str(part) for part in sorted(rest, key=lambda part: int(part.network_address))]


def _without(block: _Network, out: _Network) -> list[_Network]:
    if not block.overlaps(out):
        return [block]
    if block.prefixlen >= out.prefixlen:
        return []
    return list(block.address_exclude(out))  # type: ignore[arg-type]


FUNCTIONS = (
    Function(
        name="mac",
        arguments=(("value", "VARCHAR"),),
        returns="VARCHAR",
        description="A MAC address as `aa:bb:cc:dd:ee:ff`, whatever separators it came with; NULL when it is none.",
        example="mac('00-1A-2B-3C-4D-5E')",
        result="00:1a:2b:3c:4d:5e",
        macro=(
            "CASE WHEN regexp_full_match(trim(value), "
            "'[0-9a-fA-F]{2}([:-]?[0-9a-fA-F]{2}){5}|([0-9a-fA-F]{4}\\.){2}[0-9a-fA-F]{4}') "
            "THEN regexp_replace(regexp_replace(lower(value), '[^0-9a-f]', '', 'g'), "
            "'^(..)(..)(..)(..)(..)(..)$', '\\1:\\2:\\3:\\4:\\5:\\6') END"
        ),
    ),
    Function(
        name="ip_parts",
        arguments=(("value", "VARCHAR"),),
        returns=(
            "STRUCT(version INTEGER, network VARCHAR, prefix INTEGER, is_host BOOLEAN, first VARCHAR, last VARCHAR)"
        ),
        description="The parts of an address block; `first` and `last` compare as text. NULL when it is no address.",
        example="ip_parts('10.1.2.0/24').prefix",
        result="24",
        python=ip_parts,
    ),
    Function(
        name="ip_contains",
        arguments=(("outer_block", "VARCHAR"), ("inner_block", "VARCHAR")),
        returns="BOOLEAN",
        description="Whether the second block lies within the first.",
        example="ip_contains('10.0.0.0/8', '10.1.2.3')",
        result="true",
        python=ip_contains,
    ),
    Function(
        name="ip_blocks",
        arguments=(("address_range", "VARCHAR"),),
        returns="VARCHAR[]",
        description="The fewest blocks that hold exactly the addresses of a range `first-last`; NULL when it is none.",
        example="ip_blocks('10.0.0.0-10.0.2.255')",
        result="[10.0.0.0/23, 10.0.2.0/24]",
        python=ip_blocks,
    ),
    Function(
        name="ip_rest",
        arguments=(("block", "VARCHAR"), ("taken", "VARCHAR")),
        returns="VARCHAR[]",
        description="What is left of a block without the taken ones (separated by commas), as blocks, in order.",
        example="ip_rest('10.0.0.0/22', '10.0.1.0/24,10.0.2.0/24')",
        result="[10.0.0.0/24, 10.0.3.0/24]",
        python=ip_rest,
    ),
)
