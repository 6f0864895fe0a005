"""Tickets and what is said in them; mailboxes, groups, categories, canned replies.

Out: rows of TicketGroup, TicketCategory, EmailDomain, InboundMailbox, CannedReplyCategory, CannedReply, Ticket,
TicketReply, TicketComment, TicketRecipient.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sandbox.data.clock import stamp
from sandbox.data.context import Context
from sandbox.data.words import TICKET_BODIES, TICKET_SUBJECTS

STATUSES = {"CLOSED": 82, "OPEN": 9, "PENDING_INTERNAL": 4, "PENDING_EXTERNAL": 5}
PRIORITIES = {"LOW": 20, "MEDIUM": 62, "HIGH": 14, "CRITICAL": 4}


def make_support_setup(context: Context) -> None:
    """Queues, labels, the mailbox and the prepared answers."""
    writer = context.writer
    groups = []
    for name, private in (("Support", False), ("Billing", False), ("Field Operations", False), ("Management", True)):
        group_id = writer["TicketGroup"].add(name=name, enabled=True, private=private)
        groups.append(group_id)
        context.named[f"ticket_group:{name}"] = group_id
        for user_id in context.user_ids[: 2 if private else 6]:
            writer.relate(("TicketGroup", group_id, "users"), ("User", user_id, "ticket_groups"))
    for name in ("Outage", "Billing question", "Sales", "Move", "Complaint"):
        context.named[f"ticket_category:{name}"] = writer["TicketCategory"].add(name=name, enabled=name != "Complaint")
    domain_id = writer["EmailDomain"].add(domain="ridgeriver.example", dkim=True, spf=True, verified=True)
    context.named["mailbox"] = writer["InboundMailbox"].add(
        name="Support mailbox", email_domain_id=domain_id, enabled=True, from_mailbox="support",
        from_name="Ridge & River Support", inbound_mailbox="support", priority="MEDIUM", ticket_group_id=groups[0],
        append_signature=True, send_auto_reply=True, auto_reply="<p>We have your message.</p>",
        signature="<p>Ridge &amp; River</p>",
    )  # fmt: skip
    for category, replies in (
        ("Outages", ("Known outage", "Power cycle")),
        ("Billing", ("How to pay", "Late fee policy")),
    ):
        category_id = writer["CannedReplyCategory"].add(name=category)
        for name in replies:
            writer["CannedReply"].add(
                canned_reply_category_id=category_id, name=name, body=f"<p>Hello,</p><p>{name}: …</p>"
            )


def make_tickets(context: Context) -> None:
    """Tickets of customers and sites, with replies and comments."""
    random = context.random("tickets")
    customers = [account for account in context.accounts if account.activated]
    for index in range(context.volumes.of("Ticket", at_least=20)):
        if index % 25 == 24:
            owner = ("NetworkSite", random.choice(context.site_ids))
            email = None
            since = context.now - timedelta(days=1000)
        else:
            account = random.choice(customers)
            owner, email = ("Account", account.id), account.email
            assert account.activated is not None
            since = datetime.combine(account.activated, datetime.min.time(), context.now.tzinfo)
        add_ticket(context, random, owner, email, since)


def add_ticket(
    context: Context, random: Random, owner: tuple[str, int] | None, email: str | None, since: datetime
) -> int:
    """One ticket. With an e-mail address it is public (it came through the mailbox), else internal."""
    writer = context.writer
    status = random.choices(list(STATUSES), weights=list(STATUSES.values()))[0]
    # Open ones are young.
    oldest = max(since, context.now - timedelta(days=1400 if status == "CLOSED" else 40))
    created = context.now - timedelta(
        seconds=random.randint(3_600, max(3_601, int((context.now - oldest).total_seconds())))
    )
    public = email is not None and random.random() < 0.7
    moments = [created]
    for _ in range(random.choice((0, 1, 2, 3, 4)) + random.choice((0, 1))):
        moments.append(
            min(moments[-1] + timedelta(minutes=random.randint(4, 2_500)), context.now - timedelta(minutes=1))
        )
    last = stamp(moments[-1])
    user_id = context.user(random)
    group = random.choice(("Support", "Support", "Billing", "Field Operations", "Management"))
    subject = random.choice(TICKET_SUBJECTS)
    ticket_id = writer["Ticket"].add(
        created=stamp(created), updated=last, global_updated_at=last, subject=subject,
        description=random.choice(TICKET_BODIES), status=status, closed_at=last if status == "CLOSED" else None,
        closed_by_user_id=user_id if status == "CLOSED" else None, company_id=context.company_ids[0],
        priority=random.choices(list(PRIORITIES), weights=list(PRIORITIES.values()))[0],
        inbound_mailbox_id=context.named["mailbox"] if public else None,
        ticket_group_id=context.named[f"ticket_group:{group}"], ticketable_type=owner[0] if owner else None,
        ticketable_id=owner[1] if owner else None, user_id=user_id if random.random() < 0.85 else None,
        is_spam=False, spam_score=round(random.uniform(0, 2), 1) if public else None,
        due_date=(created + timedelta(days=3)).date().isoformat() if random.random() < 0.2 else None,
    )  # fmt: skip
    context.ticket_ids.append((ticket_id, owner[1] if owner and owner[0] == "Account" else None))
    if public:
        writer["TicketRecipient"].add(
            created=stamp(created), ticket_id=ticket_id, email_address=email, name=str(email).split("@")[0]
        )
    if random.random() < 0.6:
        category_id = context.named[
            random.choice(("ticket_category:Outage", "ticket_category:Billing question", "ticket_category:Move"))
        ]
        writer.relate(("Ticket", ticket_id, "ticket_categories"), ("TicketCategory", category_id, "tickets"))
    if owner and owner[0] == "NetworkSite":
        writer.relate(("Ticket", ticket_id, "network_sites"), ("NetworkSite", owner[1], "linked_tickets"))
    for index, moment in enumerate(moments[1:]):
        text = random.choice(TICKET_BODIES)
        if public and random.random() < 0.75:
            incoming = index % 2 == 1
            writer["TicketReply"].add(
                created=stamp(moment), ticket_id=ticket_id, body=text, incoming=incoming,
                user_id=None if incoming else user_id, author=str(email).split("@")[0] if incoming else None,
                author_email=email if incoming else None,
            )  # fmt: skip
        else:
            writer["TicketComment"].add(created=stamp(moment), ticket_id=ticket_id, body=text, user_id=user_id)
    return ticket_id
