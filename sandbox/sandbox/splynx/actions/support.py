"""Tickets' messages and attachments, feedbacks: uploads and lists that are more than a record's life.

Facts: research/splynx-resources.md (Support), research/splynx-api.md §10.
"""

from __future__ import annotations

from typing import Any

from sandbox.splynx import engine, uploads
from sandbox.splynx.errors import ValidationFailedError, not_found
from sandbox.splynx.routes import Answer, Call, action
from sandbox.splynx.state import Splynx, StoredFile
from sandbox.splynx.store import Row, encode_json

_MESSAGES, _ATTACHMENTS = "support/ticket-messages", "support/ticket-attachments"


def attach(splynx: Splynx, message: Row, files: list[StoredFile]) -> list[int]:
    """Store files as attachments of a ticket message; gives their ids."""
    made = []
    for file in files:
        row = splynx.new_row(_ATTACHMENTS, {"type": file.content_type, "message_id": message.id})
        values = uploads.keep(splynx, "ticket_attachment", row.id, file)
        link = f"/admin/config/download/ticket_attachment--{row.id}"
        splynx.table(_ATTACHMENTS).change(row, {**values, "download_link": link, "content_type": file.content_type,
                                                "content": "", "has_thumbnail": "0"})  # fmt: skip
        made.append(row.id)
    shown = [{"id": row["id"], "filename_original": row["filename_original"]}
             for row in splynx.table(_ATTACHMENTS).where("message_id", message.id)]  # fmt: skip
    splynx.table(_MESSAGES).change(message, {"files": shown})
    return made


@action("POST", "/admin/support/tickets")
def make_ticket(call: Call) -> Answer:
    """A ticket with its first message (``message`` as object or form fields message[…]); 201 {id}."""
    assert call.resource is not None
    files = uploads.checked_files(call, required=False, field="message")
    body = dict(call.body) if isinstance(call.body, dict) else call.body
    message = body.pop("message", None) if isinstance(body, dict) else None
    if message is not None and not isinstance(message, dict):
        raise ValidationFailedError([("message", "Message must be an object.")])
    row = engine.create(call.splynx, call.resource, body, call.identity)
    if message:
        try:
            first = engine.create(
                call.splynx, call.splynx.resource(_MESSAGES), {**message, "ticket_id": row.id}, call.identity
            )
        except ValidationFailedError:
            # all or nothing: a ticket whose message is refused is not made either
            call.splynx.table("support/tickets").delete(row)
            raise
        if files:
            attach(call.splynx, first, files)
    return Answer(201, encode_json({"id": row.id}))


@action("POST", "/admin/support/ticket-messages")
def make_message(call: Call) -> Answer:
    """A message with files (files[0], files[1] …); 201 {id}."""
    assert call.resource is not None
    files = uploads.checked_files(call, required=False, field="files")
    row = engine.create(call.splynx, call.resource, call.body, call.identity)
    if files:
        attach(call.splynx, row, files)
    return Answer(201, encode_json({"id": row.id}))


@action("POST", "/admin/support/ticket-attachments")
def make_attachments(call: Call) -> Answer:
    """Files for an existing message (?message_id=); 201 {attachments: [ids]}."""
    wanted = call.query.get("message_id")
    message = call.splynx.table(_MESSAGES).get(wanted)
    if message is None:
        raise ValidationFailedError([("message_id", "Message is invalid.")])
    files = uploads.checked_files(call, field="files")
    return Answer(201, encode_json({"attachments": attach(call.splynx, message, files)}))


def _with_content(call: Call, row: Row) -> dict[str, Any]:
    values = dict(row.values)
    if str(call.query.get("with_content", "")).lower() in {"1", "true"}:
        found = uploads.download(call.splynx, "ticket_attachment", row.id)
        values["content"] = found["content"] if found else ""
    return values


@action("GET", "/admin/support/ticket-attachments")
def list_attachments(call: Call) -> Answer:
    """Attachments; ?with_content=true adds base64."""
    query = engine.query_of(call.splynx, call.splynx.resource(_ATTACHMENTS), call.query)
    rows = query.page(query.matching(call.splynx.table(_ATTACHMENTS)))
    return Answer(200, encode_json([_with_content(call, row) for row in rows]))


@action("GET", "/admin/support/ticket-attachments/{id}")
def one_attachment(call: Call) -> Answer:
    """One attachment."""
    row = call.splynx.table(_ATTACHMENTS).get(call.parameters["id"])
    if row is None:
        raise not_found()
    return Answer(200, encode_json(_with_content(call, row)))


@action("POST", "/admin/support/ticket-feedbacks")
def make_feedbacks(call: Call) -> Answer:
    """The request is documented as an array; one object does too; answers the records; 201."""
    assert call.resource is not None
    bodies = call.body if isinstance(call.body, list) else [call.body]
    if not bodies:
        raise ValidationFailedError([("ticket_id", "Ticket id cannot be blank.")])
    rows = [engine.create(call.splynx, call.resource, body, call.identity) for body in bodies]
    return Answer(201, engine.many_json(call.splynx, call.resource.name, rows))
