"""Sites, RADIUS, loose MAC addresses and the servers that Sonar feeds.

Out: rows of NetworkSite (with contacts and address), RadiusAccount, RadiusSessionHistory, RadiusServer, RadiusGroup,
DhcpServer, InlineDevice, Poller, NetworkMonitoringTemplate, UninventoriedMacAddress.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sandbox.data.clock import at, stamp
from sandbox.data.context import Context
from sandbox.data.people import add_phones, plain
from sandbox.data.places import add_address
from sandbox.data.plan import AccountPlan, ServicePlan
from sandbox.data.words import FIRST_NAMES, LAST_NAMES, SITE_NAMES, TOWNS


def mac_address(random: Random) -> str:
    """A MAC address as Sonar stores it (upper case, colons), locally administered so that it is nobody's."""
    digits = f"{random.getrandbits(32):08X}"
    return "02:5A:" + ":".join(digits[index : index + 2] for index in range(0, 8, 2))


def make_sites(context: Context) -> None:
    """Towers and POPs, each with an address and a person to call."""
    random = context.random("network_sites")
    for index in range(context.volumes.of("NetworkSite", at_least=6)):
        town = TOWNS[index % len(TOWNS)]
        latitude, longitude = town.latitude + random.uniform(-0.05, 0.05), town.longitude + random.uniform(-0.05, 0.05)
        name = SITE_NAMES[index % len(SITE_NAMES)]
        if index >= len(SITE_NAMES):
            name = f"{name} {index // len(SITE_NAMES) + 1}"
        created = context.past(random)
        site_id = context.writer["NetworkSite"].add(
            created=created, name=name, height_in_meters=round(random.uniform(3, 95), 1),
            geopoint=f"{latitude:.6f},{longitude:.6f}",
            company_id=context.company_ids[index % 3] if index % 4 else None,
        )  # fmt: skip
        context.site_ids.append(site_id)
        add_address(
            context,
            random,
            town,
            owner=("NetworkSite", site_id),
            created=created,
            latitude=latitude,
            longitude=longitude,
        )
        add_site_contact(context, random, site_id, town.area_code, created)


def add_site_contact(context: Context, random: Random, site_id: int, area_code: str, created: str) -> None:
    """The farmer or landlord with the key."""
    name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
    contact_id = context.writer["Contact"].reserve()
    context.writer["Contact"].add(
        id=contact_id, created=created, contactable_type="NetworkSite", contactable_id=site_id, name=name,
        primary=True, role="Landowner",
        email_address=f"{plain(name).replace(' ', '.').lower()}{contact_id}@example.org", language="en",
    )  # fmt: skip
    add_phones(context, random, contact_id, area_code, 1)


def make_radius_accounts(context: Context) -> None:
    """PPPoE logins, the provider's number of them; who has none is identified by the MAC of a device."""
    random = context.random("radius_accounts")
    candidates = [(account, service) for account in context.of_kind("active") for service in account.data_services]
    wanted = min(len(candidates), context.volumes.of("RadiusAccount"))
    chosen = set(random.sample(range(len(candidates)), wanted))
    for index, (account, service) in enumerate(candidates):
        if index in chosen:
            add_radius_account(context, random, account, service)


def add_radius_account(context: Context, random: Random, account: AccountPlan, service: ServicePlan) -> int:
    """A login for one internet service, with its last session now and then."""
    table = context.writer["RadiusAccount"]
    row_id = table.reserve()
    created = context.not_later(at(service.since, random))
    table.add(
        id=row_id, created=created, account_id=account.id, username=f"rr{account.id:05d}-{row_id}",
        # Old logins were made before the instance was allowed to show passwords.
        password=f"{random.getrandbits(48):012x}" if random.random() < 0.93 else None,
        # GUESS: with a single internet service, older rows name only the account.
        account_service_id=service.id if len(account.data_services) > 1 or random.random() < 0.8 else None,
    )  # fmt: skip
    context.radius.setdefault(account.id, []).append(row_id)
    if service.id is not None:
        context.radius_services.add(service.id)
    if random.random() < context.volumes.of("RadiusSessionHistory") / context.volumes.of("RadiusAccount"):
        start = context.now - timedelta(minutes=random.randint(10, 60 * 24 * 20))
        context.writer["RadiusSessionHistory"].add(
            created=stamp(start), account_session_id=f"{random.getrandbits(32):08x}", radius_account_id=row_id,
            start=stamp(start), calling_station_id=mac_address(random), nas_ip_address="172.17.0.1",
        )  # fmt: skip
    return row_id


def add_loose_mac(context: Context, random: Random, account: AccountPlan, service: ServicePlan) -> int:
    """The MAC address of a device that is not in the inventory."""
    row_id = context.writer["UninventoriedMacAddress"].add(
        created=context.not_later(at(service.since, random)),
        account_id=account.id,
        mac_address=mac_address(random),
        account_service_id=service.id,
    )
    context.loose_macs.setdefault(account.id, []).append(row_id)
    return row_id


def make_access_for_the_rest(context: Context) -> None:
    """Internet services that nothing identifies yet get a loose MAC; some others have one as well."""
    random = context.random("uninventoried_mac_addresses")
    with_device = {account_id for _, account_id in context.mac_fields}
    active = [account for account in context.of_kind("active") if account.data_services]
    for account in active:
        for index, service in enumerate(account.data_services):
            known = service.id in context.radius_services or (account.id in with_device and index == 0)
            if not known:
                add_loose_mac(context, random, account, service)
    missing = context.volumes.of("UninventoriedMacAddress") - context.writer["UninventoriedMacAddress"].count
    for _ in range(max(0, min(missing, len(active)))):
        account = random.choice(active)
        add_loose_mac(context, random, account, account.data_services[0])


def make_servers(context: Context) -> None:
    """What Sonar provisions: one of each kind."""
    random = context.random("servers")
    writer = context.writer
    seen = context.now_stamp
    radius_id = writer["RadiusServer"].add(
        name="radius1", ip_address="172.17.0.10", enabled=True, type="FREERADIUS_MYSQL", status="UP",
        last_synchronized=seen, send_change_auth_on_delinquency=True, send_change_auth_on_status_change=True,
        coa_secret=f"{random.getrandbits(64):016x}",
    )  # fmt: skip
    writer["RadiusServerCredential"].add(
        radius_server_id=radius_id,
        credential="FREERADIUS_MYSQL_DATABASE_PASSWORD",
        value=f"{random.getrandbits(64):016x}",
    )
    for priority, (name, delinquency) in enumerate((("delinquent", "DELINQUENT"), ("default", "CURRENT")), start=1):
        group_id = writer["RadiusGroup"].add(
            name=name, account_status="ACTIVE", delinquency=delinquency, priority=priority
        )
        writer["RadiusGroupReplyAttribute"].add(
            radius_group_id=group_id, name="Framed-Pool", operator="COLON_EQUALS", reply=f"{name}-pool"
        )
    writer["AddressList"].add(name="delinquent", account_status="ACTIVE", delinquency="DELINQUENT")
    writer["DhcpServer"].add(
        name="dhcp-core", ip_address="172.17.0.11", port=8728, enabled=True, type="MIKROTIK", status="UP",
        last_synchronized=seen, api_key=f"{random.getrandbits(96):024x}", serves_all_pools=True,
    )  # fmt: skip
    writer["InlineDevice"].add(
        name="shaper1",
        ip_address="172.17.0.12",
        port=8728,
        enabled=True,
        type="MIKROTIK",
        all_subnets=True,
        status="UP",
        last_synchronized=seen,
    )
    writer["Poller"].add(
        name="poller1",
        enabled=True,
        api_key=f"{random.getrandbits(96):024x}",
        version="2.4.1",
        results_last_received=seen,
    )
    context.named["monitoring"] = writer["NetworkMonitoringTemplate"].add(
        name="SNMP v2c radios", icmp_monitoring=True, snmp_community="ridgeriver-ro",
        snmp_version="SNMP_VERSION_2C", collect_interface_statistics=True, icmp_latency_threshold=150,
        icmp_loss_threshold=10,
    )  # fmt: skip
