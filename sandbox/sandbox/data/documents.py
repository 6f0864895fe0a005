"""What is written down about customers: notes, call logs, contracts with signatures, files with content, sent e-mails.

Out: rows of Note, CallLog, ContractTemplate, Contract, HandwrittenSignature, File (content in ``_file_content``),
EmailCategory, Email.
"""

from __future__ import annotations

import zlib
from datetime import timedelta
from random import Random

from sandbox.data.clock import add_months
from sandbox.data.context import Context, spread
from sandbox.data.plan import AccountPlan
from sandbox.data.volumes import EMAILS_OF_A_REAL_PROVIDER
from sandbox.data.words import FILE_NAMES, NOTE_TEXTS

MIME_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "svg": "image/svg+xml",
}

PDF_PAGE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\ntrailer<</Root 1 0 R>>\n% "
)


def make_notes(context: Context) -> None:
    """Notes, most of them on accounts, one in twenty sticky."""
    random = context.random("notes")
    total = context.volumes.of("Note", at_least=40)
    owners = {
        "Job": context.job_ids,
        "NetworkSite": context.site_ids,
        "InventoryItem": context.item_ids,
        "Contact": [contact_id for contact_id, _ in context.contact_ids],
    }
    for index in range(total):
        if index % 6 == 5:
            kind = tuple(owners)[index // 6 % len(owners)]
            add_note(context, random, kind, random.choice(owners[kind]))
        else:
            add_note(context, random, "Account", random.choice(context.accounts).id)


def add_note(context: Context, random: Random, kind: str, owner_id: int) -> int:
    """One note on something. Former staff wrote some of them."""
    author = context.named["user:left"] if random.random() < 0.15 else context.user(random)
    roll = random.random()
    return context.writer["Note"].add(
        created=context.past(random), noteable_type=kind, noteable_id=owner_id, message=random.choice(NOTE_TEXTS),
        user_id=author,
        priority="NORMAL" if roll < 0.95 else "STICKY" if roll < 0.98 else "STICKY_WITH_CONFIRMATION",
    )  # fmt: skip


def make_call_logs(context: Context) -> None:
    """Phone calls that staff wrote down."""
    random = context.random("call_logs")
    for account in spread(random, context.accounts, context.volumes.of("CallLog", at_least=10)):
        context.writer["CallLog"].add(
            created=context.past(random, account.created), account_id=account.id,
            subject=random.choice(("Outage", "Billing", "Sales call", "Callback")), body=random.choice(NOTE_TEXTS),
            time_in_seconds=str(random.randint(20, 2400)), user_id=context.user(random),
        )  # fmt: skip


def make_contracts(context: Context) -> None:
    """Contracts from two templates; three in four are signed."""
    random = context.random("contracts")
    templates = [
        context.writer["ContractTemplate"].add(
            name=name, body=_contract_body("{account_name}", months), enabled=True, term_in_months=months
        )
        for name, months in (("Residential agreement", 12), ("Business SLA", 36))
    ]
    customers = [account for account in context.accounts if account.activated]
    for account in spread(random, customers, context.volumes.of("Contract", at_least=8)):
        add_contract(context, random, account, templates[0 if account.person else 1])


def _contract_body(name: str, months: int) -> str:
    parties = f"Between Ridge &amp; River Internet and <b>{name}</b>, term {months} months."
    return f"<h1>Service agreement</h1><p>{parties}</p><p>§1 Service…</p>"


def add_contract(context: Context, random: Random, account: AccountPlan, template_id: int) -> int:
    """A contract of an account, perhaps signed."""
    assert account.activated is not None
    created = context.past(random, account.activated, account.activated + timedelta(days=20))
    months = 12 if account.person else 36
    signed = random.random() < 0.75
    signature_id = None
    if signed:
        signature_id = context.writer["HandwrittenSignature"].add(
            created=created, contact_name=account.name, signer_name=account.name,
            contact_email_address=account.email, signer_ip=f"203.0.113.{random.randint(1, 254)}", contact_role=None,
        )  # fmt: skip
    start = max(account.activated, account.created)
    return context.writer["Contract"].add(
        created=created, account_id=account.id, contact_id=account.primary_contact_id or None,
        contract_template_id=template_id, name="Residential agreement" if account.person else "Business SLA",
        body=_contract_body(account.name, months), term_in_months=months,
        expiration_date=add_months(start, months).isoformat(), handwritten_signature_id=signature_id,
        unique_link_key=f"{random.getrandbits(96):024x}",
        custom_message="Please sign within 10 days." if not signed else None,
    )  # fmt: skip


def make_files(context: Context) -> None:
    """Files on accounts, tickets, jobs and sites, small ones with real content of their type."""
    random = context.random("files")
    for index in range(context.volumes.of("File", at_least=10)):
        kind = ("Account", "Account", "Account", "Job", "Ticket", "NetworkSite")[index % 6]
        owner_id = {
            "Account": random.choice(context.accounts).id,
            "Job": random.choice(context.job_ids),
            "Ticket": random.choice(context.ticket_ids)[0],
            "NetworkSite": random.choice(context.site_ids),
        }[kind]
        add_file(context, random, kind, owner_id, random.choice(FILE_NAMES))


def add_file(
    context: Context,
    random: Random,
    kind: str,
    owner_id: int,
    name: str,
    *,
    size: int | None = None,
    mime_type: str | None = None,
) -> int:
    """A file and its bytes. With ``size`` the row claims more bytes than are stored."""
    extension = name.rsplit(".", 1)[-1].lower()
    content = file_content(extension, random)
    file_id = context.writer["File"].add(
        created=context.past(random), fileable_type=kind, fileable_id=owner_id, filename=name,
        mime_type=mime_type or MIME_TYPES.get(extension, "application/octet-stream"),
        file_size_in_bytes=size or len(content), user_id=context.user(random),
        description=None if random.random() < 0.6 else name.rsplit(".", 1)[0],
    )  # fmt: skip
    context.writer.file_content(file_id, content)
    return file_id


def file_content(extension: str, random: Random) -> bytes:
    """Bytes that a program for that kind of file opens: a one-pixel picture, an empty page, a line of text."""
    if extension == "png":

        def chunk(kind: bytes, data: bytes) -> bytes:
            return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

        header = bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0))
        pixel = zlib.compress(bytes((0, *random.randbytes(3))))
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")
    if extension == "jpg":
        return (
            b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + random.randbytes(64) + b"\xff\xd9"
        )
    if extension == "pdf":
        return PDF_PAGE + f"{random.getrandbits(64):016x}".encode() + b"\n%%EOF\n"
    return f"Débit mesuré : {random.randint(5, 900)} Mbit/s\n".encode()


def make_emails(context: Context) -> None:
    """Sent e-mails: a few, or all of a real provider when asked for."""
    random = context.random("emails")
    context.named["email_category:billing"] = context.writer["EmailCategory"].add(name="Invoices", default=True)
    context.writer["EmailCategory"].add(name="Newsletter", default=False)
    for name in ("Outages", "Billing"):
        context.writer["MessageCategory"].add(name=name, default=True)
    reached = [account for account in context.accounts if account.email]
    for account in reached[::9]:
        context.writer.relate(
            ("Contact", account.primary_contact_id, "email_categories"),
            ("EmailCategory", context.named["email_category:billing"], None),
        )
    count = (
        context.volumes.share(EMAILS_OF_A_REAL_PROVIDER) if context.emails else context.volumes.of("Email", at_least=10)
    )
    statuses = ("SENT", "OPENED", "OPENED", "CLICKED", "SOFT_BOUNCED", "HARD_BOUNCED")
    for index in range(count):
        account = reached[random.randrange(len(reached))]
        context.writer["Email"].add(
            created=context.past(random, account.created), emailable_type="Account", emailable_id=account.id,
            email_address=account.email, to_name=account.name, subject="Your invoice is ready",
            status=statuses[index % 6], body=f"<p>Dear {account.name}, your invoice is ready.</p>",
        )  # fmt: skip
