"""A row (or two) for every resource of Splynx, as a tap would send it: with keys of other streams where it refers to them.

`ROWS`: stream → rows; the first row is the one that tests look at. `CHANGES`: what the second run changes in it.
`TABLES`: stream → table of the sandbox, where the name does not follow from the path.
"""

from __future__ import annotations

import base64
from typing import Any

PDF = base64.b64encode(b"%PDF-1.4 first").decode()
PDF_2 = base64.b64encode(b"%PDF-1.4 second").decode()
DAY, TIME = "2026-11-01", "2026-11-01 10:00:00"
FLAGS = {
    "is_required": 0, "is_unique": 0, "is_add": 1, "show_in_list": 1, "searchable": 1, "readonly": 0, "disabled": 0,
}  # fmt: skip
SALE = {
    "partners_ids": [1], "available_for_locations": [1], "customer_categories": ["person"], "with_vat": False, "price": 20,
    "hide_on_admin_portal": False, "show_on_customer_portal": False,
}  # fmt: skip
SERVICE = {"customer_id_key": "c1", "status": "active", "quantity": 1, "start_date": DAY, "end_date": "0000-00-00"}
ITEM = [{"description": "Line", "quantity": 1, "unit": "", "price": 10, "tax": 0}]
TASK = {
    "project_id_key": "pj1", "priority": "priority_low", "is_scheduled": False, "workflow_status_id": 1, "partner_id": 1,
    "address": "Quay 1",
}  # fmt: skip

ROWS: dict[str, list[dict[str, Any]]] = {
    # foundation
    "partners": [{"id": "p1", "name": "North"}],
    "locations": [{"id": "l1", "name": "Harbour"}],
    "administrators": [
        {"id": "a1", "login": "mary", "name": "Mary", "email": "mary@example.net", "password": "Secret-123", "role_name": "administrator",
         "partner_id_key": "p1"}
    ],
    "labels": [{"id": "lb1", "module": "customers", "label": "VIP", "color": "#ff0000"}],
    "payment_methods": [{"id": "pm1", "name": "Barter", "is_active": True}],
    "transaction_categories": [{"id": "tc1", "name": "Hardware"}],
    "modules": [{"id": "m1", "name": "boats", "module": "boats", "title": "Boats", "root": "controllers\\admin\\CustomersController", "type": "simple"}],
    "additional_fields": [
        {"id": "f1", "module": "customers", "name": "colour", "title": "Colour", "type": "string", **FLAGS},
        {"id": "f2", "module": "boats", "name": "length", "title": "Length", "type": "string", **FLAGS},
    ],
    "module_items": [{"id": "b1", "name": "boats", "af_length": "12 m"}],
    "templates": [{"id": "tp1", "title": "Welcome aboard", "type": "mail", "subject": "Hello", "code": "<p>Hello</p>"}],
    "sms": [{"id": "s1", "type": "message", "recipient": "+35840123456", "message": "Hello", "status": "sent"}],
    "mail": [{"id": "ml1", "type": "message", "subject": "Hello", "recipient": "a@example.net", "message": "Hello", "status": "sent"}],
    "inventory_stocks": [{"id": "st1", "name": "Cellar"}],
    "scheduling_project_types": [{"id": "pt1", "title": "Build"}],
    "scheduling_project_categories": [{"id": "pc1", "title": "Fibre"}],
    "scheduling_workflow": [{"id": "w1", "title": "Short", "items": [{"title": "Open", "stage": 1, "position": 1}]}],
    "scheduling_teams": [{"id": "tm1", "title": "Diggers", "members_key": ["a1"], "partner_id_key": "p1"}],
    "scheduling_checklist_templates": [{"id": "ct1", "title": "Ladder", "items": [{"name": "Stable"}]}],
    "scheduling_task_templates": [{"id": "tt1", "title": "Dig", "task_title": "Dig a trench", "task_project_id_key": "pj1",
                                   "task_checklist_template_id_key": "ct1"}],
    "crm_pipeline": [{"id": "cp1", "name": "On hold"}],
    # catalogue
    "tariffs_internet": [{"id": "ti1", "title": "Fibre 100", "speed_download": 100000, "speed_upload": 50000, "billing_types": ["recurring"],
                          "transaction_category_id_key": "tc1", **SALE}],
    "tariffs_voice": [
        {"id": "tv1", "title": "Voice", "type": "voip", "billing_types": ["recurring"], **SALE},
        {"id": "tv2", "title": "Voice old", "type": "voip", "billing_types": ["recurring"], **SALE},
        {"id": "tv3", "title": "Voice new", "type": "voip", "billing_types": ["recurring"], **SALE},
    ],
    "tariffs_recurring": [{"id": "tr1", "title": "Rent", "billing_types": ["recurring"], **SALE}],
    "tariffs_bundle": [{"id": "tb1", "title": "All", "billing_types": ["recurring"], "internet_tariffs_key": ["ti1"], **SALE}],
    "tariffs_one_time": [{"id": "to1", "title": "Install", **SALE}],
    "cap_tariff": [{"id": "cap1", "tariff_id_key": "ti1", "title": "10 GB", "amount": 10, "validity": "end_of_period"}],
    # network
    "network_sites": [{"id": "ns1", "title": "Mast", "location_id_key": "l1", "partners_ids_key": ["p1"]}],
    "routers": [{"id": "r1", "title": "Core", "ip": "192.0.2.1", "location_id_key": "l1", "partners_ids_key": "p1", "nas_type": "1",
                 "authorization_method": "none", "accounting_method": "none"}],
    "routers_sectors": [{"id": "rs1", "router_id_key": "r1", "title": "East", "speed_down": 1000, "speed_up": 1000, "limit_at": 10}],
    "voice_devices": [{"id": "vd1", "title": "Gate", "ip": "192.0.2.3", "location_id": 1, "partners_ids": [1]}],
    "ipv4_networks": [{"id": "n4", "network": "10.9.0.0", "mask": 24, "title": "Static", "location_id": 1, "network_category": 1,
                       "network_type": "endnet", "type_of_usage": "static"}],
    "ipv6_networks": [{"id": "n6", "network": "2001:db8::", "prefix": 64, "title": "Six", "location_id": 1, "network_category": 1,
                       "network_type": "endnet", "type_of_usage": "static"}],
    "ipv6_ip": [{"id": "i6", "network_key": "n6", "ip": "2001:db8::1", "prefix": "128", "title": "Server"}],
    "monitoring": [{"id": "mo1", "title": "Switch", "ip": "192.0.2.2", "network_site_id_key": "ns1", "producer": 1, "snmp_community": "public",
                    "snmp_version": 2, "type": 1, "monitoring_group": 1, "snmp_port": 161, "partners_ids": [1], "location_id": 1, "parent_id": 0}],
    # customers
    "customers": [
        {"id": "c1", "login": "ada", "name": "Ada Lovelace", "email": "ada@example.net", "status": "active", "partner_id": 1, "location_id": 1,
         "category": "person", "customer_labels_key": ["lb1"], "af_colour": "red", "parent_id_key": None},
        {"id": "c2", "login": "grace", "name": "Grace Hopper", "email": "grace@example.net", "status": "active", "partner_id": 1,
         "location_id": 1, "category": "person", "parent_id_key": "c1"},
        {"id": "c3", "login": "emmy", "name": "Emmy Noether", "email": "emmy@example.net", "status": "active", "partner_id": 1,
         "location_id": 1, "category": "person"},
    ],
    "customer_notes": [{"id": "cn1", "customer_id_key": "c1", "datetime": TIME, "title": "Call", "comment": "Called back", "administrator_id_key": "a1"}],
    "prepaid_cards_series": [{"id": "ps1", "prefix": "PP", "quantity": 2, "price": 5, "valid_till": "2027-01-01", "expired_by": "valid_date"}],
    "leads": [
        {"id": "ld1", "name": "Alan Turing", "email": "alan@example.net", "partner_id": 1, "location_id": 1, "category": "person", "status": "new"},
        {"id": "ld2", "name": "Kurt Gödel", "email": "kurt@example.net", "partner_id": 1, "location_id": 1, "category": "person", "status": "new"},
    ],
    "leads_notes": [{"id": "ln1", "customer_id_key": "ld1", "datetime": TIME, "comment": "Asked for a price"}],
    "pending_statuses": [{"id": "pe1", "customer_id_key": "c2", "date": "2027-01-01", "status": "blocked"}],
    # services
    "services_internet": [{"id": "si1", "tariff_id_key": "ti1", "description": "Fibre", "login": "line1", "taking_ipv4": 1, "ipv4": "10.9.0.9",
                           "router_id_key": "r1", **SERVICE}],
    "services_voice": [
        {"id": "sv1", "tariff_id_key": "tv1", "description": "Voice", "phone": "35840999", **SERVICE},
        {"id": "sv2", "tariff_id_key": "tv2", "description": "Voice to change", "phone": "35840998", **SERVICE},
    ],
    "services_recurring": [{"id": "sr1", "tariff_id_key": "tr1", "description": "Rent", **SERVICE}],
    "services_bundle": [
        {"id": "sb1", "bundle_id_key": "tb1", "description": "All", **{k: v for k, v in SERVICE.items() if k != "quantity"}},
        {"id": "sb2", "bundle_id_key": "tb1", "description": "Stopped", **{k: v for k, v in SERVICE.items() if k != "quantity"}},
    ],
    "additional_discounts": [{"id": "ad1", "service_type": "internet", "service_id_key": "services_internet:si1", "enabled": 1, "percent": 5, "start_date": DAY}],
    "capped_data": [{"id": "cd1", "service_id_key": "si1", "tariff_id_key": "cap1", "quantity": 1}],
    "customer_bonus_traffic_counter": [{"id": "bt1", "service_id_key": "si1", "date": DAY, "up": 1, "down": 2}],
    "customer_traffic_counter": [{"id": "ct1", "service_id_key": "si1", "date": DAY, "up": 1, "down": 2}],
    "customers_online": [
        {"id": "on1", "customer_id_key": "c1", "service_id_key": "services_internet:si1", "login": "line1", "session_id": "s-1"},
        {"id": "on2", "customer_id_key": "c1", "service_id_key": "services_internet:si1", "login": "line1", "session_id": "s-2"},
    ],
    "cpe": [{"id": "cpe1", "title": "Dish", "host": "192.0.2.9", "customer_id_key": "c1", "service_id_key": "services_internet:si1"}],
    "cpe_ap": [{"id": "ap1", "cpe_id_key": "cpe1", "name": "home", "mode": "ap-bridge", "interface": "wlan1", "password": "wifi-secret"}],
    "cpe_qos": [{"id": "q1", "cpe_id_key": "cpe1", "title": "Limit", "speed_in": 1, "speed_out": 1, "limit_at": 1, "priority": 1, "dst": "0.0.0.0/0"}],
    # inventory
    "inventory_vendors": [{"id": "v1", "name": "Mikro"}],
    "inventory_suppliers": [{"id": "su1", "name": "Shop"}],
    "inventory_products": [
        {"id": "pr1", "name": "Router", "vendor_id_key": "v1", "filename": "router.png", "content_base64": PDF},
        {"id": "pr2", "name": "Cable"},
    ],
    "inventory_items": [{"id": "it1", "product_id_key": "pr1", "barcode": "123", "filename": "item.png", "content_base64": PDF}],
    "inventory_supplier_invoices": [{"id": "sinv1", "supplier_id_key": "su1", "original_invoice_number": "77", "items": [{"product_id_key": "pr2", "quantity": 1, "price": 5}], "filename": "invoice.pdf",
                                     "content_base64": PDF}],
    # support
    "tickets": [{"id": "t1", "customer_id_key": "c1", "subject": "No light", "type_id": 1, "priority": "low", "status_id": 1, "group_id": 1,
                 "assign_to_key": "a1", "message": {"message": "It is dark"}}],
    "ticket_messages": [{"id": "tme1", "ticket_id_key": "t1", "message": "Still dark", "date": DAY, "time": "10:00:00", "filename": "photo.png",
                         "content_base64": PDF}],
    "ticket_attachments": [{"id": "tat1", "message_id_key": "tme1", "filename": "log.txt", "content_base64": PDF}],
    "ticket_feedbacks": [{"id": "tfb1", "ticket_id_key": "t1", "content": 1, "comment": "Good"}],
    "communication_calls": [{"id": "cc1", "from": "1", "to": "2", "duration": 3, "datetime": TIME, "direction": "incoming",
                             "client_id_key": "customers:c1", "ticket_id_key": "t1"}],
    # scheduling
    "scheduling_projects": [{"id": "pj1", "title": "Roll-out", "type_id_key": "pt1", "category_id_key": "pc1", "workflow_id": 1,
                             "lead_id_key": "a1", "partner_ids": [1]}],
    "scheduling_tasks": [
        {"id": "ta1", "title": "Dig here", "related_customer_id_key": "c1", "assigned_to": "assigned_to_administrator",
         "assignee_key": "administrators:a1", **TASK},
        {"id": "ta2", "title": "Dig there", "related_to_id_key": "ta1", **TASK},
    ],
    "related_tasks": [{"id": "rt1", "from_id_key": "ta1", "to_id_key": "ta2"}],
    "tasks_checklist": [{"id": "tcl1", "task_id_key": "ta1", "name": "Spade", "checked": False}],
    "tasks_worklogs": [{"id": "wl1", "task_id_key": "ta1", "user_id_key": "a1", "time_spent": 600, "description": "Dug"}],
    "tasks_comments": [{"id": "tco1", "task_id_key": "ta1", "user_id_key": "a1", "comment": "Rock", "filename": "rock.png", "content_base64": PDF}],
    "tasks_attachments": [{"id": "tas1", "task_id_key": "ta1", "user_id_key": "a1", "filename": "map.pdf", "content_base64": PDF}],
    # documents
    "customer_documents": [{"id": "do1", "customer_id_key": "c1", "type": "uploaded", "title": "Contract", "filename": "contract.pdf", "content_base64": PDF}],
    "leads_documents": [{"id": "ldo1", "customer_id_key": "ld1", "type": "uploaded", "title": "Offer", "filename": "offer.pdf", "content_base64": PDF}],
    # voice
    "voice_calls": [{"id": "vc1", "customer_id_key": "c1", "service_id_key": "sv1", "start": TIME, "stop": "2026-11-01 10:05:00", "call_to": "112"}],
    "voice_data": [{"id": "vda1", "customer_id_key": "c1", "service_id_key": "sv1", "datetime": TIME, "amount": 5}],
    "voice_messages": [{"id": "vm1", "customer_id_key": "c1", "service_id_key": "sv1", "send_at": TIME, "destination": "112"}],
    # money, of the second customer: nothing that Splynx has billed is deleted
    "transactions": [{"id": "tx1", "customer_id_key": "c2", "type": "debit", "price": 5, "tax_percent": 0, "date": DAY, "category_key": "tc1",
                      "description": "Cable", "quantity": 1}],
    "invoices": [{"id": "in1", "customer_id_key": "c2", "status": "not_paid", "number": "S-1", "items": ITEM, "date_created": DAY, "date_till": "2026-11-30"}],
    "credit_notes": [{"id": "cr1", "customer_id_key": "c2", "status": "not_refunded", "number": "C-1", "items": ITEM, "date_created": DAY}],
    "proforma_invoices": [{"id": "pf1", "customer_id_key": "c2", "status": "not_paid", "number": "P-1", "items": ITEM, "date_created": DAY}],
    "payments": [{"id": "pa1", "customer_id_key": "c3", "payment_type_key": "pm1", "receipt_number": "R-1", "date": DAY, "amount": 3}],
    "quotes": [{"id": "qu1", "customer_id_key": "leads:ld1", "status": "new", "number": "Q-1", "items": ITEM, "is_sent": False}],
    "bank_statements": [{"id": "bs1", "title": "November", "date_time": TIME}],
    "bank_statements_records": [{"id": "br1", "bank_statements_process_id_key": "bs1", "customer_id_key": "c2", "payment_date": DAY, "amount": "3.00",
                                 "comment": "Thanks"}],
    "refill_cards": [{"id": "rc1", "prefix": "RF", "serie": "1", "code": "4711", "valid_till": "2027-01-01", "price": "5", "quantity": 1}],
    "refill_cards_series": [{"id": "rse1", "prefix": "RS", "quantity": 2, "price": 5, "valid_till": "2027-01-01"}],
}  # fmt: skip

SUB_ROWS: dict[str, list[dict[str, Any]]] = {
    "customer_info": [{"id": "x", "customers_key": "c1", "vat_id": "FI1", "contact_person": "Charles"}],
    "customer_billing": [{"id": "x", "customers_key": "c1", "billing_due": "10", "payment_method_key": "pm1"}],
    "customer_cap": [{"id": "x", "customers_key": "c1", "max_cap_during_month": 3}],
    "customer_payment_accounts": [{"id": "x", "customer_id_key": "c1", "account_id": "1", "field_1": "FI00"}],
    "leads_info": [{"id": "x", "leads_key": "ld1", "source": "web"}],
    "leads_convert": [{"id": "x", "leads_key": "ld2", "status": "new", "category": "person"}],
    "geo_internet_service": [{"id": "x", "services_internet_key": "si1", "address": "Quay 1", "marker": "60.1,24.9"}],
    "bundle_service_cancel": [{"id": "x", "services_bundle_key": "sb2", "charge_cancellation_fee": False}],
    "bundle_service_reactivate": [{"id": "x", "services_bundle_key": "sb1"}],
    "change_tariff": [{"id": "x", "services_voice_key": "sv2", "type": "voice", "newTariffId_key": "tariffs_voice:tv3", "targetDate": "2026-12-01"}],
    "fup_counter": [{"id": "x", "service_id_key": "si1", "day_up": 5}],
    "fup_compiler": [{"id": "x", "services_internet_key": "si1", "fixed_up": 5}],
    "fup_limits": [{"id": "x", "tariff_id_key": "ti1", "percent": 5}],
    "fup_policies": [{"id": 1, "name": "Night"}],
    "customers_online_kill": [{"id": "x", "customers_online_key": "on2", "service_id": "1"}],
    "prepaid_cards": [{"id": 1, "price": 7}],
    "refill_card_use": [{"id": "x", "code": "4711", "customer_id_key": "c3"}],
    "acs_devices": [{"id": 1, "customer_id_key": "c1", "internet_service_id_key": "si1"}],
    "acs_device_provisioning": [{"id": 1}],
    "ipv4_ip": [{"id": "10.9.0.20", "network_key": "n4", "title": "Printer", "comment": "In the cellar"}],
    "traffic_accounting": [{"id": "x", "customers_online_key": "on1", "download": "10", "upload": "5"}],
    "cpe_dhcp": [{"id": "x", "cpe_key": "cpe1", "interface": "bridge"}],
    "task_timer": [{"id": "x", "scheduling_tasks_key": "ta1", "action": "start", "admin_id_key": "a1"}],
    "config": [{"id": "settings", "module": "finance", "billing_due": "20"}],
    "states_provinces": [{"id": 1, "name": "Elsewhere"}],
    "messenger_chats": [{"id": 1, "admin_id_key": "a1"}],
}  # fmt: skip

SESSION: dict[str, list[dict[str, Any]]] = {
    "trusted_devices": [{"id": "d1", "device_type": "phone", "os": "any", "name": "Phone"}],
    "mobile_notification_token": [{"id": "mt1", "token": "abc"}],
    "portal_additional_attributes": [{"id": "x", "title": "blue"}],
}

CHANGES: dict[str, dict[str, Any]] = {
    "partners": {"name": "North-West"}, "locations": {"name": "Old harbour"}, "administrators": {"name": "Mary S."},
    "labels": {"label": "Very VIP"}, "payment_methods": {"name": "Swap"}, "transaction_categories": {"name": "Devices"},
    "modules": {"title": "Ships"}, "additional_fields": {"title": "Favourite colour"}, "module_items": {"af_length": "13 m"},
    "templates": {"subject": "Hello again"}, "sms": {"message": "Hello again"}, "mail": {"subject": "Hello again"},
    "inventory_stocks": {"name": "Attic"}, "scheduling_project_types": {"title": "Rebuild"}, "scheduling_project_categories": {"title": "Radio"},
    "scheduling_workflow": {"title": "Shorter"}, "scheduling_teams": {"title": "Climbers"}, "scheduling_checklist_templates": {"title": "Long ladder"},
    "scheduling_task_templates": {"task_title": "Dig a hole"}, "crm_pipeline": {"name": "Waiting"},
    "tariffs_internet": {"price": 25}, "tariffs_voice": {"price": 25}, "tariffs_recurring": {"price": 25}, "tariffs_bundle": {"price": 25},
    "tariffs_one_time": {"price": 25}, "cap_tariff": {"title": "20 GB"},
    "network_sites": {"title": "Tower"}, "routers": {"title": "Edge"}, "routers_sectors": {"title": "West"}, "voice_devices": {"title": "Gateway"},
    "ipv4_networks": {"title": "Fixed"}, "ipv6_networks": {"title": "Seven"}, "ipv6_ip": {"title": "Servers"}, "monitoring": {"title": "Switches"},
    "customers": {"email": "ada@lovelace.example", "af_colour": "blue"}, "prepaid_cards_series": {"price": 6}, "leads": {"phone": "112"},
    "pending_statuses": {"status": "disabled"},
    "services_internet": {"description": "Faster"}, "services_voice": {"description": "Louder"}, "services_recurring": {"description": "Rented"},
    "services_bundle": {"description": "Everything"}, "additional_discounts": {"percent": 7}, "capped_data": {"quantity": 2},
    "customer_bonus_traffic_counter": {"up": 9}, "customer_traffic_counter": {"up": 9}, "customers_online": {"login": "line2"},
    "cpe": {"title": "Big dish"}, "cpe_ap": {"name": "house"}, "cpe_qos": {"title": "Cap"},
    "inventory_vendors": {"name": "Ubi"}, "inventory_suppliers": {"name": "Store"}, "inventory_products": {"name": "Big router", "content_base64": PDF_2},
    "inventory_items": {"notes": "Scratched"}, "inventory_supplier_invoices": {"original_invoice_number": "78"},
    "tickets": {"subject": "Little light"}, "ticket_messages": {"message": "Not dark"}, "ticket_feedbacks": {"comment": "Better"},
    "communication_calls": {"comment": "Long"}, "scheduling_projects": {"title": "Roll out"}, "scheduling_tasks": {"title": "Dig deeper"},
    "tasks_checklist": {"checked": True}, "tasks_worklogs": {"description": "Dug more"}, "tasks_comments": {"comment": "Two rocks"},
    "customer_documents": {"title": "Signed contract", "content_base64": PDF_2}, "leads_documents": {"title": "Second offer"},
    "voice_calls": {"call_to": "113"}, "voice_data": {"comment": "Video"}, "voice_messages": {"destination": "113"},
    "transactions": {"description": "Long cable"}, "invoices": {"note": "Paid soon"}, "credit_notes": {"note": "Sorry"},
    "proforma_invoices": {"note": "Maybe"}, "payments": {"comment": "Thanks"}, "quotes": {"note": "Cheaper"}, "bank_statements": {"title": "Late November"},
    "bank_statements_records": {"comment": "Many thanks"}, "refill_cards": {"valid_till": "2027-02-02"}, "refill_cards_series": {"price": 6},
    "customer_info": {"vat_id": "FI2"}, "customer_billing": {"billing_due": "12"}, "customer_cap": {"max_cap_during_month": 4},
    "customer_payment_accounts": {"field_1": "FI11"}, "leads_info": {"source": "fair"}, "geo_internet_service": {"address": "Quay 2"},
    "fup_counter": {"day_up": 6}, "fup_compiler": {"fixed_up": 6}, "fup_limits": {"percent": 6}, "fup_policies": {"name": "Evening"},
    "prepaid_cards": {"price": 8}, "ipv4_ip": {"title": "Scanner"}, "cpe_dhcp": {"interface": "bridge2"}, "config": {"billing_due": "21"},
    "states_provinces": {"name": "Nowhere"}, "acs_devices": {"type": 2}, "messenger_chats": {"admin_id_key": None, "admin_id": 1},
}  # fmt: skip

CANNOT_CHANGE = {"customer_notes": {"comment": "Called twice"}, "leads_notes": {"comment": "Asked twice"}}
"""Resources without PUT whose rows change all the same."""

KINDS = {int: "int", str: "text", bool: "bool", float: "money", dict: "any", type(None): "text"}


def column_types(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The columns of a stream, for `Feed.stream`."""
    found: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, list):
                inner = {int: "integer", str: "string"}.get(type(value[0]), "object") if value else "string"
                found[name] = {"type": ["array", "null"], "items": {"type": inner}}
            elif value is not None or name not in found:
                found[name] = KINDS[type(value)]
    return found


def changed() -> dict[str, list[dict[str, Any]]]:
    """All rows as the second run sends them."""
    rows = {name: [dict(row) for row in found] for name, found in {**ROWS, **SUB_ROWS}.items()}
    for name, change in {**CHANGES, **CANNOT_CHANGE}.items():
        rows[name][0] |= change
    return rows
