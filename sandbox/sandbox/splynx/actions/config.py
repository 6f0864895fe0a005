"""Configuration, downloads, mail and SMS queues, templates, CDR import, uploads of inventory.

Facts: research/splynx-resources.md (Config, Inventory), research/splynx-api.md §10, §12.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from sandbox.splynx import engine, uploads
from sandbox.splynx.errors import ValidationFailedError, bad_request, not_found
from sandbox.splynx.routes import Answer, Call, action
from sandbox.splynx.state import StoredFile
from sandbox.splynx.store import Row, encode_json

_CDR_TYPES = frozenset({"call", "message", "data", "mixed"})
_ITEMS = ("items", "products", "supplier-invoices")


def _config_key(call: Call) -> str:
    module, path = call.query.get("module"), call.query.get("path")
    if not isinstance(module, str) or not isinstance(path, str):
        raise bad_request("Missing required parameters: module, path!")
    return f"{module}/{path}"


@action("GET", "/admin/config/config")
def show_config(call: Call) -> Answer:
    """Settings by ?module=&path=[&key=]."""
    values = call.splynx.config.get(_config_key(call))
    if values is None:
        raise not_found()
    key = call.query.get("key")
    if isinstance(key, str) and key:
        if key not in values:
            raise not_found()
        values = {key: values[key]}
    return Answer(200, encode_json(values))


@action("PUT", "/admin/config/config")
def write_config(call: Call) -> Answer:
    """Change known settings; 202. GUESS: unknown keys are refused."""
    values = call.splynx.config.get(_config_key(call))
    if values is None:
        raise not_found()
    body = call.body if isinstance(call.body, dict) else {}
    if unknown := sorted(set(body) - set(values)):
        raise ValidationFailedError([(name, f"{name} is not a setting.") for name in unknown])
    values.update({name: str(value) for name, value in body.items()})
    splynx = call.splynx
    if "send_welcome_message" in body:
        splynx.settings.welcome_messages = values["send_welcome_message"] == "1"
    return Answer(202)


def _downloaded(call: Call, module: str, item_id: object) -> Answer:
    found = uploads.download(call.splynx, module, item_id)
    if found is None:
        raise not_found()
    return Answer(200, encode_json(found))


@action("GET", "/admin/config/download/customer_documents--{id}")
def download_customer_document(call: Call) -> Answer:
    """{name, content_type, content}."""
    return _downloaded(call, "customer_documents", call.parameters["id"])


@action("GET", "/admin/config/download/lead_documents--{id}")
def download_lead_document(call: Call) -> Answer:
    """{name, content_type, content}."""
    return _downloaded(call, "lead_documents", call.parameters["id"])


@action("GET", "/admin/config/download/scheduling_task_comment_attachment--{id}")
def download_task_attachment(call: Call) -> Answer:
    """{name, content_type, content}."""
    return _downloaded(call, "scheduling_task_comment_attachment", call.parameters["id"])


@action("GET", "/admin/config/download/scheduling_task_comment_attachment--{task_id}--all")
def download_all_of_task(call: Call) -> Answer:
    """A zip of all attachments of a task."""
    splynx = call.splynx
    rows = splynx.table("scheduling/tasks-attachments").where("task_id", call.parameters["task_id"])
    if not rows:
        raise not_found()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for row in rows:
            file = splynx.files[f"scheduling_task_comment_attachment--{row.id}"]
            archive.writestr(f"{row.id}-{file.name}", file.content)
    key = f"task-{call.parameters['task_id']}"
    splynx.files[f"archive--{key}"] = StoredFile(f"{key}.zip", "application/zip", buffer.getvalue())
    return _downloaded(call, "archive", key)


@action("GET", "/admin/config/download/{module}--{document_id}")
def download_any(call: Call) -> Answer:
    """Files of any module; documents of finance are rendered as plain text (GUESS: content)."""
    module, document = call.parameters["module"], call.parameters["document_id"]
    if module not in call.splynx.contract.download_modules:
        raise not_found()
    tables = {"invoices": "finance/invoices", "credit_notes": "finance/credit-notes", "payments": "finance/payments",
              "requests": "finance/proforma-invoices"}  # fmt: skip
    if module in tables and f"{module}--{document}" not in call.splynx.files:
        row = call.splynx.table(tables[module]).get(document)
        if row is None:
            raise not_found()
        text = encode_json(row.values)
        call.splynx.files[f"{module}--{document}"] = StoredFile(f"{module}-{document}.pdf", "application/pdf", text)
    return _downloaded(call, module, document)


@action("GET", "/admin/config/mail/{id}--send", "/admin/config/sms/{id}--send")
def send_now(call: Call) -> Answer:
    """Send a queued message: only counted here."""
    name = "config/mail" if "/mail/" in call.path.template else "config/sms"
    row = call.splynx.table(name).get(call.parameters["id"])
    if row is None:
        raise not_found()
    call.splynx.table(name).change(row, {"status": "sent", "datetime_sent": call.splynx.stamp()})
    return Answer(200, encode_json({"result": True}))


@action("GET", "/admin/config/templates/{template_id}-render-{customer_id}")
def render_template(call: Call) -> Answer:
    """The template's code with the customer's values in {{ name }} places."""
    template = call.splynx.table("config/templates").get(call.parameters["template_id"])
    customer = call.splynx.table("customers/customer").get(call.parameters["customer_id"])
    if template is None or customer is None:
        raise not_found()
    text = str(template["code"] or "")
    for name, value in customer.values.items():
        text = text.replace("{{ " + name + " }}", str(value))
    return Answer(200, encode_json({"result": text}))


@action("POST", "/admin/config/cdr-import")
def import_cdr(call: Call) -> Answer:
    """An array of call records; each finds its voice service by source = phone; 201 {id}."""
    rows = call.body if isinstance(call.body, list) else [call.body]
    errors = []
    for index, row in enumerate(rows):
        if not isinstance(row, dict) or not row.get("source") or row.get("type") not in _CDR_TYPES:
            errors.append((f"[{index}]", "source and type cannot be blank."))
    if errors or not rows:
        raise ValidationFailedError(errors or [("source", "Source cannot be blank.")])
    splynx = call.splynx
    import_id = splynx.next_number("cdr-import")
    tables = {"call": "voice/calls", "mixed": "voice/calls", "message": "voice/messages", "data": "voice/data"}
    for row in rows:
        service = splynx.table("customers/voice-services").first("phone", row["source"])
        if service is None:
            continue  # GUESS: records of unknown numbers are counted as errors and left out
        start = str(row.get("datetime") or f"{row.get('date', '0000-00-00')} {row.get('time', '00:00:00')}")
        common = {"customer_id": service["customer_id"], "service_id": service.id, "import_id": import_id}
        when: dict[str, Any] = {"call": {"start": start, "stop": start, "call_to": row.get("destination", "")},
                                "message": {"send_at": start, "destination": row.get("destination", "")},
                                "data": {"datetime": start}}  # fmt: skip
        kind = "call" if row["type"] == "mixed" else row["type"]
        splynx.new_row(tables[kind], {**common, **when[kind], "comment": row.get("comment", "")})
    return Answer(201, encode_json({"id": import_id}))


@action("POST", *(f"/admin/inventory/{name}/{{id}}--upload" for name in _ITEMS))
def upload_inventory(call: Call) -> Answer:
    """Photo or document of an item, product or supplier invoice, with columns beside it; 201."""
    name = next(f"inventory/{each}" for each in _ITEMS if f"/{each}/" in call.path.template)
    row = call.splynx.table(name).get(call.parameters["id"])
    if row is None:
        raise not_found()
    body = dict(call.body) if isinstance(call.body, dict) else {}
    body.pop("delete_photo", None)
    if body:
        engine.update(call.splynx, call.splynx.resource(name), row, body, call.identity)
    files = uploads.checked_files(call, required=not body)
    if files:
        kept = uploads.keep(call.splynx, name.replace("/", "_").replace("-", "_"), row.id, files[0])
        values = {"filename_original": kept["filename_original"], "filename": kept["filename_uploaded"]}
        call.splynx.table(name).change(row, values)
    return Answer(201)


def _module_rows(call: Call) -> list[Row]:
    return call.splynx.table("config/module").where("name", call.parameters["name"])


@action("GET", "/admin/config/module/{name}")
def list_module(call: Call) -> Answer:
    """Records of a module that was made through the API."""
    if call.splynx.table("config/modules").first("name", call.parameters["name"]) is None:
        raise not_found()
    return Answer(200, encode_json([_module_json(row) for row in _module_rows(call)]))


def _module_json(row: Row) -> dict[str, Any]:
    return {"id": row.id, "additional_attributes": row["additional_attributes"]}


@action("GET", "/admin/config/module/{name}--{id}")
def one_of_module(call: Call) -> Answer:
    """One record of a module."""
    row = next((row for row in _module_rows(call) if str(row.id) == call.parameters["id"]), None)
    if row is None:
        raise not_found()
    return Answer(200, encode_json(_module_json(row)))
