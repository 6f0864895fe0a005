"""Dirt in everything else: custom fields, orphans, tickets, staff, files."""

from __future__ import annotations

from datetime import timedelta

from sandbox.data.custom_fields import set_value
from sandbox.data.dirt.seeder import Seeder, common, recipe
from sandbox.data.documents import add_file
from sandbox.data.plan import AccountPlan
from sandbox.data.support import add_ticket

MISSING = 9_000_000
"""Ids from here on belong to nothing."""


def _custom_value(seeder: Seeder, account: AccountPlan, field: str, value: str) -> int:
    """Give an account's custom field a value, replacing what it has."""
    field_id = seeder.context.named[f"custom_field:Account:{field}"]
    found: int | None = seeder.value(
        """SELECT id FROM "CustomFieldData"
           WHERE custom_field_id = ? AND customfielddataable_type = ? AND customfielddataable_id = ?""",
        field_id, "Account", account.id,
    )  # fmt: skip
    if found is not None:
        seeder.update("CustomFieldData", found, value=value)
        return found
    row_id = set_value(seeder.context, seeder.random, field_id, "Account", account.id, value)
    seeder.context.writer.flush()
    return row_id


@recipe("custom_value_too_long", "custom text", "active", "disconnected")
def custom_value_too_long(seeder: Seeder, account: AccountPlan) -> bool:
    """A story in a one-line field."""
    value = "Gate is behind the barn; call first. " * 9
    row_id = _custom_value(seeder, account, "Gate Code", value)
    seeder.record("custom_value_too_long", "CustomFieldData", row_id, f"{len(value)} characters", account)
    return True


@recipe("custom_value_bad_date", "custom date", "active", "disconnected")
def custom_value_bad_date(seeder: Seeder, account: AccountPlan) -> bool:
    """A day that does not exist."""
    value = seeder.random.choice(("2024-13-45", "soon", "02/30/2023", "0000-00-00"))
    row_id = _custom_value(seeder, account, "Paperless since", value)
    seeder.record("custom_value_bad_date", "CustomFieldData", row_id, value, account)
    return True


@recipe("custom_value_bad_boolean", "custom boolean", "active", "disconnected")
def custom_value_bad_boolean(seeder: Seeder, account: AccountPlan) -> bool:
    """Neither yes nor no."""
    value = seeder.random.choice(("maybe", "ask wife", "??"))
    row_id = _custom_value(seeder, account, "Roof work allowed?", value)
    seeder.record("custom_value_bad_boolean", "CustomFieldData", row_id, value, account)
    return True


@common
def custom_fields(seeder: Seeder) -> None:
    """Two fields whose names become one."""
    row_id = seeder.add("CustomField", entity_type="Account", name="gate-code", type="TEXT")
    seeder.record("custom_field_name_clash", "CustomField", row_id, "'Gate Code' and 'gate-code' are both gate_code")
    for account in seeder.context.accounts[:3]:
        set_value(seeder.context, seeder.random, row_id, "Account", account.id, "see other field")


@common
def orphans(seeder: Seeder) -> None:
    """Children of owners that are gone."""
    row_id = seeder.add("Contact", contactable_type="Account", contactable_id=MISSING, name="Left Behind", primary=True)
    seeder.record("orphan_contact", "Contact", row_id, f"account {MISSING} does not exist")
    row_id = seeder.add(
        "Address", addressable_type="Account", addressable_id=MISSING, type="MAILING", line1="1 Nowhere Ln",
        city="Baraboo", country="US", subdivision="US_WI", zip="53913",
    )  # fmt: skip
    seeder.record("orphan_address", "Address", row_id, f"account {MISSING} does not exist")
    field_id = seeder.context.named["custom_field:Account:Gate Code"]
    row_id = set_value(seeder.context, seeder.random, field_id, "Account", MISSING, "1234")
    seeder.record("orphan_custom_value", "CustomFieldData", row_id, f"account {MISSING} does not exist")
    row_id = seeder.add(
        "TicketReply",
        created=seeder.context.now_stamp,
        ticket_id=MISSING,
        body="<p>Hello?</p>",
        incoming=True,
        author_email="lost@example.com",
    )
    seeder.record("reply_without_ticket", "TicketReply", row_id, f"ticket {MISSING} does not exist")


@common
def tickets(seeder: Seeder) -> None:
    """Mail from strangers."""
    context = seeder.context
    since = context.now - timedelta(days=30)
    for index in range(max(2, context.volumes.share(80))):
        row_id = add_ticket(context, seeder.random, None, f"stranger{index}@example.net", since)
        context.writer.flush()
        if index % 2:
            seeder.update("Ticket", row_id, is_spam=1, spam_score=11.5, subject="You have won")
            seeder.record("spam_ticket", "Ticket", row_id, "is_spam")
        else:
            seeder.record("ticket_without_customer", "Ticket", row_id, "ticketable is null")


@common
def staff(seeder: Seeder) -> None:
    """A shared mailbox as two people's e-mail address."""
    one, two = seeder.context.user_ids[-2:]
    for user_id in (one, two):
        seeder.update("User", user_id, email_address="support@ridgeriver.example.com")
        seeder.record("user_duplicate_email", "User", user_id, "support@ridgeriver.example.com")


@common
def files(seeder: Seeder) -> None:
    """A video, and a program."""
    context = seeder.context
    owner = context.of_kind("active")[0].id
    big = add_file(context, seeder.random, "Account", owner, "tower climb.mp4", size=26_214_400, mime_type="video/mp4")
    program = add_file(context, seeder.random, "Account", owner, "setup.exe", mime_type="application/x-msdownload")
    seeder.record("file_too_large", "File", big, "25 MB (the row says so; the stored content is short)")
    seeder.record("file_type_not_allowed", "File", program, "application/x-msdownload")
