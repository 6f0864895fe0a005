"""What happened and what will happen: scheduled events, the audit log, closed data usage periods.

Out: rows of ScheduledEvent, Log, DataUsageHistory, TowercoverageSubmission, AccessLog.
"""

from __future__ import annotations

import json
from datetime import timedelta

from sandbox.data.clock import stamp
from sandbox.data.context import Context, spread


def make_scheduled_events(context: Context) -> None:
    """Changes that are planned, and some that have been carried out."""
    random = context.random("scheduled_events")
    active = context.of_kind("active")
    with_service = [account for account in active if account.services]
    kinds = (
        "REMOVE_SERVICE",
        "CHANGE_STATUS",
        "DISCONNECT_ACCOUNT",
        "ADD_SERVICE",
        "ONE_TIME_TRANSACTION",
        "REMOVE_PRICE_OVERRIDE",
        "CREDIT_CARD_PAYMENT",
    )
    for index, account in enumerate(
        spread(random, with_service, min(len(with_service), context.volumes.of("ScheduledEvent", at_least=8)))
    ):
        kind = kinds[index % len(kinds)]
        done = index % 4 == 3
        moment = context.now + timedelta(days=random.randint(-60, -1) if done else random.randint(2, 70))
        target = {
            "CHANGE_STATUS": context.named["status:Seasonal Vacation"],
            "DISCONNECT_ACCOUNT": context.named["status:Inactive"],
            "ADD_SERVICE": context.items["static_ip"].id,
            "ONE_TIME_TRANSACTION": context.items["service_call"].id,
            "CREDIT_CARD_PAYMENT": account.card_ids[0] if account.card_ids else None,
        }.get(kind, account.services[0].id)
        context.writer["ScheduledEvent"].add(
            created=stamp(min(context.now - timedelta(days=2), moment - timedelta(days=5))),
            updated=stamp(moment) if done else None, account_id=account.id, event=kind, complete=done,
            datetime=stamp(moment), prorate=kind in ("ADD_SERVICE", "REMOVE_SERVICE"),
            primary_event_object_id=str(target) if target else None, description=None,
            amount=7500 if kind in ("ONE_TIME_TRANSACTION", "CREDIT_CARD_PAYMENT") else None,
        )  # fmt: skip


def make_logs(context: Context) -> None:
    """The audit trail: a few lines; deletions are only visible here."""
    random = context.random("logs")
    for index in range(context.volumes.of("Log", at_least=20)):
        account = random.choice(context.accounts)
        moment = context.past(random, account.created)
        deleted = index % 10 == 9
        context.writer["Log"].add(
            created=moment, loggable_type="Account", loggable_id=account.id, level="INFO", legacy=False,
            user_id=context.user(random), logged_entity_type="AccountService" if deleted else "Account",
            logged_entity_id=900_000 + index if deleted else account.id, type="DELETED" if deleted else "UPDATED",
            current=json.dumps({} if deleted else {"name": account.name}),
            previous=json.dumps({"account_id": account.id, "quantity": 1} if deleted else {"name": "?"}),
        )  # fmt: skip


def make_usage(context: Context) -> None:
    """Data usage of the last closed months."""
    random = context.random("data_usage_histories")
    online = [account for account in context.of_kind("active") if account.data_services]
    first = context.now.replace(day=1, hour=0, minute=0, second=0)
    for account in spread(random, online, min(len(online), context.volumes.of("DataUsageHistory", at_least=10))):
        down = random.randint(2, 900) * 10**9
        start, end = stamp((first - timedelta(days=1)).replace(day=1)), stamp(first)
        context.writer["DataUsageHistory"].add(
            created=end, account_id=account.id, start_time=start, end_time=end, billable_in_bytes=down,
            billable_out_bytes=down // 9, free_in_bytes=0, free_out_bytes=0, policy_cap_at_close_in_bytes=10**12,
            rollover_available_in_bytes=0, rollover_remainder_bytes=0, rollover_unconsumed_bytes=0,
            rollover_used_at_close_in_bytes=0, top_off_total_at_close_in_bytes=0,
            account_service_id=account.data_services[0].id,
        )  # fmt: skip


def make_enquiries(context: Context) -> None:
    """Coverage requests from the web site."""
    random = context.random("towercoverage_submissions")
    for number in range(max(3, context.volumes.share(60))):
        moment = context.past(random)
        context.writer["TowercoverageSubmission"].add(
            created=moment, received_at=moment, full_name=f"Web visitor {number}",
            email_address=f"visitor{number}@example.com", is_visible=True, message="Do you serve my farm?",
            raw_xml="<submission/>", success=random.random() < 0.6,
            phone_number=f"608555{random.randint(0, 9999):04d}",
        )  # fmt: skip
