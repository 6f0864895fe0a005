"""Documents, tickets, tasks, labels, workflows, modules, imports: what hangs on customers and people's work."""

from __future__ import annotations

import base64
from typing import Any

import requests

from sandbox.splynx.server import SplynxServer

PDF = ("contract.pdf", b"%PDF-1.4 test", "application/pdf")


def upload(api: Any, path: str, status: int, *files: tuple[str, bytes, str], field: str = "file", **data: Any) -> Any:
    named = [(field if len(files) == 1 and field == "file" else f"files[{i}]", file) for i, file in enumerate(files)]
    answer = api.call("POST", path, files=named, data=data)
    assert answer.status_code == status, (answer.status_code, answer.text)
    return answer.json() if answer.content else None


def test_documents_are_made_in_two_steps_and_downloaded(api: Any) -> None:
    customer = api.customer()
    path = "admin/customers/customer-documents"
    document = api.post(path, {"customer_id": customer, "type": "uploaded", "title": "Contract"})["id"]
    upload(api, f"{path}/{document}--upload", 202, PDF)
    # GET takes the CUSTOMER's id
    assert [row["filename_original"] for row in api.get(f"{path}/{customer}")] == ["contract.pdf"]
    got = api.get(f"admin/config/download/customer_documents--{document}")
    assert (got["name"], got["content_type"], base64.b64decode(got["content"])) == PDF[:1] + PDF[2:] + PDF[1:2]
    assert api.call("POST", f"{path}/99--upload", files={"file": PDF}).status_code == 404
    assert upload(api, f"{path}/{document}--upload", 422, ("x.exe", b"MZ", "application/x-msdownload"))
    assert api.call("POST", f"{path}/{document}--upload", files={"other": PDF}).status_code == 422
    api.delete(f"{path}/{document}")
    assert api.get(f"{path}/{customer}") == []


def test_large_files_are_refused() -> None:
    from .conftest import Client

    with SplynxServer(max_upload_bytes=1000) as server:
        api = Client(server)
        body = {"customer_id": api.customer(), "type": "uploaded", "title": "T"}
        document = api.post("admin/customers/customer-documents", body)["id"]
        path = f"admin/customers/customer-documents/{document}--upload"
        upload(api, path, 422, ("a.txt", b"x" * 1001, "text/plain"))
        upload(api, path, 202, ("a.txt", b"x" * 1000, "text/plain"))


def test_notes_cannot_be_undone(api: Any) -> None:
    customer = api.customer()
    body = {"customer_id": customer, "comment": "Called", "name": "sonar:note:7", "datetime": "2020-01-02 03:04:05"}
    note = api.post("admin/customers/customer-notes", body)["id"]
    row = api.get(f"admin/customers/customer-notes/{customer}--{note}")
    assert (row["datetime"], row["type"], row["is_pinned"]) == ("2020-01-02 03:04:05", "comment", "0")
    found = api.get("admin/customers/customer-notes?main_attributes[name]=sonar:note:7")
    assert [each["id"] for each in found] == [note]
    for method in ("PUT", "DELETE"):
        assert api.call(method, f"admin/customers/customer-notes/{customer}--{note}", json={}).status_code == 405
    assert api.call("GET", f"admin/customers/customer-notes/{customer + 1}--{note}").status_code == 404


def test_tickets_come_as_json_and_as_forms(api: Any) -> None:
    customer = api.customer()
    ticket = api.post("admin/support/tickets", {
        "customer_id": customer, "type_id": 1, "subject": "Down", "priority": "high", "created_at": "2020-01-01 00:00:00",
        "message": {"message": "It is down", "hide_for_customer": True},
    })["id"]  # fmt: skip
    assert api.get(f"admin/support/tickets/{ticket}")["created_at"] == "2020-01-01 00:00:00"
    search = f"admin/support/ticket-messages?main_attributes[ticket_id]={ticket}"
    assert [row["message"] for row in api.get(search)] == ["It is down"]
    data = {"subject": "Slow", "type_id": "1", "priority": "low", "message[message]": "It is slow"}
    answer = api.call("POST", "admin/support/tickets", files=[("files[0]", PDF)], data=data)
    assert answer.status_code == 201, answer.text
    message = api.get("admin/support/ticket-messages?main_attributes[message]=It is slow")[0]
    assert message["files"][0]["filename_original"] == "contract.pdf"
    errors = api.refused("admin/support/tickets", {"subject": "x", "type_id": 77, "priority": "soon"})
    assert set(errors) == {"type_id", "priority"}
    broken = {"type_id": 1, "subject": "x", "priority": "low", "message": {"colour": "red"}}
    assert "colour" in api.refused("admin/support/tickets", broken)
    assert len(api.get("admin/support/tickets")) == 2


def test_ticket_messages_take_files_and_may_be_mailed(api: Any) -> None:
    ticket = api.post("admin/support/tickets", {"type_id": 1, "subject": "Down", "priority": "high"})["id"]
    made = upload(api, "admin/support/ticket-messages", 201, PDF, PDF, field="files", ticket_id=ticket, message="See")
    more = upload(api, f"admin/support/ticket-attachments?message_id={made['id']}", 201, PDF, field="files")
    assert more == {"attachments": [3]}
    row = api.get("admin/support/ticket-attachments/3?with_content=true")
    assert base64.b64decode(row["content"]) == PDF[1]
    assert len(api.get(f"admin/support/ticket-messages/{made['id']}")["files"]) == 3
    assert api.stats()["messages_that_would_have_gone_out"] == {}
    api.post("admin/support/ticket-messages", {"ticket_id": ticket, "message": "Hi", "mail_to": "a@example.net"})
    assert api.stats()["messages_that_would_have_gone_out"] == {"ticket mail": 1}
    feedback = api.post("admin/support/ticket-feedbacks", [{"ticket_id": ticket, "content": 5}])
    assert feedback[0]["ticket_id"] == ticket


def test_who_would_be_told_of_a_ticket(noisy: Any) -> None:
    """Hidden ones are told to nobody but who works on them; a change to who may see it is told to nobody."""
    told = lambda: noisy.stats()["messages_that_would_have_gone_out"]  # noqa: E731
    customer = noisy.customer(email="jane@example.com")
    body = {"customer_id": customer, "type_id": 1, "subject": "Down", "priority": "high", "hidden": True}
    ticket = noisy.post("admin/support/tickets", body)["id"]
    message = noisy.post("admin/support/ticket-messages", {"ticket_id": ticket, "message": "Hi", "hide_for_customer": True, "mail_to": ""})["id"]
    assert told() == {}
    noisy.put(f"admin/support/tickets/{ticket}", {"status_id": 3, "closed": True})
    noisy.put(f"admin/support/ticket-messages/{message}", {"hide_for_customer": False})
    noisy.put(f"admin/support/tickets/{ticket}", {"hidden": False})
    assert told() == {}
    noisy.put(f"admin/support/tickets/{ticket}", {"assign_to": 1})
    assert told() == {"agent mail": 1}
    noisy.put(f"admin/support/tickets/{ticket}", {"status_id": 4})
    assert told() == {"agent mail": 1, "ticket mail": 1}
    noisy.post("admin/support/ticket-messages", {"ticket_id": ticket, "message": "Hi"})
    noisy.post("admin/support/ticket-messages", {"ticket_id": ticket, "message": "Hi", "hide_for_customer": True, "mail_cc": "a@example.net"})
    assert told() == {"agent mail": 3, "ticket mail": 3}, "messages and notes, to who has the ticket"
    noisy.post("admin/support/tickets", body | {"hidden": False})
    assert told() == {"agent mail": 3, "ticket mail": 4}
    other = noisy.post("admin/support/tickets", body)["id"]
    noisy.put(f"admin/support/tickets/{other}", {"group_id": 1})
    noisy.post("admin/support/tickets", body | {"group_id": 1})
    noisy.post("admin/support/ticket-messages", {"ticket_id": other, "message": "Hi", "hide_for_customer": True})
    assert told() == {"agent mail": 6, "ticket mail": 4}, "groups are mailed, too"


def test_what_is_said_moves_the_ticket_and_may_open_it_again(noisy: Any) -> None:
    body = {"type_id": 1, "subject": "Down", "priority": "high", "status_id": 3, "closed": True, "updated_at": "2020-01-01 00:00:00"}
    ticket = noisy.post("admin/support/tickets", body)["id"]
    noisy.post("admin/support/ticket-messages", {"ticket_id": ticket, "message": "Hi"})
    row = noisy.get(f"admin/support/tickets/{ticket}")
    assert (row["closed"], row["status_id"]) == ("0", 1)
    assert row["updated_at"] > "2026"


def test_tasks_fit_their_project_and_have_parts(api: Any) -> None:
    body = {"title": "Install", "project_id": 1, "priority": "priority_medium", "is_scheduled": False,
            "workflow_status_id": 1, "partner_id": 1, "address": "Here"}  # fmt: skip
    task = api.post("admin/scheduling/tasks", body)["id"]
    workflow = api.post("admin/config/scheduling-workflow", {"title": "W", "items": [{"title": "A", "stage": 1}]})["id"]
    foreign = api.get(f"admin/config/scheduling-workflow/{workflow}")["items"][0]["id"]
    for change, field in (({"workflow_status_id": foreign}, "workflow_status_id"), ({"title": "ab"}, "title"),
                          ({"title": "x" * 65}, "title"), ({"formatted_duration": "long"}, "formatted_duration"),
                          ({"assigned_to": "assigned_to_team", "assignee": 1}, "assignee"),
                          ({"is_scheduled": True}, "scheduled_from"), ({"partner_id": 4}, "partner_id")):  # fmt: skip
        assert field in api.refused("admin/scheduling/tasks", {**body, **change}), change
    api.post("admin/scheduling/tasks-worklogs", {"task_id": task, "user_id": 1, "time_spent": 3600})
    assert "time_spent" in api.refused("admin/scheduling/tasks-worklogs", {"task_id": task, "user_id": 1, "time_spent": 5})
    comment = api.post("admin/scheduling/tasks-comments", {"task_id": task, "user_id": 1, "comment": "Done"})["id"]
    upload(api, f"admin/scheduling/tasks-comments/{comment}--upload", 202, PDF, field="files")
    pinned = api.call("POST", f"admin/scheduling/tasks-comment-toggle-pin/{comment}")
    assert (pinned.status_code, pinned.json()) == (202, {"is_pinned": 1})
    files = upload(api, "admin/scheduling/tasks-attachments", 201, PDF, field="files", task_id=task, user_id=1)
    assert files == {"files": [2]}
    assert api.get(f"admin/config/download/scheduling_task_comment_attachment--{task}--all")["content_type"] == "application/zip"
    item = api.post("admin/scheduling/tasks-checklist", {"task_id": task, "name": "Ladder"})["id"]
    api.put(f"admin/scheduling/tasks-checklist/{task}", {"id": item, "checked": True})
    assert api.get(f"admin/scheduling/tasks-checklist/{task}")[0]["tasks_item_status"]["checked"] == "1"
    api.delete(f"admin/scheduling/tasks-checklist/{task}--{item}")
    assert api.call("HEAD", "admin/scheduling/tasks-activity").headers["X-total-count"] == "1"
    other = api.post("admin/scheduling/tasks", body)["id"]
    api.post("admin/scheduling/related-tasks", {"from_id": task, "to_id": other})
    assert api.get(f"admin/scheduling/related-tasks?id={task}") == [{"from_id": task, "to_id": other}]
    assert api.call("DELETE", "admin/scheduling/related-tasks", json={"from_id": task, "to_id": other}).status_code == 204


def test_labels_belong_to_a_module(api: Any) -> None:
    label = api.post("admin/config/labels", {"module": "ticket", "label": "VIP"})["id"]
    assert "label" in api.refused("admin/config/labels", {"module": "ticket", "label": "vip"})
    assert "customer_labels" in api.refused("admin/customers/customer", {"name": "A", "customer_labels": [label]})


def test_own_modules_hold_records_of_additional_fields(api: Any) -> None:
    body = {"name": "boats", "title": "Boats", "root": "controllers\\admin\\CustomersController", "type": "simple"}
    assert api.post("admin/config/modules", body) == {"name": "boats"}
    api.field("boats", "length", type="integer")
    boat = api.post("admin/config/module/boats", {"additional_attributes": {"length": 7}})["id"]
    assert api.get(f"admin/config/module/boats--{boat}")["additional_attributes"] == {"length": 7}
    assert "length" in api.refused("admin/config/module/boats", {"additional_attributes": {"length": "long"}})
    api.put(f"admin/config/module/boats--{boat}", {"additional_attributes": {"length": 8}})
    assert api.get("admin/config/module/boats") == [{"id": boat, "additional_attributes": {"length": 8}}]


def test_payment_accounts_are_made_by_putting(api: Any) -> None:
    customer = api.customer()
    path = f"admin/customers/customer-payment-accounts?id={customer}--3"
    assert api.get(path) == []
    api.put(path, {"field_1": "token"})
    assert api.get(path)[0]["field_1"] == "token"
    api.delete(path)
    assert api.get("admin/customers/customer-payment-account-data") == []


def test_queued_mail_and_sms_are_counted(api: Any) -> None:
    api.post("admin/config/mail", {"type": "message", "subject": "x", "recipient": "a@example.net", "message": "x"})
    api.post("admin/config/sms", {"type": "message", "recipient": "1", "message": "x"})
    assert api.stats()["messages_that_would_have_gone_out"] == {"mail": 1, "sms": 1}


def test_welcome_mails_go_out_when_they_are_switched_on(api: Any) -> None:
    api.customer()
    api.call("PUT", "admin/config/config?module=main&path=customers", json={"send_welcome_message": "1"})
    api.customer()
    told = lambda: api.stats()["messages_that_would_have_gone_out"]  # noqa: E731
    assert told() == {"welcome mail": 1}
    shy = api.customer(email="", phone="")
    api.put(f"admin/customers/customer/{shy}", {"email": "late@example.net"})
    assert told() == {"welcome mail": 1}, "nobody could be reached when the customer was made"
    api.put(f"admin/customers/customer/{shy}", {"status": "new"})
    assert told() == {"welcome mail": 2}, "another status is greeted, too"
    api.put(f"admin/customers/customer/{shy}", {"status": "blocked"})
    api.customer(email="", phone="5551234")
    assert told() == {"welcome mail": 3}, "or an SMS"
    assert api.get("admin/config/config?module=main&path=portal&key=authentication_field") == {"authentication_field": "login"}


def test_call_records_are_imported_in_bulk(api: Any) -> None:
    customer = api.customer()
    tariff = api.post("admin/tariffs/voice", {
        "title": "Voice", "type": "voip", "partners_ids": [1], "available_for_locations": [1],
        "customer_categories": ["person"], "billing_types": ["recurring"],
    })["id"]  # fmt: skip
    api.post(f"admin/customers/customer/{customer}/voice-services", {
        "tariff_id": tariff, "status": "active", "description": "v", "quantity": 1, "start_date": "2026-11-01",
        "end_date": "0000-00-00", "phone": "555",
    })  # fmt: skip
    rows = [{"source": "555", "type": "call", "datetime": "2026-11-01 10:00:00", "destination": "556"}] * 2
    assert api.post("admin/config/cdr-import", rows) == {"id": 1}
    assert len(api.get("admin/voice/calls")) == 2


def test_the_rest_of_the_control_endpoints(api: Any) -> None:
    api.customer()
    url = api.server.url
    dump = requests.get(url + "/_sandbox/dump?resource=customers/customer&volatile=0", timeout=5).json()
    assert list(dump) == ["customers/customer"]
    assert "password" not in dump["customers/customer"][0]
    assert requests.get(url + "/_sandbox/health", timeout=5).json() == {"status": "ok"}
    assert requests.post(url + "/_sandbox/reset", timeout=5).status_code == 204
    assert api.get("admin/customers/customer") == []
    assert api.stats()["rows"]["finance/payment-methods"] == 5


def test_people_of_a_task_are_told_unless_it_is_switched_off(api: Any) -> None:
    def told() -> int:
        return int(api.stats()["messages_that_would_have_gone_out"].get("task mail", 0))

    task = {
        "title": "Install", "address": "", "partner_id": 1, "project_id": 1, "priority": "priority_medium", "is_scheduled": 0,
        "workflow_status_id": 1, "assigned_to": "assigned_to_administrator", "assignee": 1,
    }  # fmt: skip
    quiet = api.post("admin/scheduling/tasks", {**task, "notification_enabled": "0"})["id"]
    api.put(f"admin/scheduling/tasks/{quiet}", {"title": "Install it"})
    api.post("admin/scheduling/tasks", {**task, "assigned_to": "assigned_to_anyone", "assignee": 0})
    assert told() == 0, "switched off, or nobody's"
    loud = api.post("admin/scheduling/tasks", task)["id"]
    api.put(f"admin/scheduling/tasks/{loud}", {"title": "Install it"})
    assert told() == 2
