"""Networks, pools, addresses and monitored devices followed field by field (research/mapping.md §5.5, §6)."""

from __future__ import annotations

from typing import Any

import pytest

NETWORKS = ("network/ipv4_supernets", "network/ipv4_divided_subnets", "network/ipv4_networks", "services/services_internet")
ADDRESSES = ("services/ipv4_ip", "services/ipv6_ip", "services/services_internet", "network/monitoring")


def assign(bench: Any, kind: str, owner: int, block: str, subnet: int = 1, **values: Any) -> int:
    return bench.add("ip_assignments", ipassignmentable_type=kind, ipassignmentable_id=owner, subnet=block, subnet_id=subnet, **{"soft": False} | values)


def uses(bench: Any) -> dict[str, tuple[str, str]]:
    return {row.source_key: (f"{row.network}/{row.mask}", row.type_of_usage) for row in bench.results["network/ipv4_networks"]}


@pytest.fixture
def pooled(bench: Any, provider: Any) -> dict[str, int]:
    """A subnet whose upper half is a pool, another with a range that is no block, and customers in both."""
    bench.add("subnets", id=1, subnet="100.64.0.0/24", type="ACCOUNT", supernet_id=1, name="Dynamic")
    bench.add("ip_pools", id=1, name="PPPoE", subnet_id=1, ip_range="100.64.0.128-100.64.0.255")
    bench.add("subnets", id=2, subnet="100.65.0.0/24", type="ACCOUNT", supernet_id=1, name="Odd")
    bench.add("ip_pools", id=2, subnet_id=2, ip_range="100.65.0.10-100.65.0.12")
    found = {}
    for name, block, subnet in (("pool", "100.64.0.130", 1), ("odd", "100.65.0.11", 2), ("below", "100.64.0.7", 1)):
        account = provider.account()
        found[name] = provider.has(account)
        assign(bench, "Account", account, block, subnet, soft=name != "below")
    return found


def test_a_pool_that_is_one_block_becomes_a_network_of_its_own(bench: Any, pooled: dict[str, int]) -> None:
    bench.run(*NETWORKS)
    assert uses(bench) == {
        "subnet:1:100.64.0.0/25": ("100.64.0.0/25", "static"), "subnet:1:100.64.0.128/25": ("100.64.0.128/25", "pool"),
        "subnet:2": ("100.65.0.0/24", "static"),
    }  # fmt: skip
    (root,) = bench.results["network/ipv4_divided_subnets"]
    assert (root.source_key, root.network, root.mask, root.network_type) == ("subnet:1", "100.64.0.0", 24, "rootnet")
    assert bench.row("network/ipv4_networks", "subnet:2").comment == "Sonar subnet 2; pools 100.65.0.10-100.65.0.12"
    assert bench.row("network/ipv4_networks", "subnet:1:100.64.0.128/25").title == "PPPoE"
    rows = {name: bench.row("services/services_internet", line) for name, line in pooled.items()}
    assert (rows["pool"].taking_ipv4, rows["pool"].ipv4_pool_id) == (2, bench.made("ipv4_networks", "subnet:1:100.64.0.128/25"))
    assert (rows["odd"].taking_ipv4, rows["odd"].ipv4_pool_id) == (0, None)
    assert (rows["below"].taking_ipv4, rows["below"].ipv4) == (1, "100.64.0.7")


def test_ranges_are_split_on_request_and_never_made_wider(bench: Any, pooled: dict[str, int]) -> None:
    bench.set(pools="split")
    bench.run(*NETWORKS)
    found = uses(bench)
    assert {block for block, use in found.values() if use == "pool"} == {"100.64.0.128/25", "100.65.0.10/31", "100.65.0.12/32"}
    assert found["subnet:2:100.65.0.0/29"] == ("100.65.0.0/29", "static")
    assert bench.row("services/services_internet", pooled["odd"]).ipv4_pool_id == bench.made("ipv4_networks", "subnet:2:100.65.0.10/31")


def test_a_fixed_address_inside_a_pool_makes_the_part_static(bench: Any, provider: Any, pooled: dict[str, int]) -> None:
    account = provider.account()
    provider.has(account)
    assign(bench, "Account", account, "100.64.0.200")
    bench.run(*NETWORKS)
    assert uses(bench)["subnet:1:100.64.0.128/25"] == ("100.64.0.128/25", "static")


def test_a_pool_of_a_whole_subnet(bench: Any, provider: Any) -> None:
    bench.add("subnets", id=1, subnet="100.64.0.0/24", type="ACCOUNT", supernet_id=1)
    bench.add("ip_pools", id=1, subnet_id=1, ip_range="100.64.0.0-100.64.0.255")
    bench.run(*NETWORKS)
    assert uses(bench) == {"subnet:1": ("100.64.0.0/24", "pool")}


@pytest.fixture
def subnets(bench: Any, provider: Any) -> None:
    bench.add("subnets", id=1, subnet="198.18.0.0/24", type="MIXED", supernet_id=1)
    bench.add("subnets", id=2, subnet="2001:db8::/40", type="MIXED", supernet_id=1)
    bench.add("network_sites", id=1, name="Bluff Tower", geopoint="43.4,-89.7")
    bench.add("manufacturers", id=1, name="Cambium")
    bench.add("inventory_model_categories", id=1, name="Radio")
    bench.add("network_monitoring_templates", id=1, name="SNMP", icmp_monitoring=False, snmp_community="ro", snmp_version="SNMP_VERSION_1")
    bench.add("inventory_models", id=1, name="ePMP 3000", manufacturer_id=1, inventory_model_category_id=1, network_monitoring_template_id=1)


def test_addresses_of_sites_and_devices(bench: Any, subnets: None) -> None:
    item = bench.add("inventory_items", id=7, inventory_model_id=1, inventoryitemable_type="NetworkSite", inventoryitemable_id=1)
    site = assign(bench, "NetworkSite", 1, "198.18.0.2", description="switch and UPS")
    device = assign(bench, "InventoryItem", item, "198.18.0.3")
    block = assign(bench, "NetworkSite", 1, "198.18.0.8/30")
    six = assign(bench, "NetworkSite", 1, "2001:db8::5/128", 2)
    lost = assign(bench, "NetworkSite", 99, "198.18.0.77")
    bench.run(*ADDRESSES)
    rows = {row.source_key: row for row in bench.results["services/ipv4_ip"]}
    row = rows[str(site)]
    assert row.fine
    assert (row.id, row.network) == ("198.18.0.2", bench.made("ipv4_networks", "subnet:1"))
    assert (row.title, row.comment) == ("Bluff Tower", f"switch and UPS; Sonar assignment {site}")
    assert (row.is_used, row.customer_id, row.values["_account"]) == (1, None, None)
    assert rows[str(device)].title == "ePMP 3000, Bluff Tower"
    assert [row.id for key, row in sorted(rows.items()) if key.startswith(f"{block}:")] == ["198.18.0.10", "198.18.0.11", "198.18.0.8", "198.18.0.9"]
    assert str(lost) not in rows
    (row,) = bench.results["services/ipv6_ip"]
    assert (row.source_key, row.ip, row.prefix, row.network, row.is_used) == (str(six), "2001:db8::5", "128", bench.made("ipv6_networks", "subnet:2"), "1")


def test_addresses_that_no_service_of_the_customer_carries(bench: Any, provider: Any, subnets: None) -> None:
    plain, several, archived = provider.account("No Internet"), provider.account(), provider.account(archived_at="2025-01-01T00:00:00+00:00")
    provider.has(several)
    provider.has(several)
    kept = assign(bench, "Account", plain, "198.18.0.20")
    unclear = assign(bench, "Account", several, "198.18.0.21")
    assign(bench, "Account", archived, "198.18.0.22")
    assign(bench, "Account", plain, "198.18.0.23", soft=True)
    outside = assign(bench, "Account", plain, "10.0.0.1")
    twin = assign(bench, "NetworkSite", 1, "198.18.0.20")
    served = provider.account()
    line = provider.has(served)
    mine = assign(bench, "Account", served, "198.18.0.30")
    stolen = assign(bench, "NetworkSite", 1, "198.18.0.30")
    bench.run(*ADDRESSES)
    rows = {row.source_key: row for row in bench.results["services/ipv4_ip"]}
    assert (rows[str(kept)].customer_id, rows[str(kept)].title) == (bench.made("customers", plain), "No Internet")
    assert rows[str(kept)].values["_account"] == str(plain)
    assert {key: row.reject_code for key, row in rows.items()} == {
        str(kept): None, str(unclear): "ip_service_unclear", str(outside): "ip_outside_network", str(twin): "ip_duplicate", str(stolen): "ip_duplicate",
    }  # fmt: skip
    assert bench.row("services/services_internet", line).ipv4 == "198.18.0.30" and str(mine) not in rows


def test_further_ipv6_networks_stay_with_the_customer(bench: Any, provider: Any, subnets: None) -> None:
    account = provider.account()
    line = provider.has(account)
    assign(bench, "Account", account, "2001:db8:1::/56", 2)
    second = assign(bench, "Account", account, "2001:db8:2::/56", 2)
    bench.run(*ADDRESSES)
    assert bench.row("services/services_internet", line).ipv6_delegated == "2001:db8:1::/56"
    (row,) = bench.results["services/ipv6_ip"]
    assert (row.source_key, row.ip, row.prefix, row.customer_id) == (str(second), "2001:db8:2::", "56", bench.made("customers", account))


def test_devices_at_sites_are_monitored_but_switched_off(bench: Any, subnets: None) -> None:
    first = bench.add("inventory_items", inventory_model_id=1, inventoryitemable_type="NetworkSite", inventoryitemable_id=1)
    second = bench.add("inventory_items", inventory_model_id=1, inventoryitemable_type="NetworkSite", inventoryitemable_id=1)
    stored = bench.add("inventory_items", inventory_model_id=1, inventoryitemable_type="InventoryLocation", inventoryitemable_id=1)
    mac = bench.add("inventory_model_field_data", inventory_item_id=second, inventory_model_field_id=1, value="001a2b3c4d5e")
    assign(bench, "InventoryItem", first, "198.18.0.3")
    assign(bench, "InventoryModelFieldData", mac, "198.18.0.3")
    assign(bench, "InventoryItem", stored, "198.18.0.5")
    bench.set(monitoring_producer_map={"Cambium": "4"}, monitoring_type_map={"Radio": "3"})
    bench.run(*ADDRESSES)
    row = bench.row("network/monitoring", first)
    assert row.fine
    assert (row.title, row.ip, row.model) == ("ePMP 3000 – Bluff Tower", "198.18.0.3", "ePMP 3000")
    assert (row.producer, row.type, row.monitoring_group, row.parent_id) == (4, 3, 1, 0)
    assert (row.snmp_community, row.snmp_version, row.snmp_port, row.is_ping) == ("ro", 1, 161, False)
    assert (row.active, row.send_notifications) == (False, False)
    assert (row.network_site_id, row.location_id, row.gps) == (bench.made("network_sites", 1), 1, "43.4,-89.7")
    assert bench.row("network/monitoring", second).reject_code == "ip_duplicate"
    assert str(stored) not in [row.source_key for row in bench.results["network/monitoring"]]
    bench.forget_parts()
    bench.set(site_devices="skip")
    bench.run(*ADDRESSES)
    assert bench.row("network/monitoring", first).values["_skip"] == "site_devices: skip"
