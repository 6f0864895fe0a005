"""Address space: supernets, subnets, pools, and who has which address.

Out: rows of Supernet, Subnet, IpPool, IpAssignment, IpAssignmentHistory. Public addresses are from 198.18.0.0/15
(never routed), private ones from 100.64.0.0/10 and 172.16.0.0/12, IPv6 from 2001:db8::/32.

An address is handed out once: hard ones (``soft`` false) come from the static subnets, soft ones from the pools.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network
from random import Random

from sandbox.data.context import Context, spread
from sandbox.data.plan import AccountPlan

STATIC = "198.18.0.0/18"
DELEGATED = "2001:db8:100::/40"


@dataclass(slots=True)
class Range:
    """A subnet that addresses are taken from."""

    subnet_id: int
    addresses: Iterator[IPv4Address]
    pool_id: int | None = None


@dataclass(slots=True)
class AddressSpace:
    """The ranges by purpose: ``static`` and ``pool`` for customers, ``blocks`` for routed /29s, ``management`` for
    devices."""

    static: Range
    pool: Range
    management: Range
    block_subnet_id: int
    delegated_subnet_id: int
    delegated: Iterator[IPv6Network]
    blocks: Iterator[IPv4Network]


def make_address_space(context: Context) -> AddressSpace:
    """Supernets and subnets; big enough for the number of assignments."""
    writer = context.writer
    public = writer["Supernet"].add(name="Public customer space", subnet="198.18.0.0/15", largest_cidr_available=17)
    shared = writer["Supernet"].add(name="Carrier NAT", subnet="100.64.0.0/12", largest_cidr_available=13)
    internal = writer["Supernet"].add(name="Management", subnet="172.16.0.0/14", largest_cidr_available=15)
    ipv6 = writer["Supernet"].add(name="IPv6", subnet="2001:db8::/32", largest_cidr_available=33)

    def subnet(supernet_id: int, cidr: str, name: str, kind: str) -> int:
        return writer["Subnet"].add(supernet_id=supernet_id, subnet=cidr, name=name, type=kind, polling_priority=1)

    static_id = subnet(public, STATIC, "Static addresses", "ACCOUNT")
    block_id = subnet(public, "198.18.64.0/18", "Routed blocks", "MIXED")
    subnet(public, "198.18.192.0/24", "Reserved for peering", "EXCLUDED")
    pool_id_subnet = subnet(shared, "100.64.0.0/16", "PPPoE dynamic", "ACCOUNT")
    management_id = subnet(internal, "172.16.0.0/16", "Radio management", "NETWORK")
    delegated_id = subnet(ipv6, DELEGATED, "IPv6 prefixes for customers", "ACCOUNT")
    dhcp = writer["IpPool"].add(
        name="PPPoE pool",
        subnet_id=pool_id_subnet,
        ip_range="100.64.128.0-100.64.255.255",
        ips_available=32_768 - context.volumes.share(600),
    )
    writer["IpPool"].add(
        name="Static by hand", subnet_id=static_id, ip_range="198.18.8.0-198.18.15.255", ips_available=2_048
    )
    return AddressSpace(
        static=Range(static_id, static_hosts()),
        pool=Range(pool_id_subnet, _hosts("100.64.128.0/17"), dhcp),
        management=Range(management_id, _hosts("172.16.0.0/16")),
        block_subnet_id=block_id,
        delegated_subnet_id=delegated_id,
        delegated=IPv6Network(DELEGATED).subnets(new_prefix=56),
        blocks=(network for network in IPv4Network("198.18.64.0/18").subnets(new_prefix=29)),
    )


def static_hosts() -> Iterator[IPv4Address]:
    """Every address of the static subnet that may be given out."""
    return _hosts(STATIC)


def _hosts(cidr: str) -> Iterator[IPv4Address]:
    """The addresses of a range that may be given out: not .0, .1 or .255 of any /24, which some routers refuse."""
    return (address for address in IPv4Network(cidr) if int(address) % 256 not in (0, 1, 255))


def assign_addresses(context: Context, space: AddressSpace) -> None:
    """The provider's number of assignments, over all six kinds of owner."""
    random = context.random("ip_assignments")
    total = context.volumes.of("IpAssignment", at_least=14)
    online = [account for account in context.of_kind("active") if account.data_services]
    # One address per internet service: who gets one by RADIUS does not get a second one on the account.
    single = [account for account in online if len(account.data_services) == 1]
    random.shuffle(single)

    def take(candidates: list[AccountPlan], share: float) -> list[AccountPlan]:
        chosen = candidates[: max(1, round(total * share))]
        for account in chosen:
            single.remove(account)
        return chosen

    # RADIUS logins: half with a reserved address, half soft from the pool.
    for index, account in enumerate(take([account for account in single if account.id in context.radius], 0.24)):
        soft = index % 2 == 1
        assign_host(
            context,
            random,
            space.pool if soft else space.static,
            ("RadiusAccount", context.radius[account.id][0]),
            account,
            soft=soft,
        )
    for account in take([account for account in single if account.id in context.loose_macs], 0.06):
        assign_host(
            context,
            random,
            space.pool,
            ("UninventoriedMacAddress", context.loose_macs[account.id][0]),
            account,
            soft=True,
        )
    # Reversed, so that the first device of an account counts.
    mac_of = {account_id: field_id for field_id, account_id in reversed(context.mac_fields)}
    for account in take([account for account in single if account.id in mac_of], 0.20):
        soft = random.random() < 0.7
        source = space.pool if soft else space.static
        assign_host(context, random, source, ("InventoryModelFieldData", mac_of[account.id]), account, soft=soft)
    _assign_to_accounts(context, random, space, take(list(single), 0.25))
    for item_id, site_id in spread(random, context.site_devices, min(len(context.site_devices), round(total * 0.12))):
        assign_host(
            context, random, space.management, ("InventoryItem", item_id), None, description=f"device at site {site_id}"
        )
    missing = max(1, total - context.writer["IpAssignment"].count)
    for index in range(missing):
        site_id = context.site_ids[index % len(context.site_ids)]
        assign_host(context, random, space.management, ("NetworkSite", site_id), None, description="switch and UPS")


def _assign_to_accounts(context: Context, random: Random, space: AddressSpace, accounts: list[AccountPlan]) -> None:
    """Static addresses on accounts; businesses get a routed block as well, some accounts an IPv6 prefix."""
    for index, account in enumerate(accounts):
        assign_host(context, random, space.static, ("Account", account.id), account)
        if index % 12 == 5:
            assign_prefix(context, random, space, account)
        if not account.person and random.random() < 0.35:
            assign_block(context, random, space, account)


def assign_host(
    context: Context,
    random: Random,
    source: Range,
    owner: tuple[str, int],
    account: AccountPlan | None,
    *,
    soft: bool = False,
    description: str | None = None,
) -> int:
    """Give one address to an owner, with its history."""
    return _write(
        context,
        random,
        str(next(source.addresses)),
        source.subnet_id,
        source.pool_id if soft else None,
        owner,
        account,
        soft,
        description,
    )


def assign_block(context: Context, random: Random, space: AddressSpace, account: AccountPlan) -> int:
    """Route a /29 to an account."""
    return _write(
        context,
        random,
        str(next(space.blocks)),
        space.block_subnet_id,
        None,
        ("Account", account.id),
        account,
        False,
        "routed block",
    )


def assign_prefix(context: Context, random: Random, space: AddressSpace, account: AccountPlan) -> int:
    """Delegate an IPv6 /56 to an account."""
    prefix, owner = str(next(space.delegated)), ("Account", account.id)
    return _write(context, random, prefix, space.delegated_subnet_id, None, owner, account, False, "delegated prefix")


def _write(
    context: Context,
    random: Random,
    address: str,
    subnet_id: int,
    pool_id: int | None,
    owner: tuple[str, int],
    account: AccountPlan | None,
    soft: bool,
    description: str | None,
) -> int:
    """The assignment and the line in the history of its account or site."""
    kind, owner_id = owner
    ip_network(address)  # a mistake here would only show in the target
    start = account.activated if account else None
    created = context.past(random, start)
    # GUESS: addresses on an account name the service they belong to, those further away do not.
    service_id = (
        account.data_services[0].id
        if account and kind in ("Account", "RadiusAccount") and account.data_services
        else None
    )
    assignment_id = context.writer["IpAssignment"].add(
        created=created, subnet=address, subnet_id=subnet_id, ip_pool_id=pool_id, ipassignmentable_type=kind,
        ipassignmentable_id=owner_id, soft=soft, description=description, account_service_id=service_id,
    )  # fmt: skip
    if account is not None or kind == "NetworkSite":
        context.writer["IpAssignmentHistory"].add(
            created=created, assigned_datetime=created, ip_assignment_id=assignment_id, ipassignmentable_type=kind,
            ipassignmentable_id=owner_id, ipassignmenthistoryable_type="Account" if account else "NetworkSite",
            ipassignmenthistoryable_id=account.id if account else owner_id, soft=soft, subnet=address,
            account_service_id=service_id,
        )  # fmt: skip
    return assignment_id
