"""What the guide of one customer shows, step by step: which rows of Sonar, and what Splynx is asked for after them.

Data of `docs/one_customer.py`; the customer is that of `sandbox.data.showcase`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One request, and the fields of its answer that the page shows; the others are counted."""

    path: str
    fields: tuple[str, ...]
    additional: tuple[str, ...] = ()
    """Additional fields that are shown."""


@dataclass(frozen=True)
class Step:
    """One kind of thing: which rows of Sonar, where they went, and why so."""

    title: str
    text: str
    sonar: tuple[str, ...]
    """Queries on Sonar's store."""
    splynx: tuple[Answer, ...]


def _rows(columns: str, table: str, where: str = "id >= 9001") -> str:
    return f'SELECT {columns} FROM "{table}" WHERE {where} ORDER BY id'


def _owned(resource: str, fields: tuple[str, ...], additional: tuple[str, ...] = (), by: str = "customer_id") -> Answer:
    return Answer(f"admin/{resource}?main_attributes[{by}]={{customer}}", fields, additional)


STEPS = (
    Step(
        "The account and who answers for it",
        "The account is the customer; the primary contact gives e-mail, telephone numbers (mobile first) and "
        "login, the billing contact its own field. Groups, type and status are labels, custom fields are "
        "additional fields. The other contacts stand in a pinned note and, machine-readable, in `sonar_contacts`.",
        (
            _rows("id, name, activation_date, geopoint", "Account", "id = 9001"),
            _rows(
                'id, name, role, email_address, username, "primary"',
                "Contact",
                "contactable_type = 'Account' AND contactable_id = 9001",
            ),
            _rows("contact_id, number, extension", "PhoneNumber"),
            _rows(
                "line1, line2, city, subdivision, zip, type",
                "Address",
                "addressable_type = 'Account' AND addressable_id = 9001",
            ),
            """SELECT f.name, d.value FROM CustomFieldData d JOIN CustomField f ON f.id = d.custom_field_id
            WHERE d.customfielddataable_type = 'Account' AND d.id >= 9001 ORDER BY d.id""",
        ),
        (
            Answer(
                "admin/customers/customer/{customer}",
                (
                    "id",
                    "login",
                    "name",
                    "status",
                    "category",
                    "parent_id",
                    "email",
                    "billing_email",
                    "phone",
                    "street_1",
                    "city",
                    "zip_code",
                    "gps",
                    "date_add",
                    "customer_labels",
                ),
                (
                    "sonar_id",
                    "sonar_status",
                    "gate_code",
                    "preferred_contact_time",
                    "paperless_since",
                    "roof_work_allowed",
                    "dispatch_zone",
                ),
            ),
            Answer("admin/customers/customer-info/{customer}", ("contact_person",)),
        ),
    ),
    Step(
        "How it is billed",
        "The mailing address is the billing address. Billing is off until go-live; the deposit shows what the "
        "open bill below leaves owed.",
        (_rows("bill_day, due_days, grace_days, tax_exempt", "AccountBillingParameter", "account_id = 9001"),),
        (
            Answer(
                "admin/customers/customer-billing/{customer}",
                (
                    "enabled",
                    "deposit",
                    "billing_date",
                    "billing_due",
                    "blocking_period",
                    "billing_person",
                    "billing_street_1",
                    "billing_city",
                    "billing_zip_code",
                ),
            ),
        ),
    ),
    Step(
        "The child account",
        "A customer of its own, linked to its parent in a second pass.",
        (_rows("id, name, parent_account_id, activation_date", "Account", "id = 9002"),),
        (
            Answer("admin/customers/customer/{child}", ("id", "name", "parent_id", "status", "email"), ("sonar_id",)),
            Answer(
                "admin/customers/customer/{child}/internet-services",
                ("login", "status", "unit_price", "start_date"),
                ("sonar_id",),
            ),
        ),
    ),
    Step(
        "The package, and a credit",
        "With `packages: bundle` a package becomes a bundle: it carries the price of the whole, its services cost "
        "nothing by themselves. The regular credit is its discount. Everything begins on the first day that Sonar "
        "has not billed.",
        (
            """SELECT x.id, s.name, s.amount, s.application, x.package_id, x.quantity FROM AccountService x
            JOIN Service s ON s.id = x.service_id WHERE x.id IN (9001, 9002, 9004) ORDER BY x.id""",
        ),
        (
            Answer(
                "admin/customers/customer/{customer}/bundle-services",
                (
                    "id",
                    "description",
                    "status",
                    "unit_price",
                    "discount",
                    "discount_type",
                    "discount_value",
                    "discount_text",
                    "discount_start_date",
                    "start_date",
                    "end_date",
                ),
                ("sonar_id",),
            ),
            Answer(
                "admin/customers/customer/{customer}/recurring-services",
                ("bundle_service_id", "description", "status", "unit_price", "start_date"),
                ("sonar_id",),
            ),
        ),
    ),
    Step(
        "Both lines, with login, addresses and devices' MACs",
        "The first line is part of the bundle, the second has a price of its own and a tax of 3 %: its tariff is "
        "the one of the plan with that tax. The routed block is the additional network of the line, the delegated "
        "prefix its IPv6. Passwords are moved and not shown here.",
        (
            """SELECT x.id, s.name, s.amount, x.price_override, x.price_override_reason, r.username
            FROM AccountService x JOIN Service s ON s.id = x.service_id
            JOIN RadiusAccount r ON r.account_service_id = x.id WHERE x.account_id = 9001 ORDER BY x.id""",
            _rows("subnet, ipassignmentable_type, account_service_id", "IpAssignment"),
            _rows("account_service_id, value", "ServiceMetadataValue"),
        ),
        (
            Answer(
                "admin/customers/customer/{customer}/internet-services",
                (
                    "bundle_service_id",
                    "description",
                    "status",
                    "tariff_id",
                    "unit_price",
                    "login",
                    "mac",
                    "taking_ipv4",
                    "ipv4",
                    "ipv4_route",
                    "taking_ipv6",
                    "ipv6_delegated",
                    "start_date",
                    "geo",
                ),
                ("sonar_id", "sonar_price_reason", "sonar_package", "meta_circuit_id"),
            ),
            Answer(
                "admin/tariffs/internet/{tariff}",
                ("title", "price", "vat_percent", "tax_id", "speed_download", "speed_upload"),
            ),
        ),
    ),
    Step(
        "Two devices",
        "Items of the inventory, with serial number and MAC, assigned to the customer. They are never rented or "
        "sold through the API: that would charge.",
        (
            """SELECT i.id, m.name AS model, i.status, i.purchase_price, d.value FROM InventoryItem i
            JOIN InventoryModel m ON m.id = i.inventory_model_id
            JOIN InventoryModelFieldData d ON d.inventory_item_id = i.id WHERE i.id >= 9001 ORDER BY d.id""",
        ),
        (
            _owned(
                "inventory/items",
                ("product_id", "status", "mark", "serial_number", "barcode", "cost_price"),
                ("sonar_id",),
            ),
        ),
    ),
    Step(
        "A ticket with replies, a comment and files",
        "The first message, the replies and the comment follow each other in the order of their times, written in "
        "the provider's time zone. What only staff saw stays hidden from the customer.",
        (
            _rows("id, subject, description, status, priority, due_date, created_at", "Ticket"),
            _rows("created_at, incoming, body, author", "TicketReply"),
            _rows("created_at, body", "TicketComment"),
            _rows("filename, mime_type, file_size_in_bytes", "File", "fileable_type = 'Ticket' AND id >= 9001"),
        ),
        (
            _owned(
                "support/tickets",
                ("id", "subject", "status_id", "priority", "type_id", "assign_to", "hidden", "note", "created_at"),
                ("sonar_id", "sonar_created_at", "sonar_due_date", "sonar_group", "sonar_assigned_to", "root_cause"),
            ),
            Answer(
                "admin/support/ticket-messages?main_attributes[ticket_id]={ticket}",
                ("author_type", "admin_id", "customer_id", "date", "time", "hide_for_customer", "message", "files"),
            ),
        ),
    ),
    Step(
        "A job to come",
        "A task in the project of its job type, at the same minute, for the same technician, with the ticket and "
        "a checklist.",
        (
            _rows("id, scheduled_datetime, length_in_minutes, complete, ticket_id", "Job"),
            _rows("task, due, complete", "Task"),
        ),
        (
            _owned(
                "scheduling/tasks",
                (
                    "title",
                    "project_id",
                    "assigned_to",
                    "assignee",
                    "is_scheduled",
                    "scheduled_from",
                    "formatted_duration",
                    "address",
                    "description",
                    "related_ticket_info",
                    "closed",
                ),
                ("sonar_id", "wire_used_ft"),
                by="related_customer_id",
            ),
            Answer("admin/scheduling/tasks-checklist/{task}", ("checklist_template_item", "tasks_item_status")),
        ),
    ),
    Step(
        "The contract, a file, a note, a call",
        "Contract and file are documents, the contract with its signature in the description. The note keeps "
        "author, time and pin; `name` is by what a second run knows it again.",
        (
            _rows("id, name, term_in_months, expiration_date", "Contract"),
            _rows("signer_name, signer_ip, created_at", "HandwrittenSignature"),
            _rows("filename, mime_type, file_size_in_bytes", "File", "fileable_type = 'Account' AND id >= 9001"),
            _rows("message, priority, created_at", "Note"),
            _rows("subject, body, time_in_seconds, created_at", "CallLog"),
        ),
        (
            Answer(
                "admin/customers/customer-documents/{customer}",
                ("title", "description", "filename_original", "visible_by_customer"),
                ("sonar_id", "sonar_created_at"),
            ),
            _owned(
                "customers/customer-notes",
                ("name", "type", "title", "comment", "datetime", "administrator_id", "is_pinned", "is_send"),
            ),
        ),
    ),
    Step(
        "The open bill",
        "Of the bill of November, 288.55, what is open is carried over: 88.55, with the days of Sonar. The "
        "payment of 200.00 stays in Sonar's books (`balance_strategy: open_items`, the default).",
        (
            _rows("id, date, due_date, total_debits, total_taxes, remaining_due", "Invoice"),
            _rows("amount, payment_type, reference, payment_datetime", "Payment"),
        ),
        (
            _owned(
                "finance/invoices",
                ("number", "date_created", "date_till", "status", "total", "due", "is_sent", "note", "items"),
                ("sonar_id",),
            ),
            _owned("finance/transactions", ("type", "date", "description", "total", "remind_amount")),
        ),
    ),
)
