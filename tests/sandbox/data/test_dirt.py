"""Dirt: every kind is there, each finding is true, and nothing else is dirty.

Each detector is a query that finds (account, row) for one code; it must find exactly what the generator recorded.
"""

from __future__ import annotations

import re
import sqlite3
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from sandbox.data.dirt_codes import DIRT_CODES
from sandbox.data.generate import generate
from sandbox.data.truth import Truth, read_truth
from sandbox.sonar.store import open_database

ACTIVE = """a.archived_at IS NULL AND a.account_status_id IN (SELECT id FROM "AccountStatus" WHERE activates_account)"""
CONTACTS = """FROM "Contact" c JOIN "Account" a ON a.id = c.contactable_id AND c.contactable_type = 'Account'"""
PRICE = """FROM "AccountService" x JOIN "Service" s ON s.id = x.service_id JOIN "Account" a ON a.id = x.account_id"""
PLACE = """FROM "Address" p JOIN "Account" a ON a.id = p.addressable_id AND p.addressable_type = 'Account'"""

DETECTORS = {
    "duplicate_email": f"""SELECT c.id {CONTACTS} WHERE c.email_address LIKE '_%@_%.___' AND c.email_address NOT LIKE '% %' AND EXISTS (SELECT 1 {CONTACTS.replace(" c ", " d ").replace("c.", "d.").replace(" a ", " b ").replace("a.", "b.")}
        WHERE d.email_address = c.email_address AND b.id <> a.id)""",
    "duplicate_login": f"""SELECT c.id {CONTACTS} WHERE c.username <> '' AND lower(c.username) IN (
        SELECT lower(username) FROM "Contact" WHERE username <> '' GROUP BY 1 HAVING count(*) > 1)""",
    "empty_login": """SELECT id FROM "Contact" WHERE username = ''""",
    "several_emails_in_one": """SELECT id FROM "Contact" WHERE email_address LIKE '%@%@%'""",
    "no_primary_contact": """SELECT a.id FROM "Account" a WHERE EXISTS (SELECT 1 FROM "Contact" c WHERE c.contactable_type = 'Account'
        AND c.contactable_id = a.id) AND NOT EXISTS (SELECT 1 FROM "Contact" c WHERE c.contactable_type = 'Account' AND c.contactable_id = a.id AND c."primary")""",
    "no_contact": """SELECT a.id FROM "Account" a WHERE NOT EXISTS (SELECT 1 FROM "Contact" c WHERE c.contactable_type = 'Account' AND c.contactable_id = a.id)""",
    "several_primary_contacts": f"""SELECT max(c.id) {CONTACTS} WHERE c."primary" GROUP BY a.id HAVING count(*) > 1""",
    "phone_unparseable": """SELECT id FROM "PhoneNumber" WHERE length(number) <> 10 OR number LIKE '000%'""",
    "phone_extension": """SELECT id FROM "PhoneNumber" WHERE extension IS NOT NULL""",
    "missing_physical_address": f"""SELECT a.id FROM "Account" a WHERE {ACTIVE} AND NOT EXISTS (
        SELECT 1 FROM "Address" p WHERE p.addressable_type = 'Account' AND p.addressable_id = a.id AND p.type = 'PHYSICAL')""",
    "county_zip_mismatch": """SELECT id FROM "Address" WHERE county <> 'COUNTY_' || fips""",
    "coordinates_zero": """SELECT id FROM "Address" WHERE latitude = '0.000000'""",
    "city_too_long": """SELECT id FROM "Address" WHERE length(city) > 32""",
    "service_name_too_long": """SELECT id FROM "Service" WHERE length(name) > 64""",
    "active_without_services": f"""SELECT a.id FROM "Account" a WHERE {ACTIVE} AND a.id NOT IN (SELECT account_id FROM "AccountService")""",
    "services_on_inactive_account": f"""SELECT x.id {PRICE} WHERE a.archived_at IS NULL AND NOT ({ACTIVE})""",
    "services_on_archived_account": f"""SELECT x.id {PRICE} WHERE a.archived_at IS NOT NULL""",
    "service_without_tariff": f"""SELECT x.id {PRICE} WHERE s.type IN ('ADJUSTMENT', 'OVERAGE', 'ONETIME')""",
    "service_amount_null": f"""SELECT x.id {PRICE} WHERE coalesce(x.price_override, s.amount) IS NULL""",
    "price_override_zero": """SELECT id FROM "AccountService" WHERE price_override = 0""",
    "price_override_high": f"""SELECT x.id {PRICE} WHERE x.price_override > 3 * s.amount AND s.application = 'DEBIT'""",
    "credit_exceeds_debits": f"""SELECT max(CASE WHEN s.application = 'CREDIT' THEN x.id END) {PRICE}
        WHERE {ACTIVE} AND s.type <> 'ADJUSTMENT' GROUP BY a.id
        HAVING sum(CASE WHEN s.application = 'CREDIT' THEN -1 ELSE 1 END * coalesce(x.price_override, s.amount, 0) * x.quantity) < 0""",
    "expiring_finished": f"""SELECT x.id {PRICE} JOIN "ExpiringServiceDetail" e ON e.service_id = s.id WHERE x.number_of_times_billed >= e.times_to_run""",
    "radius_without_service": """SELECT r.id FROM "RadiusAccount" r WHERE r.account_id NOT IN (
        SELECT x.account_id FROM "AccountService" x JOIN "Service" s ON s.id = x.service_id WHERE s.type = 'DATA')""",
    "duplicate_radius_username": """SELECT id FROM "RadiusAccount" WHERE username IN (SELECT username FROM "RadiusAccount" GROUP BY 1 HAVING count(*) > 1)""",
    "next_bill_date_null": f"""SELECT a.id FROM "Account" a WHERE {ACTIVE} AND a.next_bill_date IS NULL""",
    "next_bill_date_past": """SELECT id FROM "Account" WHERE next_bill_date < '2026-11-15'""",
    "next_bill_date_far": """SELECT id FROM "Account" WHERE next_bill_date > '2027-12-15'""",
    "bill_day_null": """SELECT id FROM "AccountBillingParameter" WHERE bill_day IS NULL""",
    "bill_day_not_invoice_day": """SELECT id FROM "AccountBillingParameter" WHERE bill_day <> invoice_day""",
    "frozen_invoice": """SELECT id FROM "Invoice" WHERE frozen""",
    "pending_payment": """SELECT id FROM "Payment" WHERE status = 'PENDING'""",
    "open_dispute": """SELECT id FROM "Dispute" WHERE status = 'OPEN'""",
    "refund_in_progress": """SELECT id FROM "RefundedPayment" WHERE transaction_successful IS NULL""",
    "tax_flat": """SELECT id FROM "Tax" WHERE application = 'FLAT'""",
    "tax_avalara": """SELECT id FROM "ServiceTaxDefinition" """,
    "tax_exemption_amount": """SELECT id FROM "ServiceTax" WHERE exemption_amount > 0""",
    "tax_override": """SELECT id FROM "TaxOverride" """,
    "custom_value_too_long": """SELECT id FROM "CustomFieldData" WHERE length(value) > 255""",
    "custom_value_bad_boolean": """SELECT d.id FROM "CustomFieldData" d JOIN "CustomField" f ON f.id = d.custom_field_id
        WHERE f.type = 'BOOLEAN' AND d.value NOT IN ('true', 'false')""",
    "custom_value_bad_date": """SELECT d.id FROM "CustomFieldData" d JOIN "CustomField" f ON f.id = d.custom_field_id
        WHERE f.type = 'DATE' AND date(d.value) IS NOT d.value""",
    "child_of_archived_parent": """SELECT c.id FROM "Account" c JOIN "Account" p ON p.id = c.parent_account_id WHERE p.archived_at IS NOT NULL""",
    "parent_cycle": """SELECT c.id FROM "Account" c JOIN "Account" p ON p.id = c.parent_account_id WHERE p.parent_account_id = c.id""",
    "ticket_without_customer": """SELECT id FROM "Ticket" WHERE ticketable_id IS NULL AND NOT is_spam""",
    "spam_ticket": """SELECT id FROM "Ticket" WHERE is_spam""",
    "user_disabled": """SELECT id FROM "User" WHERE NOT enabled""",
    "user_duplicate_email": """SELECT id FROM "User" WHERE email_address IN (SELECT email_address FROM "User" GROUP BY 1 HAVING count(*) > 1)""",
    "file_too_large": """SELECT id FROM "File" WHERE file_size_in_bytes > 20 * 1024 * 1024""",
    "file_type_not_allowed": """SELECT id FROM "File" WHERE mime_type LIKE '%msdownload'""",
    "expired_card": """SELECT id FROM "CreditCard" WHERE expiration_year < 2026 OR (expiration_year = 2026 AND expiration_month < 11)""",
    "unsupported_processor": """SELECT c.id FROM "CreditCard" c JOIN "CreditCardProcessor" p ON p.id = c.credit_card_processor_id WHERE p.provider = 'BAMBORA'""",
    "name_with_html": """SELECT id FROM "Account" WHERE name LIKE '%<b>%'""",
    "disabled_service_in_use": """SELECT id FROM "Service" WHERE NOT enabled AND id IN (SELECT service_id FROM "AccountService")""",
}


def recorded(truth: Truth, code: str) -> set[int | None]:
    return {dirt.row_id for dirt in truth.dirt if dirt.code == code}


def test_every_kind_of_dirt_is_there_at_200_accounts(truth: Truth) -> None:
    assert {dirt.code for dirt in truth.dirt} == set(DIRT_CODES)


@pytest.mark.parametrize("code", sorted(DETECTORS))
def test_what_a_query_finds_is_what_was_recorded(code: str, rows: sqlite3.Connection, truth: Truth) -> None:
    found = {row[0] for row in rows.execute(DETECTORS[code])}
    assert found == recorded(truth, code)


@pytest.mark.parametrize("code", sorted(set(DETECTORS) - {code for code, entry in DIRT_CODES.items() if entry.ordinary}))
def test_clean_data_are_clean(code: str, clean_rows: sqlite3.Connection) -> None:
    assert clean_rows.execute(DETECTORS[code]).fetchall() == []


def test_invalid_addresses_of_mail(rows: sqlite3.Connection, truth: Truth) -> None:
    good = re.compile(r"[A-Za-z0-9.]+@[a-z.]+\.(com|net|org)")
    found = {row_id for row_id, mail in rows.execute('SELECT id, email_address FROM "Contact" WHERE email_address IS NOT NULL') if not good.fullmatch(mail)}
    assert found == recorded(truth, "invalid_email") | recorded(truth, "several_emails_in_one")


def test_balances(truth: Truth) -> None:
    wrong = {account.id for account in truth.accounts.values() if not account.balances_agree}
    assert wrong == {dirt.account_id for dirt in truth.dirt if dirt.code == "balance_mismatch"}
    credit = {account.id for account in truth.accounts.values() if account.owed_cents < 0}
    assert credit == recorded(truth, "credit_balance")
    waiting = {account.id for account in truth.accounts.values() if account.unused_payment_cents and account.open_invoices}
    assert waiting == {dirt.account_id for dirt in truth.dirt if dirt.code in ("unapplied_payment_with_open_invoices", "frozen_invoice")}


def test_addresses_of_the_network(rows: sqlite3.Connection, truth: Truth) -> None:
    subnets = dict(rows.execute('SELECT id, subnet FROM "Subnet"'))
    owners: dict[str, list[tuple[int, bool]]] = {}
    outside = set()
    for row_id, address, subnet_id, soft in rows.execute('SELECT id, subnet, subnet_id, soft FROM "IpAssignment"'):
        owners.setdefault(address, []).append((row_id, bool(soft)))
        if not ip_network(address).subnet_of(ip_network(subnets[subnet_id])):  # type: ignore[arg-type]
            outside.add(row_id)
    assert outside == recorded(truth, "ip_outside_subnet")
    twice = {address: found for address, found in owners.items() if len(found) > 1}
    hard = {row_id for found in twice.values() if not any(soft for _, soft in found) for row_id, _ in found}
    mixed = {row_id for found in twice.values() if any(soft for _, soft in found) for row_id, _ in found}
    assert hard == recorded(truth, "duplicate_ip")
    assert mixed == recorded(truth, "soft_hard_clash")
    networks = [(row_id, ip_network(subnet)) for row_id, subnet in subnets.items()]
    inside = {one for one, a in networks for two, b in networks if one != two and a.version == b.version and a.subnet_of(b)}  # type: ignore[arg-type]
    assert inside == recorded(truth, "overlapping_subnets")


def test_pools(rows: sqlite3.Connection, truth: Truth) -> None:
    from ipaddress import summarize_address_range

    ragged = set()
    for row_id, text in rows.execute('SELECT id, ip_range FROM "IpPool"'):
        first, last = (ip_address(part) for part in text.split("-"))
        if len(list(summarize_address_range(first, last))) != 1:  # type: ignore[type-var]
            ragged.add(row_id)
    assert ragged == recorded(truth, "pool_not_cidr")


def test_macs(rows: sqlite3.Connection, truth: Truth) -> None:
    def plain(mac: str) -> str:
        return re.sub("[^0-9a-f]", "", mac.lower())

    query = """SELECT d.id, d.value FROM "InventoryModelFieldData" d JOIN "InventoryModelField" f ON f.id = d.inventory_model_field_id
        WHERE f.type = 'MAC_ADDRESS'"""
    found: dict[str, set[tuple[str, int]]] = {}
    for row_id, mac in rows.execute(query):
        found.setdefault(plain(mac), set()).add(("InventoryModelFieldData", row_id))
    for row_id, mac in rows.execute('SELECT id, mac_address FROM "UninventoriedMacAddress"'):
        found.setdefault(plain(mac), set()).add(("UninventoriedMacAddress", row_id))
    twice = set().union(*(owners for owners in found.values() if len(owners) > 1))
    assert twice == {(dirt.type, dirt.row_id) for dirt in truth.dirt if dirt.code == "duplicate_mac"}


def test_internet_services_that_nothing_identifies(rows: sqlite3.Connection, truth: Truth) -> None:
    query = """SELECT x.id FROM "AccountService" x JOIN "Service" s ON s.id = x.service_id AND s.type = 'DATA'
        WHERE x.account_id NOT IN (SELECT account_id FROM "RadiusAccount")
          AND x.account_id NOT IN (SELECT account_id FROM "UninventoriedMacAddress")
          AND x.account_id NOT IN (SELECT ipassignmentable_id FROM "IpAssignment" WHERE ipassignmentable_type = 'Account')
          AND x.account_id NOT IN (SELECT p.addressable_id FROM "InventoryItem" i
            JOIN "Address" p ON i.inventoryitemable_type = 'Address' AND p.id = i.inventoryitemable_id WHERE p.addressable_type = 'Account')"""
    assert {row[0] for row in rows.execute(query)} == recorded(truth, "data_service_without_access")


def test_dirty_accounts_are_few(truth: Truth) -> None:
    assert len(truth.dirty_account_ids) <= 0.085 * len(truth.accounts)


def test_larger_data_have_more_of_each_and_no_more_dirty_accounts(tmp_path: Path) -> None:
    path = tmp_path / "large.sqlite"
    generate(path, accounts=1500, seed=9, history="recent")
    truth = read_truth(path)
    assert len(truth.dirty_account_ids) <= 0.08 * len(truth.accounts)
    for code in ("invalid_email", "next_bill_date_null", "balance_mismatch", "price_override_high"):
        assert len([dirt for dirt in truth.dirt if dirt.code == code]) == 3
    for code, query in DETECTORS.items():
        found = {row[0] for row in open_database(path, read_only=True).execute(query)}
        assert found == recorded(truth, code), code


def test_every_finding_names_a_row_that_exists(rows: sqlite3.Connection, truth: Truth) -> None:
    for dirt in truth.dirt:
        assert rows.execute(f'SELECT 1 FROM "{dirt.type}" WHERE id = ?', (dirt.row_id,)).fetchone(), dirt
        assert dirt.note
        if dirt.account_id is not None:
            assert dirt.account_id in truth.accounts
