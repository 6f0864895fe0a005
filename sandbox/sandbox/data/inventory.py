"""Things: makers, models and their fields, warehouses, vehicles, vendors, purchase orders, and every serialised item.

Out: rows of Manufacturer, InventoryModelCategory, InventoryModel, InventoryModelField, InventoryItem,
InventoryModelFieldData, InventoryLocation, InternalLocation, Vehicle, GenericInventoryAssignee, GenericInventoryItem,
Vendor, VendorItem, PurchaseOrder, PurchaseOrderItem, DeploymentType. Serial numbers and MAC addresses are field data,
not columns of the item.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sandbox.data.clock import stamp
from sandbox.data.context import Context
from sandbox.data.network import mac_address
from sandbox.data.people import add_phones
from sandbox.data.places import add_address
from sandbox.data.words import TOWNS

# (manufacturer, category, name, model name, price in cents, where it is used, share)
MODELS = (
    ("Ubiquiti", "CPE radios", "LiteBeam 5AC", "LBE-5AC-Gen2", 5900, "customer", 24),
    ("Cambium", "CPE radios", "Force 300-16", "C058910C102A", 11_800, "customer", 16),
    ("Calix", "ONTs", "GigaPoint GP1100X", "100-05833", 14_900, "customer", 22),
    ("MikroTik", "Routers", "hAP ax²", "C52iG-5HaxD2HaxD-TC", 8_900, "customer", 20),
    ("Grandstream", "ATAs", "HT801", "HT801", 3_900, "customer", 6),
    ("Cambium", "Access points", "PMP 450m", "C050045A101A", 310_000, "site", 5),
    ("MikroTik", "Switches", "CRS328-4C-20S", "CRS328-4C-20S-4S+RM", 39_900, "site", 4),
    ("APC", "Power", "Smart-UPS 1500", "SMT1500C", 74_900, "site", 3),
)


@dataclass(slots=True)
class Model:
    """An inventory model with the ids of its fields."""

    id: int
    price: int
    use: str
    share: int
    mac_field: int | None
    serial_field: int


def make_inventory(context: Context) -> None:
    """Everything of this module."""
    random = context.random("inventory_models")
    ledger_id = context.named["ledger:4200"]
    writer = context.writer
    makers: dict[str, int] = {}
    categories: dict[str, int] = {}
    models = []
    for maker, category, name, model_name, price, use, share in MODELS:
        if maker not in makers:
            makers[maker] = writer["Manufacturer"].add(name=maker)
        if category not in categories:
            categories[category] = writer["InventoryModelCategory"].add(
                name=category, icon="ROUTER759696", general_ledger_code_id=ledger_id
            )
        model_id = writer["InventoryModel"].add(
            name=name, model_name=model_name, manufacturer_id=makers[maker],
            inventory_model_category_id=categories[category], device_type="OTHER", enabled=True,
            icon="ROUTER759696", network_monitoring_template_id=context.named["monitoring"], port=443,
            protocol="HTTPS",
        )  # fmt: skip
        serial = writer["InventoryModelField"].add(
            inventory_model_id=model_id,
            name="Serial number",
            primary=maker == "APC",
            required=False,
            type="TEXT",
            unique="NONE",
        )
        mac = None
        if maker != "APC":
            mac = writer["InventoryModelField"].add(
                inventory_model_id=model_id,
                name="MAC address",
                primary=True,
                required=True,
                type="MAC_ADDRESS",
                unique="GLOBAL",
            )
        models.append(Model(model_id, price, use, share, mac, serial))
        if use == "site":
            writer["DeploymentType"].add(
                inventory_model_id=model_id, name="Backbone", network_monitoring_template_id=context.named["monitoring"]
            )
    cable = writer["InventoryModel"].add(
        name="Cat5e outdoor cable", model_name="box 1000 ft", manufacturer_id=makers["Ubiquiti"],
        device_type="OTHER", enabled=True, inventory_model_category_id=categories["Power"], icon="ROUTER759696",
        generic=True, quantity=1000, unit_of_measurement="FEET",
    )  # fmt: skip
    holders = _make_holders(context, random)
    _make_generic_items(context, random, cable, holders)
    order_items = _make_purchases(context, random, models)
    _make_items(context, models, holders, order_items)


def _make_holders(context: Context, random: Random) -> list[tuple[str, int]]:
    """Where stock can be: warehouse, shelf, truck, assignee, technician."""
    writer = context.writer
    holders: list[tuple[str, int]] = []
    for index, name in enumerate(("Baraboo Warehouse", "Viroqua Garage")):
        location_id = writer["InventoryLocation"].add(
            name=name,
            default_shipping_location=index == 0,
            geopoint=f"{TOWNS[index].latitude:.6f},{TOWNS[index].longitude:.6f}",
        )
        add_address(
            context, random, TOWNS[index], owner=("InventoryLocation", location_id), created=context.past(random)
        )
        context.named.setdefault("inventory_location", location_id)
        holders.append(("InventoryLocation", location_id))
        shelves = writer["InternalLocation"]
        holders += [
            ("InternalLocation", shelves.add(inventory_location_id=location_id, name=f"Shelf {letter}"))
            for letter in ("A", "B")
        ]
    for index, technician in enumerate(context.technician_ids[:6] or context.user_ids[:1]):
        days: dict[str, Any] = {
            f"gps_tracking_day_{day}": True for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
        }
        vehicle_id = writer["Vehicle"].add(
            name=f"Truck {index + 1}", manufacturer="Ford", model="Transit", year=2018 + index,
            vin=f"1FTBR1Y8{random.getrandbits(36):09X}"[:17], gps_tracking_start_time="07:00:00",
            gps_tracking_end_time="18:00:00", gps_tracking_timezone="AMERICACHICAGO", **days,
        )  # fmt: skip
        writer.relate(("Vehicle", vehicle_id, "users"), ("User", technician, "vehicles"))
        holders += [("Vehicle", vehicle_id), ("User", technician)]
    context.named["assignee"] = writer["GenericInventoryAssignee"].add(name="Repair shop")
    holders.append(("GenericInventoryAssignee", context.named["assignee"]))
    return holders


def _make_generic_items(context: Context, random: Random, model_id: int, holders: list[tuple[str, int]]) -> None:
    """Consumables."""
    for kind, holder_id in holders:
        context.writer["GenericInventoryItem"].add(
            genericinventoryitemable_type=kind,
            genericinventoryitemable_id=holder_id,
            inventory_model_id=model_id,
            quantity=random.randint(1, 40) * 100,
        )


def _make_purchases(context: Context, random: Random, models: list[Model]) -> list[int]:
    """Vendors, what they sell, and orders. Gives the ids of received order lines."""
    writer = context.writer
    vendors = []
    for index, name in enumerate(("Midwest Wireless Supply", "Fiber & Copper Direct", "Café Telecom, S.A.")):
        vendor_id = writer["Vendor"].add(
            name=name, currency="USD", payment_terms=("NET_30", "NET_60", "CASH_IN_ADVANCE")[index]
        )
        add_address(context, random, TOWNS[index + 4], owner=("Vendor", vendor_id), created=context.past(random))
        contact_id = writer["Contact"].add(
            contactable_type="Vendor",
            contactable_id=vendor_id,
            name=f"Sales {name}",
            primary=True,
            email_address=f"sales{index}@example.net",
        )
        add_phones(context, random, contact_id, "608", 1)
        vendors.append(vendor_id)
    context.named["vendor"] = vendors[0]
    goods = [
        writer["VendorItem"].add(
            vendor_id=vendors[index % len(vendors)], vendoritemable_type="InventoryModel", vendoritemable_id=model.id,
            name=f"SKU {4000 + index}",
            part_number=f"P-{model.id:04d}", price=model.price, quantity_per_unit=1,
        )
        for index, model in enumerate(models)
    ]  # fmt: skip
    received = []
    for number in range(context.volumes.of("PurchaseOrder", at_least=3)):
        moment = context.past(random)
        open_order = number % 9 == 8
        order_id = writer["PurchaseOrder"].add(
            created=moment, company_id=context.company_ids[0], created_by_user_id=context.user(random),
            currency="USD", approved_by_user_id=context.user_ids[0],
            inventory_location_id=context.named["inventory_location"],
            last_status_change=moment, order_number=1000 + number, payment_terms="NET_30",
            status="APPROVED" if open_order else "COMPLETE", vendor_id=vendors[number % len(vendors)],
            vendor_name=None, is_paid=not open_order,
        )  # fmt: skip
        for index in range(random.randint(1, 3)):
            model = models[(number + index) % len(models)]
            line_id = writer["PurchaseOrderItem"].add(
                created=moment, purchase_order_id=order_id, vendor_item_id=goods[(number + index) % len(goods)],
                units=random.randint(1, 20), price=model.price, quantity_per_unit=1, generic_quantity_received=0,
                status="PENDING" if open_order else "RECEIVED", list_order=index + 1,
                calculated_tax=model.price // 20,
            )  # fmt: skip
            if not open_order:
                received.append(line_id)
    return received


def _make_items(context: Context, models: list[Model], holders: list[tuple[str, int]], order_items: list[int]) -> None:
    """Devices at customers, at sites, and in stock."""
    random = context.random("inventory_items")
    total = context.volumes.of("InventoryItem", at_least=30)
    for site_id in context.site_ids:
        for model in models:
            if model.use == "site" and random.random() < 0.8:
                item_id = add_item(context, random, model, ("NetworkSite", site_id), order_items)
                context.site_devices.append((item_id, site_id))
    customers = [account for account in context.of_kind("active") if account.data_services and account.address_id]
    at_home = [model for model in models if model.use == "customer"]
    weights = [model.share for model in at_home]
    for account in customers:
        # Nearly every customer has a device; enough is left for the shelves.
        if context.writer["InventoryItem"].count >= total * 0.88:
            break
        if random.random() < 0.9:
            assert account.address_id is not None
            model = random.choices(at_home, weights=weights)[0]
            add_item(
                context,
                random,
                model,
                ("Address", account.address_id),
                order_items,
                account_id=account.id,
                service_id=account.data_services[0].id,
            )
    # The rest: about one in eight came back or was never used.
    while context.writer["InventoryItem"].count < total:
        add_item(context, random, random.choices(at_home, weights=weights)[0], random.choice(holders), order_items)


def add_item(
    context: Context,
    random: Random,
    model: Model,
    owner: tuple[str, int],
    order_items: list[int],
    *,
    account_id: int | None = None,
    service_id: int | None = None,
) -> int:
    """One serialised thing with its serial number and MAC address."""
    created = context.past(random)
    at_site = owner[0] == "NetworkSite"
    roll = random.random()
    item_id = context.writer["InventoryItem"].add(
        created=created, inventory_model_id=model.id, inventoryitemable_type=owner[0],
        inventoryitemable_id=owner[1],
        status="FUNCTIONAL" if roll < 0.97 else ("FAILED" if roll < 0.99 else "LOST"), purchase_price=model.price,
        purchase_order_item_id=random.choice(order_items) if order_items and random.random() < 0.3 else None,
        icmp_status_flap_count=0, snmp_status_flap_count=0, account_service_id=service_id,
        icmp_device_status="GOOD" if at_site else None, overall_status="GOOD" if at_site else None,
        icmp_status_last_change=stamp(context.now - timedelta(days=3)) if at_site else None,
    )  # fmt: skip
    data = context.writer["InventoryModelFieldData"]
    data.add(
        created=created,
        inventory_item_id=item_id,
        inventory_model_field_id=model.serial_field,
        value=f"SN{random.getrandbits(40):010X}",
    )
    if model.mac_field is not None:
        field_id = data.add(
            created=created,
            inventory_item_id=item_id,
            inventory_model_field_id=model.mac_field,
            value=mac_address(random),
        )
        if account_id is not None:
            context.mac_fields.append((field_id, account_id))
    context.item_ids.append(item_id)
    return item_id
