"""Leads, and what their record has no fields for, followed field by field (research/mapping.md §3.1, §9)."""

from __future__ import annotations

from typing import Any

LEADS = ("customers/leads", "customers/leads_towercoverage", "customers/leads_info", "customers/lead_notes", "customers/customers")
LEAD = {"account_status_id": 3, "activation_date": None, "created_at": "2026-10-01T03:00:00+00:00"}


def test_an_account_that_never_had_a_service_becomes_a_lead(bench: Any, provider: Any) -> None:
    account = provider.account("  Ann  Lee ", account_type_id=2, company_id=2, contact={"name": "Ann Lee", "email_address": "Ann@Example.com"}, **LEAD)
    bench.add("phone_numbers", contact_id=1, number="6085550102", country="US", phone_number_type_id=1)
    bench.add(
        "addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL", line1="1 Mill Rd", line2="Apt 2",
        city="Galena", subdivision="US_WI", zip="61036",
    )  # fmt: skip
    bench.run(*LEADS)
    row = bench.row("customers/leads", account)
    assert row.fine
    assert (row.status, row.name, row.category) == ("new", "Ann Lee", "company")
    assert (row.email, row.phone) == ("Ann@example.com", "+16085550102")
    assert (row.street_1, row.city, row.zip_code, row.subdivision_id) == ("1 Mill Rd, Apt 2", "Galena", "61036", 50)
    assert row.partner_id == bench.made("partners", 2)
    assert row.location_id == 1
    assert row.date_add == "2026-09-30", "the day in the provider's zone"
    assert row.values["_account"] == str(account)
    assert bench.row("customers/customers", account).values["_skip"] == "lead, not a customer"
    info = bench.row("customers/leads_info", account)
    assert (info.id, info.crm_status, info.source) == (bench.made("leads", account), "Lead", "Sonar")
    assert bench.row("customers/crm_pipeline", "pipeline:lead").name == "Lead"


def test_two_leads_of_one_name_and_day_can_be_told_apart(bench: Any, provider: Any) -> None:
    """Leads carry no marker: name and day are the natural key."""
    first, second = provider.account("Ann Lee", **LEAD), provider.account("ann lee", **LEAD)
    third = provider.account("Ann Lee", **LEAD | {"created_at": "2026-10-05T18:00:00+00:00"})
    bench.run(*LEADS)
    names = [bench.row("customers/leads", account).name for account in (first, second, third)]
    assert names == ["Ann Lee", f"ann lee (#{second})", "Ann Lee"]


def test_what_becomes_of_leads_is_a_setting(bench: Any, provider: Any) -> None:
    account = provider.account(**LEAD)
    bench.set(lead_accounts="customer")
    bench.run(*LEADS)
    assert bench.row("customers/customers", account).fine
    assert not bench.results["customers/leads"]
    bench.set(lead_accounts="skip")
    bench.forget_parts()
    bench.run(*LEADS)
    assert not bench.results["customers/leads"]
    assert bench.row("customers/customers", account).values["_skip"] == "lead, not a customer"


def test_states_of_the_pipeline_by_map_and_by_id(bench: Any, provider: Any) -> None:
    account = provider.account(**LEAD)
    bench.connection.execute("INSERT INTO splynx.crm_pipeline (id, name) VALUES (2, 'Contacted')").fetchall()
    bench.set(lead_pipeline_map={"Lead": "Contacted"})
    bench.run(*LEADS)
    assert bench.row("customers/leads_info", account).crm_status == "Contacted"
    bench.set(lead_state_by="id")
    bench.run("customers/leads_info")
    assert bench.row("customers/leads_info", account).crm_status == str(bench.made("crm_pipeline", "pipeline:contacted"))


def test_coverage_requests(bench: Any, provider: Any) -> None:
    provider.account(contact={"email_address": "known@example.com"})
    place = bench.add("addresses", type="PHYSICAL", line1="9 Farm Rd", city="Elroy", subdivision="US_WI", zip="53929")
    ask = {"received_at": "2026-11-02T15:00:00+00:00", "message": "<p>Do you serve my farm?</p>", "success": True}
    new = bench.add("towercoverage_submissions", full_name="Web Visitor", email_address="new@example.com", serviceable_address_id=place, **ask)
    again = bench.add("towercoverage_submissions", full_name="Web Visitor", email_address="NEW@example.com", **ask)
    known = bench.add("towercoverage_submissions", full_name="Known", email_address="Known@example.com", **ask)
    nameless = bench.add("towercoverage_submissions", email_address="bad@", phone_number="6085550100", **ask)
    bench.run(*LEADS)
    row = bench.row("customers/leads_towercoverage", f"towercoverage:{new}")
    assert row.fine
    assert (row.name, row.email, row.street_1, row.city, row.date_add) == ("Web Visitor", "new@example.com", "9 Farm Rd", "Elroy", "2026-11-02")
    info = bench.row("customers/leads_info", f"towercoverage:{new}")
    assert (info.crm_status, info.source, info.deal_comment) == ("New", "Towercoverage", "Do you serve my farm?")
    skips = {key: bench.row("customers/leads_towercoverage", f"towercoverage:{key}").values["_skip"] for key in (again, known, nameless)}
    assert skips == {again: "the e-mail belongs to an earlier request", known: "the e-mail belongs to an account", nameless: None}
    row = bench.row("customers/leads_towercoverage", f"towercoverage:{nameless}")
    assert (row.name, row.email, row.phone) == (f"Coverage request #{nameless}", None, "+16085550100")


def test_what_a_lead_has_no_fields_for_is_told_in_a_note(bench: Any, provider: Any) -> None:
    account = provider.account("Ann Lee", **LEAD)
    provider.contact(account, name="Bob <Boss>", role="Owner", email_address="bob@example.com")
    bench.add("custom_fields", id=1, entity_type="Account", name="Gate Code", type="TEXT")
    bench.add("custom_field_data", custom_field_id=1, customfielddataable_id=account, customfielddataable_type="Account", value="1234 & up")
    # Its contacts and its address have fields, too; the contact was made with the account.
    (main,) = [row["id"] for row in bench.fetch("SELECT id FROM sonar.contacts WHERE name <> 'Bob <Boss>'")] or [None]
    place = bench.add("addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL", line1="1 Mill Rd", city="Galena")
    for number, (kind, owner, name, value) in enumerate((("Contact", main, "Languages", "German"), ("Address", place, "Roof", "metal")), start=2):
        bench.add("custom_fields", id=number, entity_type=kind, name=name, type="TEXT")
        bench.add("custom_field_data", custom_field_id=number, customfielddataable_id=owner, customfielddataable_type=kind, value=value)
    silent = provider.account("Silent", **LEAD)
    bench.run(*LEADS)
    (row,) = bench.results["customers/lead_notes"]
    assert row.customer_id == bench.made("leads", account)
    assert (
        row.comment
        == "<p>Contacts from Sonar:</p><ul><li>Bob &lt;Boss>, Owner, bob@example.com</li></ul><p>Gate Code: 1234 &amp; up<br>Languages: German<br>Roof: metal</p>"
    )
    assert row.name.startswith(f"sonar:lead:{account}:")
    assert bench.row("customers/leads", silent).fine
