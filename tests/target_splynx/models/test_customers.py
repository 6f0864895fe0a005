"""Customers followed field by field, with the dirt that they come with (research/mapping.md §3, research/cutover.md §4)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

CUSTOMERS = (
    "customers/customers", "customers/customer_info", "customers/customer_billing", "customers/customer_parents",
    "go_live/customers_status", "go_live/customer_billing_enabled", "foundation/partners_default", "foundation/additional_fields",
)  # fmt: skip


def test_an_account_becomes_a_customer(bench: Any, provider: Any) -> None:
    bench.add("account_groups", id=4, name="VIP")
    account = provider.account(
        "  Jane \n Roe ", account_group_ids=[4], company_id=2,
        contact={"name": "Jane Roe", "username": "jroe", "email_address": "Jane@Example.com"},
    )  # fmt: skip
    bench.add("phone_numbers", contact_id=1, number="6085550101", country="US", phone_number_type_id=2)
    bench.add("phone_numbers", contact_id=1, number="6085550102", country="US", phone_number_type_id=1, extension="12")
    bench.add(
        "addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL", serviceable=True, line1="12 Depot St", line2="Apt 3",
        city="La Crosse", subdivision="US_WI", zip="54601", latitude="43.801400", longitude="-91.239600",
    )  # fmt: skip
    bench.run(*CUSTOMERS)
    row = bench.row("customers/customers", account)
    assert row.fine
    assert row.login == "jroe"
    assert row.status == "active"
    assert row.partner_id == bench.made("partners", 2) < 0
    assert row.location_id == 1
    assert row.name == "Jane Roe"
    assert row.email == "Jane@example.com"
    assert row.phone == "+16085550102, +16085550101", "the mobile number comes first"
    assert row.category == "person"
    assert (row.street_1, row.city, row.zip_code, row.subdivision_id) == ("12 Depot St, Apt 3", "La Crosse", "54601", 50)
    assert row.gps == "43.801400,-91.239600"
    assert row.date_add == date(2024, 5, 1)
    assert row.billing_type == "recurring"
    assert sorted(row.customer_labels) == sorted(bench.made("labels", key) for key in ("group:4", "status:1", "type:1"))
    fields = row.additional_attributes
    assert fields["sonar_status"] == "Active"
    assert json.loads(fields["sonar_billing"])["bill_day"] == 1
    assert json.loads(fields["sonar_contacts"])[0]["phone"] == "+16085550101, +16085550102 ext. 12", "an extension is not lost"
    assert fields["sonar_state"] is None
    assert row.values["_label"] == f"Account {account} Jane Roe"


def test_default_company_is_splynx_first_partner(bench: Any, provider: Any) -> None:
    account = provider.account()
    bench.run(*CUSTOMERS)
    patch = bench.row("foundation/partners_default", 1)
    assert (patch.id, patch.name) == (1, "Ridge Net")
    assert [row.source_key for row in bench.results["foundation/partners"]] == ["2"]
    assert bench.row("customers/customers", account).partner_id == 1


@pytest.mark.parametrize(
    ("values", "skip", "final"),
    [
        ({}, None, "active"),
        ({"is_delinquent": True}, None, "active"),
        ({"account_status_id": 2}, None, "disabled"),
        ({"account_status_id": 4, "activation_date": None}, None, "new"),
        ({"account_status_id": 3, "activation_date": None}, "lead, not a customer", "new"),
        ({"account_status_id": 3}, None, "disabled"),
        ({"archived_at": "2025-01-01T00:00:00+00:00"}, "archived account", "disabled"),
    ],
)
def test_status_rules(bench: Any, provider: Any, values: dict[str, Any], skip: str | None, final: str) -> None:
    account = provider.account(**values)
    bench.run(*CUSTOMERS)
    row = bench.row("customers/customers", account)
    assert row.values["_skip"] == skip
    assert row.status == "active", "active while loading"
    finals = {found.source_key: found.status for found in bench.results["go_live/customers_status"]}
    if skip is None:
        assert finals.get(str(account), "active") == final


def test_status_settings(bench: Any, provider: Any) -> None:
    late = provider.account(is_delinquent=True)
    gone = provider.account(archived_at="2025-01-01T00:00:00+00:00")
    paused = provider.account(account_status_id=2)
    bench.set(delinquent_accounts="blocked", archived_accounts="disabled", status_map={"Inactive": "skip"})
    bench.run(*CUSTOMERS)
    finals = {row.source_key: row.status for row in bench.results["go_live/customers_status"]}
    assert finals == {str(late): "blocked", str(gone): "disabled"}
    assert bench.row("customers/customers", paused).values["_skip"] == "status_map: skip"


def test_unknown_status_is_rejected_with_a_remedy(bench: Any, provider: Any) -> None:
    account = provider.account(account_status_id=99)
    bench.run(*CUSTOMERS)
    row = bench.row("customers/customers", account)
    assert row.values["_reject"] == "account_status_missing|The account has no status.|Give it a status in Sonar."


def test_logins_are_never_used_twice(bench: Any, provider: Any) -> None:
    first = provider.account(contact={"username": "JaneRoe"})
    second = provider.account(contact={"username": "janeroe"})
    third = provider.account(contact={"username": "4"})
    fourth = provider.account()
    fifth = provider.account(contact={"username": "  "})
    bench.run(*CUSTOMERS)
    logins = [bench.row("customers/customers", account).login for account in (first, second, third, fourth, fifth)]
    assert logins == ["JaneRoe", f"janeroe-{second}", "4-3", "4", "5"]


def test_primary_contact_rules(bench: Any, provider: Any) -> None:
    none = provider.account("", contact={"primary": False, "name": "Only Person"})
    several = provider.account("Two Primaries")
    provider.contact(several, name="Second", primary=True, email_address="second@example.com")
    nobody = provider.account("  ", contact={})
    bench.connection.execute("DELETE FROM sonar.contacts WHERE contactable_id = ?", [nobody]).fetchall()
    bench.run(*CUSTOMERS)
    assert bench.row("customers/customers", none).name == "Only Person"
    assert bench.row("customers/customers", several).email == f"c{several}@example.com"
    assert bench.row("customers/customers", nobody).name == f"Account #{nobody}"
    assert bench.row("customers/customers", nobody).email is None


def test_dirty_emails(bench: Any, provider: Any) -> None:
    bad = provider.account(contact={"email_address": "jane@example"})
    two = provider.account(contact={"email_address": "a@example.com / b@example.com"})
    billed = provider.account()
    provider.contact(billed, name="Accounts Payable", role="Accounts payable", email_address="ap@example.com")
    bench.add("email_categories", id=7, name="Invoices")
    categorised = provider.account()
    provider.contact(categorised, name="Boss", email_address="boss@example.com", email_category_ids=[7])
    bench.run(*CUSTOMERS)
    row = bench.row("customers/customers", bad)
    assert row.fine and row.email is None
    assert json.loads(row.additional_attributes["sonar_contacts"])[0]["email"] == "jane@example", "the raw text is kept"
    assert bench.row("customers/customers", two).email == "a@example.com,b@example.com"
    row = bench.row("customers/customers", billed)
    assert (row.email, row.billing_email) == (f"c{billed}@example.com", "ap@example.com")
    assert json.loads(row.additional_attributes["sonar_contacts"])[0]["name"] == "Accounts Payable"
    assert bench.row("customers/customers", categorised).billing_email == "boss@example.com"


def test_all_emails_setting_and_length(bench: Any, provider: Any) -> None:
    account = provider.account()
    for number in range(20):
        provider.contact(account, name=f"P{number}", email_address=f"person.number{number}@example.com")
    bench.set(all_emails=True)
    bench.run(*CUSTOMERS)
    emails = bench.row("customers/customers", account).email.split(",")
    assert emails[0] == f"c{account}@example.com"
    assert 5 < len(emails) < 20 and all(address.endswith("@example.com") for address in emails)
    assert len(",".join(emails)) <= 256


def test_addresses(bench: Any, provider: Any) -> None:
    def address(account: int, **values: Any) -> None:
        bench.add("addresses", addressable_type="Account", addressable_id=account, **{"type": "PHYSICAL", "city": "Town", "zip": "1"} | values)

    zero = provider.account(geopoint="0,0")
    address(zero, line1="1 Main St", latitude="0.0", longitude="0", subdivision="US_XX", city="X" * 40)
    mailed = provider.account()
    address(mailed, type="MAILING", line1="PO Box 1")
    several = provider.account()
    address(several, line1="serviceable", serviceable=True)
    address(several, line1="newer", serviceable=False)
    homeless = provider.account(geopoint="43.1,-91.2")
    bench.run(*CUSTOMERS)
    row = bench.row("customers/customers", zero)
    assert row.gps is None
    assert row.city == "X" * 31 + "…"
    assert row.subdivision_id is None and row.additional_attributes["sonar_state"] == "US_XX"
    assert bench.row("customers/customers", mailed).street_1 == "PO Box 1"
    assert bench.row("customers/customers", several).street_1 == "serviceable"
    assert bench.row("customers/customers", homeless).gps == "43.1,-91.2"


def test_business_is_a_company_with_a_contact_person(bench: Any, provider: Any) -> None:
    account = provider.account("Mill Ltd", account_type_id=2, contact={"name": "Joe Miller"})
    person = provider.account("Jane Roe", contact={"name": "jane roe"})
    bench.run(*CUSTOMERS)
    assert bench.row("customers/customers", account).category == "company"
    info = bench.row("customers/customer_info", account)
    assert (info.id, info.contact_person) == (bench.made("customers", account), "Joe Miller")
    assert str(person) not in [row.source_key for row in bench.results["customers/customer_info"]]


def test_billing_parameters(bench: Any, provider: Any) -> None:
    account = provider.account(
        billing={"bill_day": 15, "invoice_day": 20, "months_to_bill": 24, "due_days": 10, "due_days_day": "INVOICE_DAY", "grace_days": 120,
                 "switch_status_after_delinquency": True, "days_of_delinquency_for_status_switch": 30, "print_invoice": True},
    )  # fmt: skip
    bench.add("addresses", addressable_type="Account", addressable_id=account, type="MAILING", line1="PO Box 7", city="Galena", zip="61036")
    bench.add("bank_accounts", account_id=account, auto=True)
    bench.add("credit_cards", account_id=account, auto=False)
    bench.run(*CUSTOMERS)
    row = bench.row("customers/customer_billing", account)
    assert row.fine and row.id == bench.made("customers", account)
    assert row.enabled == 0
    assert (row.type, row.billing_date, row.billing_due) == ("12", "20", "15")
    assert (row.blocking_period, row.grace_period) == ("99", "30")
    assert row.payment_method == bench.made("payment_methods", "method:ach")
    assert str(row.min_balance) == "-5.0000"
    assert (row.make_invoices, row.request_auto_enable, row.reminder_enable, row.send_finance_notification) == ("1", "0", "0", "0")
    assert (row.billing_person, row.billing_street_1, row.billing_city, row.billing_zip_code) == ("Jane Roe", "PO Box 7", "Galena", "61036")
    assert "deposit" not in row.values
    assert bench.made("labels", "tool:paper_invoice") in bench.row("customers/customers", account).customer_labels


def test_billing_stays_off_even_where_parameters_are_missing(bench: Any, provider: Any) -> None:
    account = provider.account(billing={"exists": False})
    dayless = provider.account(billing={"bill_day": None, "invoice_day": None})
    bench.run(*CUSTOMERS)
    for number in (account, dayless):
        row = bench.row("customers/customer_billing", number)
        assert row.fine and row.enabled == 0 and row.billing_date is None
    assert bench.row("customers/customer_billing", account).billing_due is None
    assert bench.row("go_live/customer_billing_enabled", dayless).reject_code == "bill_day_missing"


def test_children_are_linked_and_circles_refused(bench: Any, provider: Any) -> None:
    parent = provider.account("Parent")
    child = provider.account("Child", parent_account_id=parent)
    grandchild = provider.account("Grandchild", parent_account_id=child)
    one = provider.account("One", parent_account_id=5)
    two = provider.account("Two", parent_account_id=4)
    archived = provider.account("Archived", id=20, archived_at="2025-01-01T00:00:00+00:00")
    orphan = provider.account("Orphan", id=21, parent_account_id=archived)
    lost = provider.account("Lost", id=22, parent_account_id=999)
    foreign = provider.account("Foreign", id=23, parent_account_id=parent, company_id=2)
    itself = provider.account("Itself", id=24, parent_account_id=24)
    bench.run(*CUSTOMERS)
    row = bench.row("customers/customer_parents", child)
    assert row.fine and row.parent_id == bench.made("customers", parent) and row.id == bench.made("customers", child)
    codes = {account: bench.row("customers/customer_parents", account).reject_code for account in (grandchild, one, two, orphan, lost, foreign, itself)}
    assert codes == {
        grandchild: "parent_has_parent", one: "parent_has_parent", two: "parent_has_parent",
        orphan: "parent_not_migrated", lost: "parent_missing", foreign: "parent_of_other_company", itself: "parent_is_itself",
    }  # fmt: skip
    assert bench.row("customers/customer_billing", child).sub_billing_mode == "aggregated"
    assert bench.row("customers/customer_billing", parent).sub_billing_mode is None
    assert bench.row("customers/customer_billing", lost).sub_billing_mode is None
    assert all(bench.row("customers/customers", account).fine for account in (grandchild, one, two, orphan, lost)), "only the link is refused"


def test_custom_fields(bench: Any, provider: Any) -> None:
    account = provider.account()
    for number, (entity, name, kind) in enumerate(
        (("Account", "Gate Code #", "TEXT"), ("Account", "gate code", "TEXT"), ("Account", "Roof?", "BOOLEAN"), ("Account", "Since", "DATE"),
         ("Account", "Broken date", "DATE"), ("Contact", "Birthday", "DATE"), ("Address", "Dwelling", "TEXT"), ("Account", "Zone", "TEXT"),
         ("GenericInventoryAssignee", "Badge", "TEXT")), 1,
    ):  # fmt: skip
        options = ["North, far", "South"] if name == "Zone" else []
        bench.add("custom_fields", id=number, entity_type=entity, name=name, type=kind, enum_options=options)
    address = bench.add("addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL", line1="x")
    for field, owner, entity, value in (
        (1, account, "Account", "1234"), (1, account, "Account", " "), (2, account, "Account", "old"), (2, account, "Account", "new"),
        (3, account, "Account", "true"), (4, account, "Account", "2020-02-29"), (5, account, "Account", "soon"),
        (6, 1, "Contact", "1980-01-02"), (7, address, "Address", "Farm"), (8, account, "Account", "North, far"),
    ):  # fmt: skip
        bench.add("custom_field_data", custom_field_id=field, customfielddataable_id=owner, customfielddataable_type=entity, value=value)
    bench.run(*CUSTOMERS)
    fields = {row.source_key: row for row in bench.results["foundation/additional_fields"]}
    assert fields["customers--gate_code"].title == "Gate Code #"
    assert fields["customers--gate_code_2"].title == "gate code", "the younger field of the same name gets its id"
    assert fields["customers--roof"].type == "boolean"
    assert fields["customers--since"].type == "date"
    assert fields["customers--broken_date"].type == "string", "one value that is no date makes the field text"
    assert (fields["customers--zone"].type, fields["customers--zone"].select_values) == ("select", "North; far,South")
    assert all(row.is_required == 0 for row in fields.values())
    assert fields["genericinventoryassignee--custom_field_9"].values["_skip"] == "custom fields of GenericInventoryAssignee have no place in Splynx"
    values = bench.row("customers/customers", account).additional_attributes
    assert {name: values[name] for name in values if not name.startswith("sonar_")} == {
        "gate_code": "1234", "gate_code_2": "new", "roof": "1", "since": "2020-02-29", "broken_date": "soon",
        "contact_birthday": "1980-01-02", "address_dwelling": "Farm", "zone": "North; far",
    }  # fmt: skip


def test_location_by_city(bench: Any, provider: Any) -> None:
    account = provider.account()
    bench.add("addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL", city="Ñandú City", subdivision="US_WI")
    other = provider.account()
    bench.set(location_by="city")
    bench.run(*CUSTOMERS)
    assert [(row.source_key, row.name) for row in bench.results["foundation/locations"]] == [("city:nandu city,wi", "Ñandú City, WI")]
    assert bench.row("customers/customers", account).location_id == bench.made("locations", "city:nandu city,wi")
    assert bench.row("customers/customers", other).location_id == 1


@pytest.mark.parametrize(("by", "key", "name"), [("geo_tax_zone", "zones:1,2", "WI state + County 1"), ("network_site", "site:2", "Near tower")])
def test_location_by_other(bench: Any, provider: Any, by: str, key: str, name: str) -> None:
    account = provider.account(geo_tax_zone_ids=[2, 1])
    bench.add("addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL", city="T", latitude="43.0", longitude="-91.0")
    bench.add("geo_tax_zones", id=1, name="WI state", tax_id=1, rate=5.0)
    bench.add("geo_tax_zones", id=2, name="County 1", tax_id=2, rate=0.5)
    bench.add("network_sites", id=1, name="Far tower", geopoint="44.0,-91.0")
    bench.add("network_sites", id=2, name="Near tower", geopoint="43.1,-91.0")
    bench.set(location_by=by)
    bench.run(*CUSTOMERS)
    assert [(row.source_key, row.name) for row in bench.results["foundation/locations"]] == [(key, name)]
    assert bench.row("customers/customers", account).location_id == bench.made("locations", key)
