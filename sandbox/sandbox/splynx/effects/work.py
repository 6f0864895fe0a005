"""What tickets, messages, mail, bundles and supplier invoices set off."""

from __future__ import annotations

from sandbox.splynx import engine, ledger
from sandbox.splynx.registry import Change, effect
from sandbox.splynx.rules.services import BUNDLE
from sandbox.splynx.rules.work import BUNDLE_PARTS, bundle_part
from sandbox.splynx.state import Splynx, money, money_text
from sandbox.splynx.store import Row, Values


def _workers(ticket: Row, watchers: object = None) -> set[object]:
    """Who Splynx mails about a ticket ("message to admin", "message to group"; Config, Support, Ticket notifications).

    GUESS: the assignee, the group and the watchers; of a ticket that nobody has, nobody is told.
    """
    found: set[object] = {ticket["assign_to"], f"group {ticket['group_id']}" if ticket["group_id"] else None}
    found.update(f"watcher {person}" for person in (watchers if isinstance(watchers, list) else []))
    return {person for person in found if person}


@effect("support/ticket-messages")
def message_may_be_mailed(change: Change) -> None:
    """A message goes out when it names somebody, or when notifications are on and the customer may see it.

    research/mapping.md §10. GUESS: a hidden message is a note, which is mailed to no customer but whom it names. New
    messages and notes are told to who works on the ticket.
    """
    splynx, row = change.splynx, change.made
    ticket = splynx.table("support/tickets").get(row["ticket_id"])
    customer = splynx.table("customers/customer").get(ticket["customer_id"]) if ticket is not None else None
    seen = row["hide_for_customer"] != "1" and row["message_type"] == "message"
    notify = splynx.settings.ticket_notifications and seen and customer is not None and customer["email"]
    if any(row[name] for name in ("mail_to", "mail_cc", "mail_bcc", "smsTo")) or notify:
        splynx.count_message("ticket mail")
    if splynx.settings.ticket_notifications and ticket is not None and _workers(ticket) - {row["admin_id"]}:
        splynx.count_message("agent mail")


@effect("support/ticket-messages")
def message_moves_its_ticket(change: Change) -> None:
    """The ticket changed now. GUESS, a setting: what is said in a closed ticket opens it again."""
    splynx, row = change.splynx, change.made
    ticket = splynx.table("support/tickets").get(row["ticket_id"])
    if ticket is None:
        return
    values: Values = {"updated_at": splynx.stamp()}
    if splynx.settings.messages_reopen_tickets and ticket["closed"] == "1":
        values |= {"closed": "0", "status_id": 1}
    splynx.table("support/tickets").change(ticket, values)


@effect("support/tickets")
def ticket_may_be_mailed(change: Change) -> None:
    """A new ticket is announced when notifications are on: to who may see it, and to who has to work on it."""
    if not change.splynx.settings.ticket_notifications:
        return
    if change.made["hidden"] != "1":
        change.splynx.count_message("ticket mail")
    if _workers(change.made, change.body.get("watchers")):
        change.splynx.count_message("agent mail")


@effect("support/tickets", on=("update",))
def ticket_change_may_be_mailed(change: Change) -> None:
    """Another status is told to the customer (GUESS: not of a hidden ticket), another assignee or group to these
    people, closing and opening to who works on it; showing a ticket to nobody (GUESS)."""
    if not change.splynx.settings.ticket_notifications:
        return
    before, ticket = change.before, change.made
    if before.get("status_id") != ticket["status_id"] and ticket["hidden"] != "1":
        change.splynx.count_message("ticket mail")
    given = any(ticket[name] and before.get(name) != ticket[name] for name in ("assign_to", "group_id"))
    turned = before.get("closed") != ticket["closed"] and _workers(ticket)
    if given or turned:
        change.splynx.count_message("agent mail")


def _task_mail(splynx: Splynx, task: Row) -> None:
    """Assignee and watchers hear of a task whose notifications are on. GUESS: of each change and each comment."""
    people = task["assigned_to"] != "assigned_to_anyone" or task["watchers"]
    if splynx.settings.scheduling_notifications and str(task["notification_enabled"]) == "1" and people:
        splynx.count_message("task mail")


@effect("scheduling/tasks", on=("create", "update"))
def task_may_be_mailed(change: Change) -> None:
    """The switch of a task is on unless the caller sets it off (default of the database's column)."""
    _task_mail(change.splynx, change.made)


@effect("scheduling/tasks-comments")
def comment_may_be_mailed(change: Change) -> None:
    """A comment is told to the people of its task."""
    task = change.splynx.table("scheduling/tasks").get(change.made["task_id"])
    if task is not None:
        _task_mail(change.splynx, task)


@effect("config/mail", "config/sms")
def queued_messages_go_out(change: Change) -> None:
    """Status new is a real mail or SMS (research/splynx-resources.md, Config)."""
    if change.made["status"] in {"new", "sending"}:
        change.splynx.count_message(change.resource.name.split("/")[1])


@effect("inventory/supplier-invoices")
def supplier_invoices_make_items(change: Change) -> None:
    """Creating one generates stock items (research/mapping.md §7)."""
    for item in change.made["items"] or []:
        for _ in range(min(int(item["quantity"]), 1000)):
            change.splynx.new_row("inventory/items", {
                "product_id": int(item["product_id"]), "cost_price": money_text(money(item.get("price"))),
                "supplier_invoices_item_id": change.made.id,
            })  # fmt: skip


@effect(BUNDLE)
def bundle_makes_services_and_fees(change: Change) -> None:
    """Nested services become services of their own; an activation fee is charged on creation when the bundle says so.

    research/splynx-api.md §9: get_activation_fee_when=create_service, issue_invoice_while_service_creation.
    """
    splynx, row = change.splynx, change.made
    shown: Values = {}
    for column, (name, _) in BUNDLE_PARTS.items():
        parts = [{**bundle_part(change, column, part), "bundle_service_id": row.id} for part in row[column] or []]
        made = [engine.create(splynx, splynx.resource(name), part, change.identity) for part in parts]
        shown[column] = [each.values for each in made]
    splynx.table(BUNDLE).change(row, shown)
    bundle = splynx.table("tariffs/bundle").get(row["bundle_id"])
    sent = change.body.get("activation_fee")
    fee = money(sent if sent not in (None, "") else bundle["activation_fee"] if bundle is not None else 0)
    when = change.body.get("get_activation_fee_when") or (bundle["get_activation_fee_when"] if bundle else "")
    issue = change.body.get("issue_invoice_while_service_creation")
    if issue is None and bundle is not None:
        issue = bundle["issue_invoice_while_service_creation"]
    if fee > 0 and when == "create_service":
        _charge_fee(splynx, change, money_text(fee), str(issue).lower() in {"1", "true"})


def _charge_fee(splynx: Splynx, change: Change, fee: str, with_invoice: bool) -> None:
    row = change.made
    splynx.count_charge("activation fee")
    if with_invoice:
        body = {"customer_id": row["customer_id"], "status": "not_paid", "items": [
            {"description": "Activation fee", "quantity": 1, "unit": "", "price": fee, "tax": "0"},
        ]}  # fmt: skip
        invoice = engine.create(splynx, splynx.resource(ledger.INVOICES), body, change.identity)
        made = splynx.table(ledger.TRANSACTIONS).where("invoice_id", invoice.id)[0]
    else:
        made = ledger.book(splynx, int(row["customer_id"]), "debit", {
            "price": fee, "description": "Activation fee", "service_id": row.id, "service_type": "bundle",
        })  # fmt: skip
    splynx.table(BUNDLE).change(row, {"activation_fee_transaction_id": made.id})
