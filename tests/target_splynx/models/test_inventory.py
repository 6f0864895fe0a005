"""Inventory: single records from Sonar's field to Splynx's, and what becomes of dirt (research/mapping.md §7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest


@pytest.fixture
def stockroom(bench: Any, provider: Any) -> Any:
    """A maker, a category, a model with MAC and serial number, a warehouse with a shelf, a truck, and two people."""
    add = bench.add
    add("manufacturers", id=3, name=" Ubiquiti ")
    add("inventory_model_categories", id=4, name="CPE radios")
    add("inventory_models", id=5, name="LiteBeam 5AC", model_name="LBE-5AC-Gen2", manufacturer_id=3, inventory_model_category_id=4, enabled=True)
    add("inventory_model_fields", id=1, inventory_model_id=5, name="MAC address", type="MAC_ADDRESS", primary=True)
    add("inventory_model_fields", id=2, inventory_model_id=5, name="Serial number", type="TEXT", primary=False)
    add("inventory_model_fields", id=3, inventory_model_id=5, name="Firmware", type="TEXT", primary=False)
    add("inventory_model_fields", id=4, inventory_model_id=5, name="Auth key", type="LTEAUTHKEY", primary=False)
    add("inventory_locations", id=1, name="Baraboo Warehouse")
    add("internal_locations", id=1, name="Shelf A", inventory_location_id=1)
    add("vehicles", id=1, name="Truck 1", manufacturer="Ford", model="Transit", year=2020)
    add("users", id=1, username="dana", name="Dana Diaz", email_address="dana@example.com", enabled=True, is_sonar_staff=False, super_admin=False)
    add("users", id=2, username="gone", name="Gone Gary", email_address="gary@example.com", enabled=False, is_sonar_staff=False, super_admin=False)
    return bench


def item(bench: Any, holder: str, holder_id: int, values: dict[int, str] | None = None, **more: Any) -> int:
    number = bench.add(
        "inventory_items", inventoryitemable_type=holder, inventoryitemable_id=holder_id,
        **{"inventory_model_id": 5, "status": "FUNCTIONAL", "purchase_price": 5900} | more,
    )  # fmt: skip
    for field, value in (values or {}).items():
        bench.add("inventory_model_field_data", inventory_item_id=number, inventory_model_field_id=field, value=value)
    return int(number)


def run(bench: Any) -> Any:
    return bench.run("inventory/items", "inventory/item_states", "inventory/suppliers")


def test_a_model_becomes_a_product_of_its_vendor(stockroom: Any) -> None:
    stockroom.set(inventory_category_map={"CPE radios": "7"})
    row = run(stockroom).row("inventory/products", 5)
    assert row.name == "LiteBeam 5AC (LBE-5AC-Gen2)"
    assert row.vendor_id == stockroom.made("inventory_vendors", 3)
    assert row.category_id == 7
    assert stockroom.row("inventory/vendors", 3).name == "Ubiquiti"


def test_a_category_without_an_id_is_the_default_and_on_the_handwork_sheet(stockroom: Any) -> None:
    run(stockroom)
    assert stockroom.row("inventory/products", 5).category_id == 1
    stockroom.make_part("inventory_lists_needed")
    found = stockroom.fetch("SELECT * FROM shared.inventory_lists_needed")
    assert {(row["kind"], row["name"], row["exists"]) for row in found} == {("inventory category", "CPE radios", False)}


def test_two_models_of_one_name_are_told_apart(stockroom: Any) -> None:
    stockroom.add("inventory_models", id=9, name="litebeam 5ac", model_name="LBE-5AC-Gen2", manufacturer_id=3, inventory_model_category_id=4)
    assert run(stockroom).row("inventory/products", 9).name == "litebeam 5ac (LBE-5AC-Gen2) (#9)"


def test_a_vendor_becomes_a_supplier_with_its_people(stockroom: Any) -> None:
    add = stockroom.add
    add("vendors", id=2, name="Café Telecom, S.A.", archived=False)
    add("addresses", addressable_type="Vendor", addressable_id=2, line1="1 Main St", line2="Dock 4", city="Baraboo", subdivision="US_WI", zip="53913")
    first = add("contacts", contactable_type="Vendor", contactable_id=2, name="Sal Reyes", role="Sales", primary=True, email_address="not an address")
    add("contacts", contactable_type="Vendor", contactable_id=2, name="Ann Poe", primary=False, email_address="ann@example.net")
    add("phone_numbers", contact_id=first, number="6085550100", country="US")
    row = run(stockroom).row("inventory/suppliers", 2)
    assert row.name == "Café Telecom, S.A."
    assert row.address == "1 Main St, Dock 4, Baraboo, WI, 53913"
    assert row.contact_name == "Sal Reyes, Sales | Ann Poe"
    assert row.email == "ann@example.net"
    assert row.phone == "+16085550100"


def test_places_become_stocks(stockroom: Any) -> None:
    stockroom.add("network_sites", id=1, name="Ridge Tower", company_id=1)
    stockroom.add("network_sites", id=2, name="Empty Hill", company_id=1)
    stockroom.add("generic_inventory_assignees", id=1, name="baraboo warehouse")
    item(stockroom, "NetworkSite", 1)
    item(stockroom, "User", 1)
    run(stockroom)
    assert {row.source_key: row.name for row in stockroom.results["inventory/stocks"]} == {
        "InventoryLocation:1": "Baraboo Warehouse",
        "InternalLocation:1": "Baraboo Warehouse / Shelf A",
        "Vehicle:1": "Truck 1, Ford Transit 2020",
        "GenericInventoryAssignee:1": "baraboo warehouse (#1)",
        "NetworkSite:1": "Site Ridge Tower",
        "User": "Administrators",
    }


def test_a_device_at_a_customers_home(stockroom: Any, provider: Any) -> None:
    account = provider.account("Jane Roe")
    home = stockroom.add("addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL", line1="2 Oak St", city="Baraboo")
    number = item(stockroom, "Address", home, {1: "00-1A-2B-3C-4D-5E", 2: "SN123", 3: "8.7.11", 4: "secret"})
    row = run(stockroom).row("inventory/items", number)
    assert (row.product_id, row.barcode, row.serial_number) == (stockroom.made("inventory_products", 5), "00:1a:2b:3c:4d:5e", "SN123")
    assert row.notes == "Firmware: 8.7.11"
    assert row.values["_account"] == str(account)
    state = stockroom.row("inventory/item_states", number)
    assert (state.status, state.mark, state.customer_id, state.admin_id) == ("assigned", "used", stockroom.made("customers", account), None)
    assert state.stock_id == stockroom.made("inventory_stocks", "Address")
    assert state.cost_price == Decimal("59.00") and isinstance(state.cost_price, Decimal)


def test_a_device_of_a_service_is_the_customers_wherever_it_stands(stockroom: Any, provider: Any) -> None:
    account = provider.account()
    service = provider.has(account)
    number = item(stockroom, "InventoryLocation", 1, account_service_id=service)
    state = run(stockroom).row("inventory/item_states", number)
    assert (state.status, state.customer_id) == ("assigned", stockroom.made("customers", account))
    assert state.stock_id == stockroom.made("inventory_stocks", "InventoryLocation:1")


def test_a_device_at_an_account_that_is_not_migrated_is_in_stock(stockroom: Any, provider: Any) -> None:
    account = provider.account(archived_at="2025-01-01T00:00:00+00:00")
    home = stockroom.add("addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL", line1="2 Oak St")
    number = item(stockroom, "Address", home)
    run(stockroom)
    assert (stockroom.row("inventory/item_states", number).status, stockroom.row("inventory/item_states", number).customer_id) == ("stock", None)
    assert f"premises of account {account}" in stockroom.row("inventory/items", number).notes


def test_a_device_at_an_empty_house_keeps_its_address(stockroom: Any) -> None:
    home = stockroom.add("addresses", type="PHYSICAL", line1="9 Elm St", city="Viroqua", serviceable=True)
    number = item(stockroom, "Address", home)
    assert run(stockroom).row("inventory/items", number).notes == "At 9 Elm St, Viroqua, which no account uses"


@pytest.mark.parametrize(
    ("holder", "status", "mark"), [("InventoryLocation", "stock", "new"), ("InternalLocation", "stock", "new"), ("Vehicle", "stock", "used")]
)
def test_things_in_places_are_in_stock(stockroom: Any, holder: str, status: str, mark: str) -> None:
    number = item(stockroom, holder, 1)
    state = run(stockroom).row("inventory/item_states", number)
    assert (state.status, state.mark, state.stock_id) == (status, mark, stockroom.made("inventory_stocks", f"{holder}:1"))


def test_the_status_of_a_holder_can_be_chosen(stockroom: Any) -> None:
    stockroom.set(inventory_status_map={"Vehicle": "internal_usage"})
    number = item(stockroom, "Vehicle", 1)
    assert run(stockroom).row("inventory/item_states", number).status == "internal_usage"


def test_things_that_people_have(stockroom: Any) -> None:
    hers, his = item(stockroom, "User", 1), item(stockroom, "User", 2)
    run(stockroom)
    state = stockroom.row("inventory/item_states", hers)
    assert (state.status, state.admin_id) == ("internal_usage", stockroom.made("administrators", 1))
    assert stockroom.row("inventory/items", hers).notes is None
    # Who left is represented by the technical administrator; the name stays in the notes.
    assert stockroom.row("inventory/item_states", his).admin_id == stockroom.made("administrators", "technical")
    assert stockroom.row("inventory/items", his).notes == "Held by Gone Gary"


@pytest.mark.parametrize(("status", "note"), [("FAILED", "Failed"), ("LOST", "Lost")])
def test_what_is_broken_or_lost_is_marked_and_told(stockroom: Any, status: str, note: str) -> None:
    number = item(stockroom, "InventoryLocation", 1, status=status)
    run(stockroom)
    assert stockroom.row("inventory/item_states", number).mark == "broken"
    assert stockroom.row("inventory/items", number).notes == note


def test_barcodes_and_serial_numbers_are_unique(stockroom: Any) -> None:
    numbers = [item(stockroom, "InventoryLocation", 1, {1: "001A2B3C4D5E", 2: serial}) for serial in ("sn1", "SN1", "SN1")]
    run(stockroom)
    rows = [stockroom.row("inventory/items", number) for number in numbers]
    assert [row.barcode for row in rows] == ["00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5e.", "00:1a:2b:3c:4d:5e.."]
    assert [row.serial_number for row in rows] == ["sn1", "SN1.", "SN1.."]


def test_a_mac_address_that_is_none_is_told_in_the_notes(stockroom: Any) -> None:
    number = item(stockroom, "InventoryLocation", 1, {1: "unreadable"})
    row = run(stockroom).row("inventory/items", number)
    assert (row.barcode, row.notes) == (None, "MAC address: unreadable")


def test_segments_parents_and_notes_are_told(stockroom: Any) -> None:
    stockroom.add("inventory_models", id=6, name="Fiber drum", unit_of_measurement="FEET", manufacturer_id=3, inventory_model_category_id=4)
    drum = item(stockroom, "InventoryLocation", 1, inventory_model_id=6, quantity=5000)
    piece = item(stockroom, "Vehicle", 1, inventory_model_id=6, quantity=300, segment_parent_id=drum, parent_inventory_item_id=drum)
    stockroom.add(
        "notes", noteable_type="InventoryItem", noteable_id=piece, message="<p>For the &amp; ridge</p>", user_id=1, created_at="2026-07-01T12:00:00+00:00"
    )
    run(stockroom)
    assert stockroom.row("inventory/items", drum).notes == "Quantity: 5000 feet"
    assert stockroom.row("inventory/items", piece).notes.split("\n") == [
        "Quantity: 300 feet", f"Segment of item #{drum}", f"Part of item #{drum} Fiber drum", "2026-07-01 07:00 Dana Diaz: For the & ridge",
    ]  # fmt: skip


def test_consumables_are_items_with_a_quantity(stockroom: Any) -> None:
    stockroom.add("inventory_models", id=6, name="Cat5e cable", unit_of_measurement="FEET", generic=True, manufacturer_id=3, inventory_model_category_id=4)
    stockroom.add("generic_inventory_items", id=1, inventory_model_id=6, quantity=400, genericinventoryitemable_type="Vehicle", genericinventoryitemable_id=1)
    row = run(stockroom).row("inventory/items", "generic:1")
    assert (row.notes, row.barcode, row.product_id) == ("Quantity: 400 feet", None, stockroom.made("inventory_products", 6))
    assert stockroom.row("inventory/item_states", "generic:1").stock_id == stockroom.made("inventory_stocks", "Vehicle:1")


def test_the_number_of_the_purchase_order_is_kept(stockroom: Any) -> None:
    order = stockroom.add("purchase_orders", order_number=1003)
    line = stockroom.add("purchase_order_items", purchase_order_id=order)
    number = item(stockroom, "InventoryLocation", 1, purchase_order_item_id=line)
    assert run(stockroom).row("inventory/items", number).notes == "Purchase order: 1003"


def test_an_item_without_model_is_rejected(stockroom: Any) -> None:
    number = item(stockroom, "InventoryLocation", 1, inventory_model_id=99)
    assert run(stockroom).row("inventory/items", number).reject_code == "inventory_model_missing"


def test_an_item_in_a_place_that_is_gone_is_kept(stockroom: Any) -> None:
    number = item(stockroom, "Vehicle", 77)
    row = run(stockroom).row("inventory/items", number)
    assert row.fine and row.notes == "Held by Vehicle #77, which Sonar no longer knows"
