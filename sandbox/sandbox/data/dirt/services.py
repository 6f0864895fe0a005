"""Dirt on services, access and addresses: what is sold, at what price, and how the customer gets on line."""

from __future__ import annotations

from ipaddress import ip_network

from sandbox.data.dirt.seeder import Seeder, common, recipe
from sandbox.data.plan import AccountPlan
from sandbox.data.removal import delete_account_service, delete_ip_assignments, delete_loose_mac, delete_radius_account


def _plain_services(account: AccountPlan) -> bool:
    """One internet service that is billed monthly at list price: prices can be played with."""
    data = account.data_services
    return len(data) == 1 and data[0].item.frequency == 1 and data[0].item.amount is not None and data[0].id is not None


@recipe("active_without_services", "services")
def active_without_services(seeder: Seeder, account: AccountPlan) -> bool:
    """Free riders, or a revenue leak."""
    if not seeder.claim(account, "access", "radius", "ip"):
        return False
    for service in account.services:
        assert service.id is not None
        delete_account_service(seeder.connection, service.id)
    # What identified the customer on the network goes too, or it would be an orphan of its own.
    for row_id in seeder.context.radius.pop(account.id, []):
        delete_radius_account(seeder.connection, row_id)
    delete_ip_assignments(seeder.connection, "Account", account.id)
    account.services = []
    seeder.record("active_without_services", "Account", account.id, "no row in account_services", account)
    return True


def _add_service(seeder: Seeder, account: AccountPlan, key: str, **values: object) -> int:
    item = seeder.context.items[key]
    return seeder.add(
        "AccountService", account_id=account.id, service_id=item.id, **{"quantity": 1, "is_additional": False, **values}
    )


@recipe("services_on_inactive_account", "services", "disconnected", "suspended")
def services_on_inactive_account(seeder: Seeder, account: AccountPlan) -> bool:
    """Disconnected by status only."""
    row_id = _add_service(seeder, account, "rental", number_of_times_billed=3)
    seeder.record("services_on_inactive_account", "AccountService", row_id, f"account is {account.kind}", account)
    return True


@recipe("services_on_archived_account", "services", "archived")
def services_on_archived_account(seeder: Seeder, account: AccountPlan) -> bool:
    """Archived with a service left."""
    row_id = _add_service(seeder, account, "rental", number_of_times_billed=3)
    seeder.record("services_on_archived_account", "AccountService", row_id, "account is archived", account)
    return True


@recipe("service_without_tariff", "services")
def service_without_tariff(seeder: Seeder, account: AccountPlan) -> bool:
    """An adjustment, sold as if it recurred."""
    row_id = _add_service(
        seeder, account, "adjust_debit", price_override=1500, price_override_reason="monthly, by hand"
    )
    seeder.record("service_without_tariff", "AccountService", row_id, "service of type ADJUSTMENT", account)
    return True


@recipe("service_amount_null", "services")
def service_amount_null(seeder: Seeder, account: AccountPlan) -> bool:
    """Moved to the plan without a list price, and no price agreed."""
    if not _plain_services(account) or any(service.item.credit for service in account.services):
        return False
    service = account.data_services[0]
    item = seeder.context.items["dedicated"]
    seeder.update(
        "AccountService",
        service.id,
        service_id=item.id,
        price_override=None,
        price_override_reason=None,
        package_id=None,
    )
    service.item = item
    seeder.record(
        "service_amount_null", "AccountService", service.id, "neither price_override nor services.amount", account
    )
    return True


@recipe("price_override_zero", "services")
def price_override_zero(seeder: Seeder, account: AccountPlan) -> bool:
    """Free of charge."""
    if not _plain_services(account) or any(service.item.credit for service in account.services):
        return False
    service = account.data_services[0]
    seeder.update("AccountService", service.id, price_override=0, price_override_reason="tower host")
    seeder.record("price_override_zero", "AccountService", service.id, "price_override is 0", account)
    return True


@recipe("price_override_high", "services")
def price_override_high(seeder: Seeder, account: AccountPlan) -> bool:
    """A digit too many."""
    if not _plain_services(account):
        return False
    service = account.data_services[0]
    price = (service.item.amount or 0) * 10
    seeder.update("AccountService", service.id, price_override=price, price_override_reason="typo?")
    seeder.record(
        "price_override_high", "AccountService", service.id, f"{price} cents, list price {service.item.amount}", account
    )
    return True


@recipe("credit_exceeds_debits", "services")
def credit_exceeds_debits(seeder: Seeder, account: AccountPlan) -> bool:
    """More credit than charges, each month."""
    if any(service.item.frequency > 1 for service in account.services) or not account.services:
        return False
    charges = sum(service.cents for service in account.services if not service.item.credit)
    charges += sum(price * quantity for service in account.services for _, price, quantity, _ in service.add_ons)
    row_id = _add_service(
        seeder, account, "employee_credit", price_override=charges + 1000, price_override_reason="board member"
    )
    seeder.record(
        "credit_exceeds_debits", "AccountService", row_id, f"credit {charges + 1000} cents, charges {charges}", account
    )
    return True


@recipe("expiring_finished", "services")
def expiring_finished(seeder: Seeder, account: AccountPlan) -> bool:
    """A promotion that ran out and was not removed."""
    if any(service.item.key == "welcome" for service in account.services):
        return False
    row_id = _add_service(seeder, account, "welcome", number_of_times_billed=12)
    seeder.record("expiring_finished", "AccountService", row_id, "billed 12 of 12 times", account)
    return True


@recipe("data_service_without_access", "access")
def data_service_without_access(seeder: Seeder, account: AccountPlan) -> bool:
    """Nothing says how the customer gets on line. Needs one without a device in the inventory."""
    context = seeder.context
    if len(account.data_services) != 1 or account.id in seeder.mac_field_of:
        return False
    if not seeder.claim(account, "radius", "ip", "mac"):
        return False
    for row_id in context.radius.pop(account.id, []):
        delete_radius_account(seeder.connection, row_id)
    for row_id in context.loose_macs.pop(account.id, []):
        delete_loose_mac(seeder.connection, row_id)
    delete_ip_assignments(seeder.connection, "Account", account.id)
    seeder.record(
        "data_service_without_access",
        "AccountService",
        account.data_services[0].id,
        "no RADIUS account, MAC or IP",
        account,
    )
    return True


@recipe("radius_without_service", "radius", "disconnected", "suspended")
def radius_without_service(seeder: Seeder, account: AccountPlan) -> bool:
    """A login that outlived its service."""
    row_id = seeder.add("RadiusAccount", account_id=account.id, username=f"old{account.id:05d}", password=None)
    seeder.record("radius_without_service", "RadiusAccount", row_id, "account has no DATA service", account)
    return True


@recipe("duplicate_radius_username", "radius")
def duplicate_radius_username(seeder: Seeder, account: AccountPlan) -> bool:
    """One login on two accounts."""
    radius = seeder.context.radius
    if account.id not in radius:
        return False
    other = seeder.partner(account, "radius", lambda candidate: candidate.id in radius)
    if other is None:
        return False
    name = seeder.value('SELECT username FROM "RadiusAccount" WHERE id = ?', radius[account.id][0])
    seeder.update("RadiusAccount", radius[other.id][0], username=name)
    for one, two in ((account, other), (other, account)):
        seeder.record(
            "duplicate_radius_username", "RadiusAccount", radius[one.id][0], f"{name} is also on account {two.id}", one
        )
    return True


@recipe("duplicate_mac", "mac")
def duplicate_mac(seeder: Seeder, account: AccountPlan) -> bool:
    """The loose MAC of one customer is the inventory device of another, written differently."""
    loose, field_of = seeder.context.loose_macs, seeder.mac_field_of
    if account.id not in loose:
        return False
    other = seeder.partner(account, "mac", lambda candidate: candidate.id in field_of and candidate.id not in loose)
    if other is None:
        return False
    value = seeder.value('SELECT value FROM "InventoryModelFieldData" WHERE id = ?', field_of[other.id])
    seeder.update("UninventoriedMacAddress", loose[account.id][0], mac_address=value.lower().replace(":", "-"))
    seeder.record(
        "duplicate_mac",
        "UninventoriedMacAddress",
        loose[account.id][0],
        f"{value} is also on account {other.id}",
        account,
    )
    seeder.record(
        "duplicate_mac",
        "InventoryModelFieldData",
        field_of[other.id],
        f"{value} is also on account {account.id}",
        other,
    )
    return True


def _hard_address(seeder: Seeder, account: AccountPlan) -> tuple[int, str, int] | None:
    """id, address and subnet of a hard single address on the account itself."""
    found = seeder.row(
        """SELECT id, subnet, subnet_id FROM "IpAssignment"
           WHERE ipassignmentable_type = 'Account' AND ipassignmentable_id = ? AND NOT soft AND subnet NOT LIKE '%/%'
           ORDER BY id""",
        account.id,
    )
    return (found[0], found[1], found[2]) if found else None


@recipe("duplicate_ip", "ip")
def duplicate_ip(seeder: Seeder, account: AccountPlan) -> bool:
    """One static address on two customers."""
    mine = _hard_address(seeder, account)
    if mine is None:
        return False
    other = seeder.partner(account, "ip", lambda candidate: _hard_address(seeder, candidate) is not None)
    if other is None:
        return False
    theirs = _hard_address(seeder, other)
    assert theirs is not None
    seeder.update("IpAssignment", theirs[0], subnet=mine[1], subnet_id=mine[2])
    for one, row_id, two in ((account, mine[0], other), (other, theirs[0], account)):
        seeder.record("duplicate_ip", "IpAssignment", row_id, f"{mine[1]} is also on account {two.id}", one)
    return True


@recipe("ip_outside_subnet", "ip")
def ip_outside_subnet(seeder: Seeder, account: AccountPlan) -> bool:
    """An address of a provider that was taken over."""
    mine = _hard_address(seeder, account)
    if mine is None:
        return False
    address = f"192.0.2.{account.id % 250 + 2}"
    seeder.update("IpAssignment", mine[0], subnet=address)
    seeder.record("ip_outside_subnet", "IpAssignment", mine[0], f"{address} is not in subnet {mine[2]}", account)
    return True


@recipe("soft_hard_clash", "ip")
def soft_hard_clash(seeder: Seeder, account: AccountPlan) -> bool:
    """DHCP gave out an address that belongs to somebody."""
    mine = _hard_address(seeder, account)
    loose = seeder.context.loose_macs
    if mine is None:
        return False
    other = seeder.partner(
        account, "ip", lambda candidate: candidate.id in loose and _hard_address(seeder, candidate) is None
    )
    if other is None:
        return False
    row_id = seeder.add(
        "IpAssignment", subnet=mine[1], subnet_id=mine[2], ipassignmentable_type="UninventoriedMacAddress",
        ipassignmentable_id=loose[other.id][0], soft=True,
    )  # fmt: skip
    seeder.record("soft_hard_clash", "IpAssignment", mine[0], f"{mine[1]} is also soft on account {other.id}", account)
    seeder.record("soft_hard_clash", "IpAssignment", row_id, f"{mine[1]} is hard on account {account.id}", other)
    return True


@common
def address_space(seeder: Seeder) -> None:
    """Subnets over each other, a pool that is no block."""
    found = seeder.row('SELECT id, supernet_id, subnet FROM "Subnet" WHERE name = ?', "Static addresses")
    assert found is not None
    inner = next(ip_network(found[2]).subnets(new_prefix=24))
    row_id = seeder.add(
        "Subnet", supernet_id=found[1], subnet=str(inner), name="Static (old entry)", type="ACCOUNT", polling_priority=1
    )
    seeder.record("overlapping_subnets", "Subnet", row_id, f"{inner} lies in subnet {found[0]} {found[2]}")
    blocks = seeder.value('SELECT id FROM "Subnet" WHERE name = ?', "Routed blocks")
    row_id = seeder.add(
        "IpPool", subnet_id=blocks, name="hand-made", ip_range="198.18.127.10-198.18.127.77", ips_available=68
    )
    seeder.record("pool_not_cidr", "IpPool", row_id, "198.18.127.10-198.18.127.77 is not one block")


@common
def catalogue(seeder: Seeder) -> None:
    """The price list: a name that is too long, a service that is rated by Avalara."""
    name = "Residential Fixed Wireless 25/5 incl. Router, Installation and Extended Maintenance (2019 promotion)"
    row_id = seeder.add("Service", name=name, amount=4995, application="DEBIT", type="RECURRING", enabled=True)
    seeder.add("RecurringServiceDetail", service_id=row_id, billing_frequency=1)
    seeder.record("service_name_too_long", "Service", row_id, f"{len(name)} characters")
    named = seeder.context.named
    rated = seeder.add(
        "ServiceTaxDefinition", service_id=seeder.context.items["business_line"].id, discount=False,
        taxdefinitionable_type="AvalaraTaxDefinition", taxdefinitionable_id=named["avalara:definition"],
    )  # fmt: skip
    seeder.record("tax_avalara", "ServiceTaxDefinition", rated, "Business Line is rated by Avalara")


def list_ordinary(seeder: Seeder) -> None:
    """Write down what is ordinary but must be planned for. Runs last: it looks at everything."""
    lists = {
        "tax_flat": ("Tax", """SELECT id, name FROM "Tax" WHERE application = 'FLAT'""", None),
        "tax_exemption_amount": (
            "ServiceTax",
            'SELECT id, exemption_amount FROM "ServiceTax" WHERE exemption_amount > 0',
            None,
        ),
        "disabled_service_in_use": (
            "Service",
            """SELECT id, name FROM "Service" s
               WHERE NOT enabled AND EXISTS (SELECT 1 FROM "AccountService" x WHERE x.service_id = s.id)""",
            None,
        ),
        "user_disabled": ("User", 'SELECT id, name FROM "User" WHERE NOT enabled', None),
        "tax_override": ("TaxOverride", 'SELECT id, rate, account_id FROM "TaxOverride"', 2),
    }
    for code, (type_name, query, account_column) in lists.items():
        for row in seeder.connection.execute(query).fetchall():
            seeder.record(code, type_name, row[0], str(row[1]), row[account_column] if account_column else None)
