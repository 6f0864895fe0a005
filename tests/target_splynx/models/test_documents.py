"""Contracts, files, notes and calls followed field by field (research/mapping.md §4)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

DOCUMENTS = ("documents/customer_documents", "documents/lead_documents", "documents/customer_notes", "documents/lead_notes")
FILE = {"filename": "plan.pdf", "mime_type": "application/pdf", "file_size_in_bytes": 3, "content_base64": "YWJj"}


@pytest.fixture
def people(bench: Any, provider: Any) -> Any:
    bench.add("users", id=1, username="ann", name="Ann Agent", email_address="ann@example.com", enabled=True)
    bench.add("users", id=2, username="bob", name="Bob & Sons", email_address="bob@example.com", enabled=False)
    return provider


def test_a_signed_contract_becomes_a_document_with_its_proof(bench: Any, people: Any) -> None:
    account = people.account()
    signature = bench.add(
        "handwritten_signatures", signer_name="Jane Roe", contact_name="Roe Ltd", contact_role="CEO", contact_email_address="jane@example.com",
        signer_ip="203.0.113.7", created_at="2026-07-01T12:00:00+00:00",
    )  # fmt: skip
    contract = bench.add(
        "contracts", account_id=account, name="Business <SLA>", body="<h1>Service agreement</h1>", term_in_months=36, expiration_date="2029-07-01",
        handwritten_signature_id=signature, created_at="2026-06-30T12:00:00+00:00",
    )  # fmt: skip
    bench.run(*DOCUMENTS)
    row = bench.row("documents/customer_documents", f"contract:{contract}")
    assert row.fine
    assert (row.customer_id, row.type, row.title, row.visible_by_customer) == (bench.made("customers", account), "uploaded", "Business <SLA>", "0")
    assert row.description == (
        "Signed by Jane Roe for Roe Ltd (CEO)\nE-mail: jane@example.com\nSigned at: 2026-07-01 07:00:00\nIP address: 203.0.113.7\n"
        "Term: 36 months\nEnds on: 2029-07-01"
    )
    assert row.additional_attributes == {"sonar_created_at": "2026-06-30 07:00:00"}
    page = base64.b64decode(row.values["_file_content_base64"]).decode("utf-8")
    assert row.values["_file_name"] == f"contract-{contract}.html"
    assert "<h1>Service agreement</h1>" in page and "<title>Business &lt;SLA&gt;</title>" in page
    assert "Signed by Jane Roe for Roe Ltd (CEO)<br>E-mail" in page
    assert row.values["_account"] == str(account)


def test_an_unsigned_contract_says_so(bench: Any, people: Any) -> None:
    contract = bench.add("contracts", account_id=people.account(), name="Agreement", body="<p>…</p>", custom_message="Sign soon")
    orphan = bench.add("contracts", account_id=4711, name="Agreement", body="<p>…</p>")
    bench.set(documents_visible=True)
    bench.run(*DOCUMENTS)
    row = bench.row("documents/customer_documents", f"contract:{contract}")
    assert (row.description, row.visible_by_customer) == ("Not signed\nMessage: Sign soon", "1")
    assert bench.row("documents/customer_documents", f"contract:{orphan}").reject_code == "account_missing"


def test_files_of_an_account_and_of_what_belongs_to_it(bench: Any, people: Any) -> None:
    account = people.account()
    address = bench.add("addresses", addressable_type="Account", addressable_id=account, type="PHYSICAL")
    call = bench.add("call_logs", account_id=account, subject="Call", body="Hi", time_in_seconds="61", user_id=1)
    signature = bench.add("handwritten_signatures", signer_name="Jane", contact_name="Jane", signer_ip="203.0.113.7")
    bench.add("contracts", account_id=account, name="Agreement", body="…", handwritten_signature_id=signature)
    owners = (("Account", account), ("Address", address), ("CallLog", call), ("HandwrittenSignature", signature))
    files = [bench.add("files", fileable_type=kind, fileable_id=owner, **FILE) for kind, owner in owners]
    named = bench.add("files", fileable_type="Account", fileable_id=account, **FILE | {"description": "Site plan"})
    by_path = bench.add("files", fileable_type="Account", fileable_id=account, content_path="/data/7.pdf", **FILE)
    bench.run(*DOCUMENTS)
    rows = [bench.row("documents/customer_documents", f"file:{file}") for file in (*files, named, by_path)]
    assert all(row.fine and row.customer_id == bench.made("customers", account) for row in rows)
    assert [row.title for row in rows] == ["plan.pdf"] * 4 + ["Site plan", "plan.pdf"]
    assert rows[4].description == "plan.pdf"
    assert {row.values["_file_name"] for row in rows} == {"plan.pdf"}
    assert [row.values["_file_content_base64"] for row in rows] == ["YWJj"] * 5 + [None]
    assert rows[5].values["_file_path"] == "/data/7.pdf", "a path is enough"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"file_size_in_bytes": 26_214_400, "content_base64": None}, "file_too_large"),
        ({"filename": "setup.exe", "mime_type": "application/x-msdownload"}, "file_type_not_allowed"),
        ({"content_base64": None}, "file_not_read"),
        ({"fileable_id": 4711}, "account_missing"),
        ({"mime_type": "IMAGE/JPEG; charset=binary"}, None),
        ({"mime_type": "application/octet-stream"}, None),
    ],
)
def test_files_that_splynx_refuses_are_told_before(bench: Any, people: Any, values: dict[str, Any], code: str | None) -> None:
    account = people.account()
    bench.add("files", fileable_type="Account", fileable_id=account, **FILE)
    file = bench.add("files", **{"fileable_type": "Account", "fileable_id": account} | FILE | values)
    bench.run(*DOCUMENTS)
    row = bench.row("documents/customer_documents", f"file:{file}")
    assert row.reject_code == code
    if code:
        assert row.values["_reject"].count("|") == 2 and row.values["_file_content_base64"] is None


def test_without_contents_files_are_left_out_by_name(bench: Any, people: Any) -> None:
    account = people.account()
    file = bench.add("files", fileable_type="Account", fileable_id=account, **FILE | {"content_base64": None})
    bench.run(*DOCUMENTS)
    skip = bench.row("documents/customer_documents", f"file:{file}").values["_skip"]
    assert skip == "contents of files were not read (tap-sonar: file_contents or files_folder)"


def test_the_tap_may_not_send_contents_at_all(own_bench: Any) -> None:
    bench, provider = own_bench
    bench.connection.execute("ALTER TABLE sonar.files DROP content_base64").fetchall()
    bench.connection.execute("ALTER TABLE sonar.files DROP content_path").fetchall()
    values = {name: value for name, value in FILE.items() if name != "content_base64"}
    file = bench.add("files", fileable_type="Account", fileable_id=provider.account(), **values)
    bench.run(*DOCUMENTS)
    assert bench.row("documents/customer_documents", f"file:{file}").values["_skip"]


def test_a_note_becomes_a_note_with_author_time_and_pin(bench: Any, people: Any) -> None:
    account = people.account()
    common = {"noteable_type": "Account", "noteable_id": account, "created_at": "2026-07-01T12:00:00+00:00"}
    plain = bench.add("notes", message="Gate code 1 < 2\nDog", priority="NORMAL", user_id=1, **common)
    sticky = bench.add("notes", message="<p>Pays late</p>", priority="STICKY", user_id=2, **common)
    empty = bench.add("notes", message=" ", priority="NORMAL", user_id=1, **common)
    bench.run(*DOCUMENTS)
    row = bench.row("documents/customer_notes", f"note:{plain}")
    assert row.fine
    assert (row.customer_id, row.name, row.type, row.title) == (bench.made("customers", account), f"sonar:note:{plain}", "comment", None)
    assert (row.comment, row.datetime, row.is_pinned, row.pinned_date) == ("Gate code 1 &lt; 2<br>Dog", "2026-07-01 07:00:00", "0", None)
    assert row.administrator_id == bench.made("administrators", 1)
    row = bench.row("documents/customer_notes", f"note:{sticky}")
    assert (row.comment, row.is_pinned) == ("<p><i>Written by Bob &amp; Sons</i></p><p>Pays late</p>", "1")
    assert row.pinned_date == "2026-07-01 07:00:00"
    assert row.administrator_id == bench.made("administrators", "technical")
    assert bench.row("documents/customer_notes", f"note:{empty}").values["_skip"] == "nothing is written in it"


def test_notes_on_contacts_and_contracts_go_to_their_customer(bench: Any, people: Any) -> None:
    account = people.account()
    contact = people.contact(account, name="Joe " + "x" * 60)
    of_site = bench.add("contacts", contactable_type="NetworkSite", contactable_id=1, name="Landlord", email_category_ids=[])
    contract = bench.add("contracts", account_id=account, name="SLA", body="…")
    owners = (("Contact", contact), ("Contract", contract), ("Contact", of_site), ("Vehicle", 1), ("Contact", 4711))
    notes = [bench.add("notes", message="Hi", priority="NORMAL", user_id=1, noteable_type=kind, noteable_id=owner) for kind, owner in owners]
    bench.run(*DOCUMENTS)
    titles = [bench.row("documents/customer_notes", f"note:{note}").title for note in notes[:2]]
    assert titles[0].startswith("About Joe x") and len(titles[0]) == 50
    assert titles[1] == "About SLA"
    keys = {row.source_key for row in bench.results["documents/customer_notes"]}
    assert not {f"note:{note}" for note in notes[2:4]} & keys, "these stay in the archive (accounting/notes)"
    assert bench.row("documents/customer_notes", f"note:{notes[4]}").reject_code == "account_missing"


def test_a_call_becomes_a_note_of_its_kind(bench: Any, people: Any) -> None:
    account = people.account()
    call = bench.add(
        "call_logs", account_id=account, subject="Outage & more", body="No link", time_in_seconds="125", user_id=1,
        created_at="2026-07-01T12:00:00+00:00",
    )  # fmt: skip
    bench.run(*DOCUMENTS)
    row = bench.row("documents/customer_notes", f"call:{call}")
    assert (row.type, row.title, row.name) == ("call", "Outage & more", f"sonar:call:{call}")
    assert row.comment == "<p><b>Outage &amp; more</b></p>No link<p>Duration: 2 min 5 s</p>"
    assert (row.datetime, row.is_pinned) == ("2026-07-01 07:00:00", "0")


def test_what_hangs_on_a_lead_goes_to_the_lead_and_of_archived_accounts_nowhere(bench: Any, people: Any) -> None:
    lead = people.account(account_status_id=3, activation_date=None)
    gone = people.account(archived_at="2025-01-01T00:00:00+00:00")
    if not any(model.resource == "leads" for model in bench.models):
        bench.connection.execute("INSERT INTO splynx.leads (source_key, id) VALUES (?, 77)", [str(lead)]).fetchall()
    notes, files = [], []
    for account in (lead, gone):
        notes.append(bench.add("notes", message="Hi", priority="NORMAL", user_id=1, noteable_type="Account", noteable_id=account))
        files.append(bench.add("files", fileable_type="Account", fileable_id=account, **FILE))
    bench.run(*DOCUMENTS)
    note, paper = bench.row("documents/lead_notes", f"note:{notes[0]}"), bench.row("documents/lead_documents", f"file:{files[0]}")
    assert note.fine and paper.fine
    assert note.customer_id == paper.customer_id == bench.made("leads", lead)
    assert paper.title == f"plan.pdf (Sonar file {files[0]})"
    for model, key in (("documents/customer_notes", f"note:{notes[1]}"), ("documents/customer_documents", f"file:{files[1]}")):
        assert bench.row(model, key).values["_skip"] == "account left out (archived account)"
