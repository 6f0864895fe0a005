"""Fields that the provider added, and their values on everything that can have them.

Out: rows of CustomField and CustomFieldData. No row means "not set" (research/sonar-entities.md, CustomFieldData).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.data.context import Context


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """A custom field, how often it is set, and to what. ``values`` empty: made by type."""

    owner: str
    name: str
    kind: str
    share: float
    values: tuple[str, ...] = ()
    required: bool = False


FIELDS = (
    FieldPlan("Account", "Gate Code", "TEXT", 0.15),
    FieldPlan(
        "Account", "Preferred contact time", "TEXT", 0.35, ("Morning", "Afternoon", "Evening", "Weekends, after 10")
    ),
    FieldPlan("Account", "Paperless since", "DATE", 0.4),
    FieldPlan("Account", "Roof work allowed?", "BOOLEAN", 0.5),
    FieldPlan("Account", "Dispatch zone", "TEXT", 0.6, ("North", "South", "Ridge", "River")),
    FieldPlan("Contact", "Birthday", "DATE", 0.05),
    FieldPlan("Address", "Building type", "TEXT", 0.1, ("House", "Apartment", "Barn", "Silo")),
    FieldPlan("NetworkSite", "Lease ends", "DATE", 0.8),
    FieldPlan("Ticket", "Root cause", "TEXT", 0.2),
    FieldPlan("Job", "Wire used (ft)", "TEXT", 0.4),
    FieldPlan("GenericInventoryAssignee", "Phone", "TEXT", 1.0),
    FieldPlan("Service", "Old plan code", "TEXT", 0.5),
)


def make_custom_fields(context: Context) -> None:
    """Definitions and values."""
    random = context.random("custom_field_data")
    owners = {
        "Account": [account.id for account in context.accounts],
        "Contact": [contact_id for contact_id, _ in context.contact_ids],
        "Address": [account.address_id for account in context.accounts if account.address_id],
        "NetworkSite": context.site_ids,
        "Ticket": [ticket_id for ticket_id, _ in context.ticket_ids],
        "Job": context.job_ids,
        "GenericInventoryAssignee": [context.named["assignee"]],
        "Service": [item.id for item in context.items.values()],
    }
    for plan in FIELDS:
        options = "[" + ", ".join(f'"{value}"' for value in plan.values) + "]" if plan.values else None
        field_id = context.writer["CustomField"].add(
            entity_type=plan.owner,
            name=plan.name,
            type=plan.kind,
            required=plan.required,
            unique=False,
            enum_options=options,
        )
        context.named[f"custom_field:{plan.owner}:{plan.name}"] = field_id
        for owner_id in owners[plan.owner]:
            if random.random() < plan.share:
                set_value(context, random, field_id, plan.owner, owner_id, field_value(random, plan))


def set_value(context: Context, random: Random, field_id: int, owner: str, owner_id: int, value: str) -> int:
    """One value."""
    return context.writer["CustomFieldData"].add(
        created=context.past(random),
        custom_field_id=field_id,
        customfielddataable_type=owner,
        customfielddataable_id=owner_id,
        value=value,
    )


def field_value(random: Random, plan: FieldPlan) -> str:
    """A value as Sonar stores it. GUESS: booleans are ``true``/``false``, dates ISO."""
    if plan.values:
        return random.choice(plan.values)
    if plan.kind == "BOOLEAN":
        return random.choice(("true", "false"))
    if plan.kind == "DATE":
        return f"{random.randint(2016, 2027)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"
    return f"{random.randint(1, 9999)}{random.choice(('', ' é', ' #', '-A'))}"
