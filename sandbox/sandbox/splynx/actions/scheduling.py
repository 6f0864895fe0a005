"""Tasks' checklists, relations, timers, comments and attachments.

Facts: research/splynx-resources.md (Scheduling).
"""

from __future__ import annotations

from sandbox.splynx import engine, uploads
from sandbox.splynx.errors import ValidationFailedError, bad_request, not_found
from sandbox.splynx.routes import Answer, Call, action
from sandbox.splynx.state import Splynx, StoredFile
from sandbox.splynx.store import Row, Values, encode_json

_TASKS, _CHECKLIST = "scheduling/tasks", "scheduling/tasks-checklist"
_COMMENTS, _ATTACHMENTS = "scheduling/tasks-comments", "scheduling/tasks-attachments"
_RELATED = "scheduling/related-tasks"


def _row(call: Call, table: str, parameter: str = "id") -> Row:
    row = call.splynx.table(table).get(call.parameters[parameter])
    if row is None:
        raise not_found()
    return row


@action("GET", "/admin/scheduling/related-tasks")
def related_tasks(call: Call) -> Answer:
    """Pairs; ?id= gives those of one task."""
    wanted = call.query.get("id")
    rows = [row for row in call.splynx.table(_RELATED)
            if not wanted or wanted in (str(row["from_id"]), str(row["to_id"]))]  # fmt: skip
    return Answer(200, encode_json([{k: row[k] for k in ("from_id", "to_id")} for row in rows]))


@action("POST", "/admin/scheduling/related-tasks")
def relate_tasks(call: Call) -> Answer:
    """201 without a body: the answer is not documented."""
    assert call.resource is not None
    engine.create(call.splynx, call.resource, call.body, call.identity)
    return Answer(201)


@action("DELETE", "/admin/scheduling/related-tasks")
def unrelate_tasks(call: Call) -> Answer:
    """The same body as the POST says which pair; 204."""
    body = call.body if isinstance(call.body, dict) else {}
    table = call.splynx.table(_RELATED)
    if not {"from_id", "to_id"} <= set(body):
        raise bad_request("Missing required parameters: from_id, to_id!")
    for row in table.where("from_id", body["from_id"]):
        if str(row["to_id"]) == str(body["to_id"]):
            table.delete(row)
            return Answer(204)
    raise not_found()


@action("GET", "/admin/scheduling/tasks-checklist/{task_id}")
def checklist(call: Call) -> Answer:
    """The items of a task's checklist with their state."""
    _row(call, _TASKS, "task_id")
    rows = call.splynx.table(_CHECKLIST).where("task_id", call.parameters["task_id"])
    return Answer(200, encode_json([
        {"checklist_template_item": {"id": row.id, "name": row["name"]},
         "tasks_item_status": {"item_id": row.id, "task_id": row["task_id"], "checked": row.hidden.get("checked", "0")}}
        for row in rows
    ]))  # fmt: skip


@action("PUT", "/admin/scheduling/tasks-checklist/{task_id}")
def check_item(call: Call) -> Answer:
    """{id, checked}; 202."""
    body = call.body if isinstance(call.body, dict) else {}
    row = call.splynx.table(_CHECKLIST).get(body.get("id"))
    if row is None or str(row["task_id"]) != call.parameters["task_id"]:
        raise ValidationFailedError([("id", "Id is invalid.")])
    row.hidden["checked"] = "1" if str(body.get("checked")).lower() in {"1", "true"} else "0"
    return Answer(202)


@action("DELETE", "/admin/scheduling/tasks-checklist/{task_id}--{item_id}")
def delete_item(call: Call) -> Answer:
    """204."""
    row = _row(call, _CHECKLIST, "item_id")
    if str(row["task_id"]) != call.parameters["task_id"]:
        raise not_found()
    call.splynx.table(_CHECKLIST).delete(row)
    return Answer(204)


@action("PUT", "/admin/scheduling/task-timer/{id}")
def timer(call: Call) -> Answer:
    """start, pause, stop of the timer of a task; a stop makes no worklog here (GUESS); 202."""
    row = _row(call, _TASKS)
    body = call.body if isinstance(call.body, dict) else {}
    if body.get("action") not in {"start", "pause", "stop"}:
        raise ValidationFailedError([("action", "Action is invalid.")])
    row.hidden["timer"] = body["action"]
    return Answer(202)


@action("GET", "/admin/scheduling/tasks-activity")
def activity(call: Call) -> Answer:
    """Changes of tasks, counted per task."""
    return Answer(200, encode_json(_activity(call)))


@action("HEAD", "/admin/scheduling/tasks-activity")
def count_activity(call: Call) -> Answer:
    """X-total-count of it."""
    headers = {"X-total-count": str(len(_activity(call))), "Access-Control-Expose-Headers": "X-total-count"}
    return Answer(204, None, headers)


def _activity(call: Call) -> list[Values]:
    found: dict[int, list[Values]] = {}
    for entry in call.splynx.change_log:
        if entry["resource"] == _TASKS:
            found.setdefault(entry["id"], []).append({"action": entry["action"], "date": entry["date"]})
    return [{"task_id": k, "activity_items_count": len(v), "activity_items": v} for k, v in found.items()]


def attach(
    splynx: Splynx, task_id: object, comment_id: int | None, files: list[StoredFile], user_id: object = None
) -> list[int]:
    """Store files as attachments of a task or of a comment."""
    module = "scheduling_task_comment_attachment"
    made = []
    for file in files:
        values = {"task_id": task_id, "comment_id": comment_id, "type": file.content_type, "user_id": user_id}
        row = splynx.new_row(_ATTACHMENTS, values)
        link = f"/admin/config/download/{module}--{row.id}"
        splynx.table(_ATTACHMENTS).change(row, {
            **uploads.keep(splynx, module, row.id, file), "download_link": link, "download_api_link": link,
            "download_all_api_link": f"/admin/config/download/{module}--{task_id}--all",
            "hash_id": splynx.generated("hash", row.id), "size": str(len(file.content)),
        })  # fmt: skip
        made.append(row.id)
    return made


@action("POST", "/admin/scheduling/tasks-attachments")
def make_attachments(call: Call) -> Answer:
    """Files of a task; 201 {files: [ids]}."""
    assert call.resource is not None
    files = uploads.checked_files(call, field="files")
    body = call.body if isinstance(call.body, dict) else {}
    engine.check_only(call.splynx, call.resource, body, call.identity)
    return Answer(201, encode_json({"files": attach(call.splynx, int(body["task_id"]), None, files, body["user_id"])}))


@action("POST", "/admin/scheduling/tasks-comments")
def make_comment(call: Call) -> Answer:
    """A comment with files; 201 {id}."""
    assert call.resource is not None
    files = uploads.checked_files(call, required=False, field="files")
    row = engine.create(call.splynx, call.resource, call.body, call.identity)
    _attach_to_comment(call.splynx, row, files)
    return Answer(201, encode_json({"id": row.id}))


def _attach_to_comment(splynx: Splynx, row: Row, files: list[StoredFile]) -> None:
    attach(splynx, row["task_id"], row.id, files, row["user_id"])
    shown = [{key: each[key] for key in ("id", "filename_original", "filename_uploaded", "type")}
             for each in splynx.table(_ATTACHMENTS).where("comment_id", row.id)]  # fmt: skip
    splynx.table(_COMMENTS).change(row, {"files": shown})


@action("POST", "/admin/scheduling/tasks-comments/{id}--upload")
def upload_to_comment(call: Call) -> Answer:
    """More files for a comment; 202."""
    row = _row(call, _COMMENTS)
    _attach_to_comment(call.splynx, row, uploads.checked_files(call, field="files"))
    return Answer(202)


@action("POST", "/admin/scheduling/tasks-comment-toggle-pin/{id}")
def toggle_pin(call: Call) -> Answer:
    """Pin or unpin a comment; 202 {is_pinned}."""
    row = _row(call, _COMMENTS)
    pinned = "0" if str(row["is_pinned"]) == "1" else "1"
    call.splynx.table(_COMMENTS).change(row, {"is_pinned": pinned})
    return Answer(202, encode_json({"is_pinned": int(pinned)}))
