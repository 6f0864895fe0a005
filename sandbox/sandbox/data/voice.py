"""Telephone numbers and calls.

Out: rows of VoiceProvider, RateCenter, Did, DidAssignment, DidAssignmentHistory, CallDetailRecord. A call that was
billed names the bill (``monthly_billing_completion_id``); only the others matter to a migration (research/mapping.md
§12).
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sandbox.data.clock import at, stamp
from sandbox.data.context import Context, spread
from sandbox.data.plan import AccountPlan, ServicePlan


def make_numbers(context: Context) -> None:
    """Carriers, rate centres, numbers; one number for each voice service, several for a PBX."""
    random = context.random("dids")
    writer = context.writer
    providers = [writer["VoiceProvider"].add(name=name) for name in ("Badger Wholesale Voice", "Peerless SIP")]
    centres = [
        writer["RateCenter"].add(name=name, default=index == 0)
        for index, name in enumerate(("BARABOO", "VIROQUA", "DECORAH"))
    ]
    context.named["voice_provider"] = providers[0]
    taken = 0

    def number() -> int:
        nonlocal taken
        taken += 1
        return writer["Did"].add(
            number=f"1608{560 + taken // 10_000:03d}{taken % 10_000:04d}",
            rate_center_id=random.choice(centres),
            voice_provider_id=providers[taken % 5 == 0],
        )

    for account in context.of_kind("active"):
        for service in account.services:
            if service.item.type != "VOICE":
                continue
            for _ in range(random.randint(2, 5) if service.item.key == "pbx" else 1):
                assign_number(context, random, account, service, number())
    # Numbers in stock; one in ten was somebody's before.
    gone = context.of_kind("disconnected")
    for index in range(max(5, context.volumes.of("Did") - taken)):
        did = number()
        if index % 10 == 0 and gone:
            account = random.choice(gone)
            start = at(account.activated or account.created, random)
            writer["DidAssignmentHistory"].add(
                created=start, account_id=account.id, did_id=did, assigned_datetime=start,
                removed_datetime=max(start, context.not_later(at(account.ended or account.created, random))),
            )  # fmt: skip


def assign_number(context: Context, random: Random, account: AccountPlan, service: ServicePlan, did: int) -> None:
    """Give a number to an account. GUESS: with one voice service, older rows leave ``service_id`` empty."""
    created = context.not_later(at(service.since, random))
    voices = sum(other.item.type == "VOICE" for other in account.services)
    service_id = service.item.id if voices > 1 or random.random() < 0.85 else None
    row_id = context.writer["DidAssignment"].add(
        created=created, account_id=account.id, did_id=did, service_id=service_id
    )
    context.writer["DidAssignmentHistory"].add(
        created=created,
        account_id=account.id,
        did_id=did,
        assigned_datetime=created,
        did_assignment_id=row_id,
        service_id=service_id,
    )


def make_calls(context: Context) -> None:
    """Calls of the last three months; the older ones are on a bill where there is one."""
    random = context.random("call_detail_records")
    context.writer.flush()
    bills: dict[int, list[tuple[str, int]]] = {}
    query = 'SELECT account_id, date, id FROM "MonthlyBillingCompletion" WHERE date >= ? ORDER BY account_id, date'
    first = (context.today - timedelta(days=100)).isoformat()
    for account_id, day, row_id in context.writer.connection.execute(query, (first,)):
        bills.setdefault(account_id, []).append((day, row_id))
    callers = [
        (account, service)
        for account in context.of_kind("active")
        for service in account.services
        if service.item.type == "VOICE"
    ]
    if not callers:
        return
    for account, service in spread(random, callers, context.volumes.of("CallDetailRecord", at_least=30)):
        moment = context.now - timedelta(minutes=random.randint(5, 90 * 24 * 60))
        local = random.random() < 0.7
        seconds = int(random.expovariate(1 / 180)) + 1
        unlimited = service.item.key != "phone_basic"
        rate = 0.0 if unlimited else (1.0 if local else 3.5)
        started = stamp(moment)
        bill = next((row_id for day, row_id in bills.get(account.id, ()) if day > started[:10]), None)
        context.writer["CallDetailRecord"].add(
            created=started, account_id=account.id, service_id=service.item.id,
            voice_provider_id=context.named["voice_provider"],
            direction="OUTBOUND" if random.random() < 0.8 else "INBOUND", length_in_seconds=seconds,
            started_at=started, prefix_type="LOCAL" if local else "LONG_DISTANCE",
            matched_prefix="1608" if local else "1", originating_number=f"1608560{random.randint(0, 9999):04d}",
            receiving_number=f"1{'608' if local else '212'}555{random.randint(0, 9999):04d}",
            monthly_billing_completion_id=bill, charge_rate=rate, amount=round(rate * seconds / 60, 4),
            description="Local" if local else "Long distance",
        )  # fmt: skip
