"""People and addresses that a customer record cannot hold are told in a note (research/mapping.md §3.2)."""

from __future__ import annotations

from typing import Any

NOTES = ("customers/contact_notes", "customers/customers")


def test_other_people_and_addresses_are_told_in_a_pinned_note(bench: Any, provider: Any) -> None:
    account = provider.account("Jane Roe")
    other = provider.contact(account, name="Ana", role="Farm hand", email_address="ana@example", created_at="2026-01-05T18:00:00+00:00")
    bench.add("phone_numbers", contact_id=other, number="6085550109", country="US", extension="7", phone_number_type_id=1)
    bench.add("custom_fields", id=1, entity_type="Contact", name="Birthday", type="DATE")
    bench.add("custom_field_data", custom_field_id=1, customfielddataable_id=other, customfielddataable_type="Contact", value="1980-01-02")
    place = {"addressable_type": "Account", "addressable_id": account, "type": "PHYSICAL", "city": "Elroy", "subdivision": "US_WI", "zip": "53929"}
    bench.add("addresses", line1="1 Main St", serviceable=True, **place)
    bench.add("addresses", line1="Old Barn", **place)
    bench.run(*NOTES)
    (row,) = bench.results["customers/contact_notes"]
    assert row.fine
    assert row.customer_id == bench.made("customers", account)
    assert row.comment == (
        "<p>Contacts from Sonar:</p><ul><li>Ana, Farm hand, ana@example, +16085550109 ext. 7, Birthday: 1980-01-02</li></ul>"
        "<p>Other addresses from Sonar:</p><ul><li>physical, Old Barn, Elroy, WI, 53929</li></ul>"
    )
    assert (row.type, row.is_pinned, row.title) == ("comment", "1", "Contacts from Sonar")
    assert row.administrator_id == bench.made("administrators", "technical")
    assert row.name == f"sonar:contacts:{row.source_key}" and row.source_key.startswith(f"{account}:")
    assert row.values["_account"] == str(account)
    assert bench.row("customers/customers", account).street_1 == "1 Main St"


def test_who_needs_no_note_gets_none_and_other_people_make_another(bench: Any, provider: Any) -> None:
    """Notes can neither be changed nor deleted: the text is part of the key."""
    provider.account("Alone")
    account = provider.account("Jane Roe")
    other = provider.contact(account, name="Ana", email_address="ana@example.com")
    bench.run(*NOTES)
    (first,) = bench.results["customers/contact_notes"]
    bench.connection.execute("UPDATE sonar.contacts SET updated_at = now() WHERE id = ?", [other]).fetchall()
    bench.forget_parts()
    bench.run(*NOTES)
    (same,) = bench.results["customers/contact_notes"]
    assert same.values == first.values
    bench.connection.execute("UPDATE sonar.contacts SET name = 'Anna' WHERE id = ?", [other]).fetchall()
    bench.forget_parts()
    bench.run(*NOTES)
    (changed,) = bench.results["customers/contact_notes"]
    assert changed.source_key != first.source_key and "Anna" in changed.comment
