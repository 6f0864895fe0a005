"""Address rows of networks and other networking operations beyond a record's life."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Network

from sandbox.splynx import addresses, engine
from sandbox.splynx.errors import bad_request, not_found
from sandbox.splynx.routes import Answer, Call, action
from sandbox.splynx.store import Row, encode_json

_IPV4_IP, _IPV6_IP = "networking/ipv4-ip", "networking/ipv6-ip"


def _network(call: Call, table: str = addresses.NETWORKS) -> Row:
    row = call.splynx.table(table).get(call.parameters["network"])
    if row is None:
        raise not_found()
    return row


def _listed(call: Call, rows: Iterator[Row]) -> Answer:
    resource = call.splynx.resource(_IPV4_IP)
    query = engine.query_of(call.splynx, resource, call.query)
    page = query.page(query.matching(call.splynx.table(_IPV4_IP), rows))
    return Answer(200, engine.many_json(call.splynx, _IPV4_IP, page))


@action("GET", "/admin/networking/ipv4-ip")
def all_addresses(call: Call) -> Answer:
    """Addresses of all networks; a search for one ip or one network is quick."""
    splynx, wanted = call.splynx, call.query.get("main_attributes")
    networks = list(splynx.table(addresses.NETWORKS))
    if isinstance(wanted, dict):
        if isinstance(wanted.get("ip"), str):
            try:
                address = IPv4Address(wanted["ip"])
            except ValueError:
                return Answer(200, b"[]")
            network = addresses.endnet_of(splynx, address)
            return _listed(call, iter([addresses.row_of(splynx, network, address)] if network is not None else []))
        if wanted.get("is_used") == "1":
            return _listed(call, iter([row for row in splynx.table(_IPV4_IP) if row["is_used"]]))
        if isinstance(wanted.get("ipv4_networks_id"), str):
            networks = [row for row in networks if str(row.id) == wanted["ipv4_networks_id"]]
    return _listed(call, (row for network in networks for row in addresses.rows_of(splynx, network)))


@action("GET", "/admin/networking/ipv4-ip/{network}")
def addresses_of_network(call: Call) -> Answer:
    """Addresses of one network."""
    return _listed(call, addresses.rows_of(call.splynx, _network(call)))


def _address(call: Call) -> Row:
    number = call.parameters["ip"]
    row = addresses.by_number(call.splynx, _network(call), int(number)) if number.isdigit() else None
    if row is None:
        raise not_found()
    return row


@action("GET", "/admin/networking/ipv4-ip/{network}--{ip}")
def one_address(call: Call) -> Answer:
    """One address, by the id of its row (a number in the document; the dotted form is refused)."""
    return Answer(200, engine.one_json(call.splynx, _IPV4_IP, _address(call)))


@action("PUT", "/admin/networking/ipv4-ip/{network}--{ip}")
def change_address(call: Call) -> Answer:
    """Title, hostname, category, is_used, customer_id … of an address; 202."""
    engine.update(call.splynx, call.splynx.resource(_IPV4_IP), _address(call), call.body, call.identity)
    return Answer(202)


@action("POST", "/admin/networking/ipv6-ip/{network}")
def add_ipv6(call: Call) -> Answer:
    """Use an address of an IPv6 network; documented status 202, body not documented (empty: GUESS)."""
    network = _network(call, "networking/ipv6")
    resource = call.splynx.resource(_IPV6_IP)
    engine.create(call.splynx, resource, call.body, call.identity, {"ipv6_networks_id": network.id})
    return Answer(202)


def _ipv6_row(call: Call) -> Row:
    network, wanted = _network(call, "networking/ipv6"), call.parameters["ip"]
    for row in call.splynx.table(_IPV6_IP).where("ipv6_networks_id", network.id):
        if wanted in (str(row.id), row["ip"]):
            return row
    raise not_found()


@action("GET", "/admin/networking/ipv6-ip/{network}--{ip}")
def one_ipv6(call: Call) -> Answer:
    """One used address, by row id or address."""
    return Answer(200, engine.one_json(call.splynx, _IPV6_IP, _ipv6_row(call)))


@action("PUT", "/admin/networking/ipv6-ip/{network}--{ip}")
def change_ipv6(call: Call) -> Answer:
    """Change a used address; 202."""
    engine.update(call.splynx, call.splynx.resource(_IPV6_IP), _ipv6_row(call), call.body, call.identity)
    return Answer(202)


@action("DELETE", "/admin/networking/ipv6-ip/{network}--{ip}")
def free_ipv6(call: Call) -> Answer:
    """Un-use an address; 204."""
    call.splynx.table(_IPV6_IP).delete(_ipv6_row(call))
    return Answer(204)


@action("GET", "/admin/networking/ipv6-ip/{network}--{free}--{prefix}")
def free_ipv6_network(call: Call) -> Answer:
    """The first free network of a prefix length inside a network."""
    network = _network(call, "networking/ipv6")
    whole = IPv6Network(f"{network['network']}/{network['prefix']}")
    length = call.number("prefix")
    if not whole.prefixlen <= length <= 128:
        raise bad_request("Prefix is out of range!")
    used = {row["ip"] for row in call.splynx.table(_IPV6_IP).where("ipv6_networks_id", network.id)}
    for count, candidate in enumerate(whole.subnets(new_prefix=length)):
        if count > 65536:
            break
        if str(candidate.network_address) not in used:
            values = {name: spec.default for name, spec in call.splynx.resource(_IPV6_IP).fields.items()}
            values.update(ipv6_networks_id=network.id, ip=str(candidate.network_address), prefix=length, is_used=0,
                          ip_end=str(candidate.broadcast_address))  # fmt: skip
            return Answer(200, encode_json(values))
    raise not_found("No free network!")


@action("GET", "/admin/networking/routers-mikrotik/{id}")
def mikrotik_of_router(call: Call) -> Answer:
    """API data of a MikroTik router: blank ones, they cannot be made through the API."""
    router = call.splynx.table("networking/routers").get(call.parameters["id"])
    if router is None:
        raise not_found()
    fields = call.splynx.contract.fields_of("MikrotikResponse")
    return Answer(200, encode_json({**{name: spec.default for name, spec in fields.items()}, "id": router.id}))


@action("GET", "/admin/networking/mikrotik-sectors/{router_id}")
def sectors_of_router(call: Call) -> Answer:
    """Sectors of a router."""
    rows = call.splynx.table("networking/routers-sectors").where("router_id", call.parameters["router_id"])
    return Answer(200, engine.many_json(call.splynx, "networking/routers-sectors", rows))


@action("PUT", "/admin/networking/traffic-accounting/{id}")
def account_traffic(call: Call) -> Answer:
    """Add traffic to an online session. GUESS: an unknown session is 404."""
    session = call.splynx.table("customers/customers-online").get(call.parameters["id"])
    if session is None:
        raise not_found()
    body = call.body if isinstance(call.body, dict) else {}
    table = call.splynx.table("customers/customers-online")
    table.change(session, {"in_bytes": body.get("upload", 0), "out_bytes": body.get("download", 0)})
    return Answer(202)


@action("PUT", "/admin/networking/acs-devices/{id}--provisioning")
def provision(call: Call) -> Answer:
    """Start provisioning of an ACS device; documented status 204."""
    if call.splynx.table("networking/acs-devices").get(call.parameters["id"]) is None:
        raise not_found()
    return Answer(204)
