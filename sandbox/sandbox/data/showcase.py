"""One customer with everything: a business that meets every part of a migration, each value chosen by hand.

In: a store that exists. Out: the same store with two more accounts, 9001 and its child 9002, and all that hangs on
them. The guide "One customer, followed" and the test of the same customer read it; nothing here is random.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.data.truth import truth_of
from sandbox.data.writer import Writer
from sandbox.sonar.store import open_database

ACCOUNT, CHILD = 9001, 9002
AGENT, TECHNICIAN = 9001, 9002
SINCE = "2023-04-10T15:00:00+00:00"
REPORT = b"%PDF-1.4\n% outage report of the Driftwater Brewing Company\n%%EOF\n"
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00the rack\xff\xd9"
LETTER = b"%PDF-1.4\n% letter of agency\n%%EOF\n"


def add_showcase(path: Path | str) -> None:
    """Write both accounts.

    Raises sqlite3.IntegrityError when they are there already, LookupError when the store lacks a plan or a status that
    they use.
    """
    connection = open_database(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            _Showcase(connection).write()
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    finally:
        connection.close()


@dataclass
class _Showcase:
    connection: sqlite3.Connection

    def __post_init__(self) -> None:
        self.writer = Writer(self.connection, SINCE)

    def write(self) -> None:
        """Everything, part by part."""
        self._staff()
        self._account()
        self._people_and_places()
        self._services()
        self._network()
        self._devices()
        self._support()
        self._work()
        self._papers()
        self._custom_fields()
        self._money()
        self._child()
        self.writer.flush()
        truth = truth_of(self.connection)
        for number in (ACCOUNT, CHILD):
            self.connection.execute(
                'UPDATE "Account" SET next_recurring_charge_amount = ? WHERE id = ?',
                (truth.accounts[number].next_charge_cents, number),
            )

    def _id(self, type_name: str, name: str) -> int:
        """The id of a reference row."""
        row = self.connection.execute(f'SELECT id FROM "{type_name}" WHERE name = ?', (name,)).fetchone()
        if row is None:
            raise LookupError(f"the store has no {type_name} {name!r}")
        return int(row[0])

    def _add(self, type_name: str, row_id: int, *, created: str = SINCE, **values: Any) -> int:
        return self.writer[type_name].add(id=row_id, created=created, **values)

    def _staff(self) -> None:
        role = self.connection.execute('SELECT min(id) FROM "Role"').fetchone()[0]
        for number, name, username in ((AGENT, "Ida Counter", "icounter"), (TECHNICIAN, "Tom Ladder", "tladder")):
            self._add(
                "User", number, name=name, public_name=name.split(" ")[0], username=username, role_id=role,
                email_address=f"{username}@ridgeriver.example.com", enabled=True, completed_setup=True, language="en",
                is_sonar_staff=False, super_admin=False,
            )  # fmt: skip

    def _account(self) -> None:
        values: dict[str, Any] = {
            "account_status_id": self._id("AccountStatus", "Active"),
            "account_type_id": self._id("AccountType", "Small Business"), "company_id": self._company(),
            "activation_time": "17:30:00", "is_delinquent": False, "is_eligible_for_archive": False,
            "next_bill_date": "2026-12-01",
        }  # fmt: skip
        self._add(
            "Account", ACCOUNT, updated="2026-11-15T10:00:00+00:00", name="Driftwater Brewing Company",
            activation_date="2023-04-10", geopoint="43.476000,-89.744000", **values,
        )  # fmt: skip
        self._add(
            "Account", CHILD, created="2026-11-14T15:00:00+00:00", name="Driftwater Taproom",
            activation_date="2026-11-14", parent_account_id=ACCOUNT, **values,
        )  # fmt: skip
        for name in ("VIP", "Paperless"):
            group = self._id("AccountGroup", name)
            self.writer.relate(("Account", ACCOUNT, "account_groups"), ("AccountGroup", group, "accounts"))
        for number in (ACCOUNT, CHILD):
            self._add(
                "AccountBillingParameter", number, account_id=number, auto_pay_day="BILL_DAY", auto_pay_days=5,
                bill_day=1, invoice_day=1, bill_day_mode="FIXED", bill_mode="INVOICE",
                billing_default_id=self._id("BillingDefault", "Business net 30"), default_for="ACCOUNT_TYPE",
                due_days=28, due_days_day="BILL_DAY", grace_days=15, months_to_bill=1, tax_exempt=False,
            )  # fmt: skip

    def _company(self) -> int:
        return int(self.connection.execute('SELECT id FROM "Company" WHERE "default"').fetchone()[0])

    def _people_and_places(self) -> None:
        people: tuple[tuple[int, str, str, str, bool, str | None], ...] = (
            (9001, "Åsa Lindqvist", "Owner", "asa@driftwater.example", True, "driftwater"),
            (9002, "Bill Payer", "Accounts payable", "billing@driftwater.example", False, None),
            (9003, "Carl Vessel", "Brewmaster", "carl@driftwater.example", False, None),
        )
        for number, name, role, email, primary, username in people:
            self._add(
                "Contact", number, contactable_type="Account", contactable_id=ACCOUNT, name=name, role=role,
                email_address=email, primary=primary, username=username, language="en",
            )  # fmt: skip
        numbers = ((9001, 9001, "Work", "6085550901", None), (9002, 9001, "Mobile", "6085550902", None),
                   (9003, 9002, "Work", "6085550901", "14"))  # fmt: skip
        for number, contact, kind, digits, extension in numbers:
            self._add(
                "PhoneNumber", number, contact_id=contact, country="US", number=digits, extension=extension,
                number_formatted=f"({digits[:3]}) {digits[3:6]}-{digits[6:]}",
                phone_number_type_id=self._id("PhoneNumberType", kind),
            )  # fmt: skip
        place: dict[str, Any] = {
            "addressable_type": "Account", "city": "Baraboo", "country": "US", "subdivision": "US_WI", "zip": "53913",
            "county": "COUNTY_55111", "fips": "55111", "fips_source": "SONAR", "timezone": "AMERICACHICAGO",
        }  # fmt: skip
        self._add(
            "Address", 9001, addressable_id=ACCOUNT, type="PHYSICAL", serviceable=True, line1="12 Mill Race Rd",
            line2="Building B", latitude="43.476000", longitude="-89.744000",
            address_status_id=self._id("AddressStatus", "Serviceable"), **place,
        )  # fmt: skip
        self._add("Address", 9002, addressable_id=ACCOUNT, type="MAILING", line1="PO Box 77", **place)
        self._add(
            "Address", 9003, addressable_id=CHILD, type="PHYSICAL", serviceable=True, line1="1 Depot St",
            latitude="43.471000", longitude="-89.741000",
            address_status_id=self._id("AddressStatus", "Serviceable"), **place,
        )  # fmt: skip

    def _services(self) -> None:
        """A package of two, a second line at its own price, and a credit since the last bill."""
        package, tag = self._id("Package", "Fiber 500 + Managed Wi-Fi"), "driftwater"
        rows: tuple[tuple[int, str, dict[str, Any]], ...] = (
            (9001, "Fiber 500", {"package_id": package, "unique_package_relationship_id": tag}),
            (9002, "Managed Wi-Fi Router", {"package_id": package, "unique_package_relationship_id": tag}),
            (9003, "Business Fiber 500/500 (SLA)",
             {"price_override": 18_995, "price_override_reason": "Three years", "is_additional": True}),
            (9004, "Autopay Discount", {"created": "2026-11-10T15:00:00+00:00"}),
        )  # fmt: skip
        for number, name, values in rows:
            created = values.pop("created", SINCE)
            self._add(
                "AccountService", number, created=created, account_id=ACCOUNT, service_id=self._id("Service", name),
                quantity=1, number_of_times_billed=0 if created > SINCE else 44, **values,
            )  # fmt: skip
        circuit = self.connection.execute(
            """SELECT m.id FROM "ServiceMetadata" m JOIN "Service" s ON s.id = m.service_id
               WHERE m.name = 'Circuit ID' AND s.name = 'Business Fiber 500/500 (SLA)'"""
        ).fetchone()[0]
        self._add(
            "ServiceMetadataValue", 9001, account_service_id=9003, service_metadata_id=circuit, value="RR/009003//CKT"
        )

    def _network(self) -> None:
        """A login with a static address for each line; on the account a routed block and an IPv6 prefix."""
        self._add(
            "RadiusAccount", 9001, account_id=ACCOUNT, account_service_id=9001, username="driftwater-1",
            password="hops-and-barley",  # noqa: S106 - of nobody
        )  # fmt: skip
        self._add(
            "RadiusAccount", 9002, account_id=ACCOUNT, account_service_id=9003, username="driftwater-2",
            password="malt-and-yeast",  # noqa: S106 - of nobody
        )  # fmt: skip
        addresses = (
            (9001, "198.18.40.10", "Static addresses", "RadiusAccount", 9001, 9001, None),
            (9002, "198.18.40.11", "Static addresses", "RadiusAccount", 9002, 9003, None),
            (9003, "198.18.100.8/29", "Routed blocks", "Account", ACCOUNT, 9003, "routed block"),
            (9004, "2001:db8:1ff:ff00::/56", "IPv6 prefixes for customers", "Account", ACCOUNT, 9003, "delegated"),
        )  # fmt: skip
        for number, address, subnet, owner, owner_id, service, text in addresses:
            self._add(
                "IpAssignment", number, subnet=address, subnet_id=self._id("Subnet", subnet), soft=False,
                ipassignmentable_type=owner, ipassignmentable_id=owner_id, account_service_id=service, description=text,
            )  # fmt: skip

    def _devices(self) -> None:
        devices = (
            (9001, 9001, "GigaPoint GP1100X", 14_900, "CXNK00A1B2C3", "02:5A:90:01:00:01"),
            (9002, 9003, "hAP ax²", 8_900, "HGX0912345", "02:5A:90:01:00:02"),
        )  # fmt: skip
        for number, service, model, price, serial, mac in devices:
            model_id = self._id("InventoryModel", model)
            self._add(
                "InventoryItem", number, inventory_model_id=model_id, inventoryitemable_type="Address",
                inventoryitemable_id=9001, status="FUNCTIONAL", purchase_price=price, account_service_id=service,
                icmp_status_flap_count=0, snmp_status_flap_count=0,
            )  # fmt: skip
            for offset, (field, value) in enumerate((("Serial number", serial), ("MAC address", mac))):
                field_id = self.connection.execute(
                    'SELECT id FROM "InventoryModelField" WHERE inventory_model_id = ? AND name = ?', (model_id, field)
                ).fetchone()[0]
                self._add(
                    "InventoryModelFieldData", 2 * number + offset, inventory_item_id=number,
                    inventory_model_field_id=field_id, value=value,
                )  # fmt: skip

    def _support(self) -> None:
        """An open ticket from the mailbox: two replies of staff, one of the customer, a comment inside, two files."""
        mailbox = self.connection.execute('SELECT min(id) FROM "InboundMailbox"').fetchone()[0]
        self._add(
            "Ticket", 9001, created="2026-11-12T14:00:00+00:00", updated="2026-11-13T16:20:00+00:00",
            global_updated_at="2026-11-13T16:20:00+00:00", subject="Outage of the fiber line", priority="HIGH",
            description="<p>The line is down since <b>8 o'clock</b>.</p>", status="OPEN", company_id=self._company(),
            inbound_mailbox_id=mailbox, ticket_group_id=self._id("TicketGroup", "Support"), user_id=AGENT,
            ticketable_type="Account", ticketable_id=ACCOUNT, is_spam=False, due_date="2026-11-20",
        )  # fmt: skip
        self._add("TicketRecipient", 9001, ticket_id=9001, email_address="asa@driftwater.example", name="Åsa Lindqvist")
        category = self._id("TicketCategory", "Outage")
        self.writer.relate(("Ticket", 9001, "ticket_categories"), ("TicketCategory", category, "tickets"))
        said = (
            (9001, "2026-11-12T14:10:00+00:00", "<p>We are looking into it.</p>", False),
            (9002, "2026-11-12T15:40:00+00:00", "<p>It is back, but slow.</p>", True),
            (9003, "2026-11-13T16:20:00+00:00", "<p>We come on the 24th and replace the ONT.</p>", False),
        )
        for number, moment, body, incoming in said:
            self._add(
                "TicketReply", number, created=moment, ticket_id=9001, body=body, incoming=incoming,
                user_id=None if incoming else AGENT, author="Åsa Lindqvist" if incoming else None,
                author_email="asa@driftwater.example" if incoming else None,
            )  # fmt: skip
        self._add(
            "TicketComment", 9001, created="2026-11-12T16:00:00+00:00", ticket_id=9001, user_id=AGENT,
            body="<p>Rx level &minus;27 dBm, connector dirty.</p>",
        )  # fmt: skip
        self._file(9001, "Ticket", 9001, "outage report.pdf", "application/pdf", REPORT)
        self._file(9002, "Ticket", 9001, "rack.jpg", "image/jpeg", PHOTO)

    def _file(self, number: int, owner: str, owner_id: int, name: str, kind: str, content: bytes) -> None:
        self._add(
            "File", number, created="2026-11-12T14:05:00+00:00", fileable_type=owner, fileable_id=owner_id,
            filename=name, mime_type=kind, file_size_in_bytes=len(content), user_id=AGENT,
            description=name.rsplit(".", 1)[0],
        )  # fmt: skip
        self.writer.file_content(number, content)

    def _work(self) -> None:
        """A job to come, with its technician and a to-do."""
        self._add(
            "Job", 9001, created="2026-11-13T16:30:00+00:00", job_type_id=self._id("JobType", "Service call"),
            jobbable_type="Account", jobbable_id=ACCOUNT, length_in_minutes=90, complete=False, ticket_id=9001,
            scheduled_datetime="2026-11-24T15:00:00+00:00", created_by_user_id=AGENT,
        )  # fmt: skip
        self.writer.relate(("Job", 9001, "users"), ("User", TECHNICIAN, "jobs"))
        self._add(
            "Task", 9001, created="2026-11-13T16:31:00+00:00", taskable_type="Job", taskable_id=9001,
            task="Bring a new ONT", complete=False, completion_type="BOOLEAN", due="2026-11-24", list_order=1,
            user_id=TECHNICIAN,
        )  # fmt: skip

    def _papers(self) -> None:
        self._add(
            "HandwrittenSignature", 9001, created="2023-04-11T16:00:00+00:00", contact_name="Åsa Lindqvist",
            signer_name="Åsa Lindqvist", contact_email_address="asa@driftwater.example", signer_ip="203.0.113.9",
        )  # fmt: skip
        self._add(
            "Contract", 9001, created="2023-04-10T16:00:00+00:00", account_id=ACCOUNT, contact_id=9001,
            contract_template_id=self._id("ContractTemplate", "Business SLA"), name="Business SLA",
            body="<h1>Service agreement</h1><p>Between Ridge &amp; River Internet and <b>Driftwater Brewing Company"
            "</b>, term 36 months.</p>", term_in_months=36, expiration_date="2026-04-10",
            handwritten_signature_id=9001, unique_link_key="d71f7",
        )  # fmt: skip
        self._file(9003, "Account", ACCOUNT, "letter of agency.pdf", "application/pdf", LETTER)
        self._add(
            "Note", 9001, created="2026-10-02T15:30:00+00:00", noteable_type="Account", noteable_id=ACCOUNT,
            message="Ring at the loading dock.", user_id=AGENT, priority="STICKY",
        )  # fmt: skip
        self._add(
            "CallLog", 9001, created="2026-11-12T13:50:00+00:00", account_id=ACCOUNT, subject="Outage",
            body="The owner called, line down.", time_in_seconds="240", user_id=AGENT,
        )  # fmt: skip

    def _custom_fields(self) -> None:
        values = (
            ("Account", ACCOUNT, "Gate Code", "4711 #"), ("Account", ACCOUNT, "Preferred contact time", "Morning"),
            ("Account", ACCOUNT, "Paperless since", "2024-02-29"), ("Account", ACCOUNT, "Roof work allowed?", "true"),
            ("Account", ACCOUNT, "Dispatch zone", "River"), ("Ticket", 9001, "Root cause", "dirty connector"),
            ("Job", 9001, "Wire used (ft)", "0"),
        )  # fmt: skip
        for number, (owner, owner_id, name, value) in enumerate(values, start=9001):
            field = self.connection.execute(
                'SELECT id FROM "CustomField" WHERE entity_type = ? AND name = ?', (owner, name)
            ).fetchone()[0]
            self._add(
                "CustomFieldData", number, custom_field_id=field, customfielddataable_type=owner,
                customfielddataable_id=owner_id, value=value,
            )  # fmt: skip

    def _money(self) -> None:
        """The bill of November, 288.55 with 5.70 of tax, of which 200.00 are paid."""
        moment = "2026-11-01T11:00:00+00:00"
        self._add(
            "Invoice", 9001, created=moment, updated="2026-11-09T18:00:00+00:00", account_id=ACCOUNT,
            company_id=self._company(), date="2026-11-01", due_date="2026-11-29", delinquency_date="2026-12-14",
            end_date="2026-11-30", number_of_months=1, total_debits=28_285, total_taxes=570, remaining_due=8_855,
            child_invoice_remaining_due=0, auto_pay_attempts=0, status="SUCCESS",
        )  # fmt: skip
        lines = ((9001, "Fiber 500", 8_495, "DATA"), (9002, "Managed Wi-Fi Router", 795, "RECURRING"),
                 (9003, "Business Fiber 500/500 (SLA)", 18_995, "DATA"))  # fmt: skip
        for number, name, amount, kind in lines:
            self._add(
                "Debit", number, created=moment, account_id=ACCOUNT, amount=amount, company_id=self._company(),
                description=name, general_ledger_code="4000", general_ledger_code_description="Internet revenue",
                invoice_id=9001, number_of_months=1, quantity=1, service_id=self._id("Service", name),
                service_name=name, service_transaction_type="BASE_SERVICE", type=kind,
            )  # fmt: skip
        self._add(
            "TaxTransaction", 9001, created=moment, taxtransactionable_type="Debit", taxtransactionable_id=9003,
            amount=570, amount_taxed=18_995, description="Telecommunications Excise Tax",
        )  # fmt: skip
        paid = "2026-11-09T18:00:00+00:00"
        self._add(
            "Payment", 9001, created=paid, account_id=ACCOUNT, amount=20_000, amount_remaining=0,
            company_id=self._company(), payment_type="CHECK", successful=True, status="SUCCEEDED",
            payment_datetime=paid, reference="1042", user_id=AGENT,
        )  # fmt: skip
        self._add(
            "Credit", 9001, created=paid, account_id=ACCOUNT, amount=20_000, creditable_type="Payment",
            creditable_id=9001, invoice_id=9001, void=False,
        )  # fmt: skip

    def _child(self) -> None:
        """The taproom: one line, billed to the brewery."""
        self._add(
            "Contact", 9004, contactable_type="Account", contactable_id=CHILD, name="Dora Tapp",
            email_address="dora@driftwater.example", primary=True, language="en",
        )  # fmt: skip
        self._add(
            "AccountService", 9005, created="2026-11-14T15:00:00+00:00", account_id=CHILD,
            service_id=self._id("Service", "Fiber 100"), quantity=1, number_of_times_billed=0,
        )  # fmt: skip
        self._add(
            "RadiusAccount", 9003, account_id=CHILD, account_service_id=9005, username="driftwater-3",
            password="wort-and-foam",  # noqa: S106 - of nobody
        )  # fmt: skip
