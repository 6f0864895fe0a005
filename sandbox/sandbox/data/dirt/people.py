"""Dirt on people and places: contacts, logins, phones, addresses, names, parents."""

from __future__ import annotations

from sandbox.data.dirt.seeder import Seeder, recipe
from sandbox.data.plan import AccountPlan

LIVING = ("active", "suspended", "pending")


@recipe("duplicate_email", "email")
def duplicate_email(seeder: Seeder, account: AccountPlan) -> bool:
    """Two households with one mailbox."""
    if not account.email:
        return False
    other = seeder.partner(account, "email")
    if other is None:
        return False
    seeder.update("Contact", other.primary_contact_id, email_address=account.email)
    other.email = account.email
    for one, two in ((account, other), (other, account)):
        seeder.record(
            "duplicate_email", "Contact", one.primary_contact_id, f"{account.email} is also on account {two.id}", one
        )
    return True


@recipe("duplicate_login", "login")
def duplicate_login(seeder: Seeder, account: AccountPlan) -> bool:
    """Two portal logins that differ only in their account."""
    login = seeder.value('SELECT username FROM "Contact" WHERE id = ?', account.primary_contact_id)
    if not login:
        return False
    other = seeder.partner(account, "login")
    if other is None:
        return False
    seeder.update("Contact", other.primary_contact_id, username=login.upper())
    for one, two in ((account, other), (other, account)):
        seeder.record(
            "duplicate_login",
            "Contact",
            one.primary_contact_id,
            f"{login} is also on account {two.id}, in other case",
            one,
        )
    return True


@recipe("empty_login", "login")
def empty_login(seeder: Seeder, account: AccountPlan) -> bool:
    """An empty text instead of no login."""
    seeder.update("Contact", account.primary_contact_id, username="")
    seeder.record("empty_login", "Contact", account.primary_contact_id, "username is an empty text", account)
    return True


@recipe("invalid_email", "email", *LIVING)
def invalid_email(seeder: Seeder, account: AccountPlan) -> bool:
    """What a form without a check lets through."""
    wrong = seeder.random.choice(
        ("jane.doe@localhost", "no email", "jane doe@example.com", "jane@example", "@example.com", "n/a")
    )
    seeder.update("Contact", account.primary_contact_id, email_address=wrong)
    account.email = wrong
    seeder.record("invalid_email", "Contact", account.primary_contact_id, repr(wrong), account)
    return True


@recipe("several_emails_in_one", "email", *LIVING)
def several_emails_in_one(seeder: Seeder, account: AccountPlan) -> bool:
    """Husband and wife in one field."""
    mark = seeder.random.choice((",", ";", " / ", " "))
    both = f"first{account.id}@example.com{mark}second{account.id}@example.org"
    seeder.update("Contact", account.primary_contact_id, email_address=both)
    account.email = both
    seeder.record("several_emails_in_one", "Contact", account.primary_contact_id, repr(both), account)
    return True


@recipe("no_primary_contact", "primary", *LIVING)
def no_primary_contact(seeder: Seeder, account: AccountPlan) -> bool:
    """The mark was taken off and not given to anybody."""
    seeder.connection.execute(
        'UPDATE "Contact" SET "primary" = 0 WHERE contactable_type = ? AND contactable_id = ?', ("Account", account.id)
    )
    seeder.record("no_primary_contact", "Account", account.id, "no contact is primary", account)
    return True


@recipe("no_contact", "primary", "disconnected")
def no_contact(seeder: Seeder, account: AccountPlan) -> bool:
    """All contacts were deleted, with what hangs on them."""
    if not seeder.claim(account, "email", "login", "phone"):
        return False
    rows = seeder.connection.execute(
        'SELECT id FROM "Contact" WHERE contactable_type = ? AND contactable_id = ?', ("Account", account.id)
    ).fetchall()
    for (contact_id,) in rows:
        used = seeder.value('SELECT 1 FROM "Note" WHERE noteable_type = ? AND noteable_id = ?', "Contact", contact_id)
        used = used or seeder.value(
            'SELECT 1 FROM "CustomFieldData" WHERE customfielddataable_type = ? AND customfielddataable_id = ?',
            "Contact",
            contact_id,
        )
        if used:
            return False
    for (contact_id,) in rows:
        seeder.connection.execute('DELETE FROM "PhoneNumber" WHERE contact_id = ?', (contact_id,))
        seeder.connection.execute('UPDATE "Contract" SET contact_id = NULL WHERE contact_id = ?', (contact_id,))
        seeder.connection.execute(
            'DELETE FROM "_relation" WHERE owner_type = ? AND owner_id = ?', ("Contact", contact_id)
        )
        seeder.connection.execute('DELETE FROM "Contact" WHERE id = ?', (contact_id,))
    seeder.record("no_contact", "Account", account.id, "no contact at all", account)
    return True


@recipe("several_primary_contacts", "primary")
def several_primary_contacts(seeder: Seeder, account: AccountPlan) -> bool:
    """A second contact marked as the main one."""
    row_id = seeder.add(
        "Contact", contactable_type="Account", contactable_id=account.id, name=f"{account.name} (2)", primary=True,
        email_address=f"second{account.id}@example.com", language="en",
    )  # fmt: skip
    seeder.record(
        "several_primary_contacts", "Contact", row_id, f"contact {account.primary_contact_id} is primary too", account
    )
    return True


def _phone(seeder: Seeder, account: AccountPlan) -> int | None:
    found: int | None = seeder.value(
        'SELECT min(id) FROM "PhoneNumber" WHERE contact_id = ?', account.primary_contact_id
    )
    return found


@recipe("phone_unparseable", "phone", *LIVING)
def phone_unparseable(seeder: Seeder, account: AccountPlan) -> bool:
    """Too short, or filled with zeros."""
    row_id = _phone(seeder, account)
    if row_id is None:
        return False
    number = seeder.random.choice(("5551234", "0000000000", "608", "1234567890123456"))
    seeder.update("PhoneNumber", row_id, number=number, number_formatted=number)
    seeder.record("phone_unparseable", "PhoneNumber", row_id, number, account)
    return True


@recipe("phone_extension", "phone", *LIVING)
def phone_extension(seeder: Seeder, account: AccountPlan) -> bool:
    """A switchboard."""
    row_id = _phone(seeder, account)
    if row_id is None:
        return False
    seeder.update("PhoneNumber", row_id, extension="204")
    seeder.record("phone_extension", "PhoneNumber", row_id, "extension 204", account)
    return True


@recipe("missing_physical_address", "address", "active")
def missing_physical_address(seeder: Seeder, account: AccountPlan) -> bool:
    """The place was given back although the customer is there. Needs an account without a device at its address."""
    devices = seeder.value(
        'SELECT 1 FROM "InventoryItem" WHERE inventoryitemable_type = ? AND inventoryitemable_id = ?',
        "Address",
        account.address_id,
    )
    if devices:
        return False
    seeder.update("Address", account.address_id, addressable_type=None, addressable_id=None)
    seeder.connection.execute(
        """UPDATE "ServiceableAddressAccountAssignmentHistory" SET end_date = ?
           WHERE account_id = ? AND end_date IS NULL""",
        (seeder.context.today.isoformat(), account.id),
    )
    seeder.record("missing_physical_address", "Account", account.id, "no address of type PHYSICAL", account)
    return True


@recipe("county_zip_mismatch", "address", *LIVING)
def county_zip_mismatch(seeder: Seeder, account: AccountPlan) -> bool:
    """A county on the other side of the country."""
    seeder.update("Address", account.address_id, county="COUNTY_06037")
    seeder.record("county_zip_mismatch", "Address", account.address_id, "county of Los Angeles", account)
    return True


@recipe("coordinates_zero", "address", *LIVING)
def coordinates_zero(seeder: Seeder, account: AccountPlan) -> bool:
    """Null Island."""
    seeder.update("Address", account.address_id, latitude="0.000000", longitude="0.000000")
    account.latitude = account.longitude = 0.0
    seeder.update("Account", account.id, geopoint="0.000000,0.000000")
    seeder.record("coordinates_zero", "Address", account.address_id, "0,0", account)
    return True


@recipe("city_too_long", "address", *LIVING)
def city_too_long(seeder: Seeder, account: AccountPlan) -> bool:
    """Directions in the city field."""
    city = f"{account.town.name} (rural, past the old cheese factory)"
    seeder.update("Address", account.address_id, city=city)
    seeder.record("city_too_long", "Address", account.address_id, f"{len(city)} characters", account)
    return True


@recipe("name_with_html", "name", *LIVING)
def name_with_html(seeder: Seeder, account: AccountPlan) -> bool:
    """Pasted from a web page."""
    account.name = f"<b>{account.name}</b> &amp; Sons"
    seeder.update("Account", account.id, name=account.name)
    seeder.record("name_with_html", "Account", account.id, account.name, account)
    return True


@recipe("name_with_emoji", "name", *LIVING)
def name_with_emoji(seeder: Seeder, account: AccountPlan) -> bool:
    """A tree in the name: four bytes in UTF-8."""
    account.name = f"{account.name} \N{EVERGREEN TREE}"
    seeder.update("Account", account.id, name=account.name)
    seeder.record("name_with_emoji", "Account", account.id, account.name, account)
    return True


@recipe("child_of_archived_parent", "parent")
def child_of_archived_parent(seeder: Seeder, account: AccountPlan) -> bool:
    """The parent was archived, the child lives on."""
    parents = seeder.context.of_kind("archived")
    if account.parent_id is not None or not parents or account.id in seeder.parents:
        return False
    parent = seeder.random.choice(parents)
    seeder.update("Account", account.id, parent_account_id=parent.id)
    account.parent_id = parent.id
    seeder.parents.add(parent.id)
    seeder.record("child_of_archived_parent", "Account", account.id, f"parent {parent.id} is archived", account)
    return True


@recipe("parent_cycle", "parent")
def parent_cycle(seeder: Seeder, account: AccountPlan) -> bool:
    """Two accounts that are each other's parent."""
    if account.parent_id is not None or account.id in seeder.parents:
        return False
    other = seeder.partner(
        account, "parent", lambda candidate: candidate.parent_id is None and candidate.id not in seeder.parents
    )
    if other is None:
        return False
    for one, two in ((account, other), (other, account)):
        one.parent_id = two.id
        seeder.parents.add(two.id)
        seeder.update("Account", one.id, parent_account_id=two.id)
        seeder.record("parent_cycle", "Account", one.id, f"account {two.id} is parent and child", one)
    return True
