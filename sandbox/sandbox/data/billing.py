"""How accounts are billed: billing defaults and the billing parameters of each account.

Clean accounts have ``bill_day == invoice_day``: the day of the bill is the first day of the period that it covers.
GUESS: research/mapping.md 3.4 says of equal days "next month's period", §4 of cutover.md flags different ones; which
day a bill covers is therefore always readable in the data: ``Invoice.date`` and ``Invoice.end_date``.
"""

from __future__ import annotations

from random import Random

from sandbox.data.context import Context
from sandbox.data.people import TYPES
from sandbox.data.plan import AccountPlan, BillingPlan

# name: (account type, months to bill, due days, grace days, bill day mode)
DEFAULTS = {
    "Residential": ("Residential", 1, 20, 10, "FIXED"),
    "Senior": ("Senior", 1, 25, 20, "FIXED"),
    "Business net 30": ("Small Business", 1, 28, 15, "FIXED"),
    "Government": ("Government & Schools", 1, 28, 30, "FIXED"),
    "Industrial": ("Industrial", 1, 28, 15, "FIXED"),
    "Anniversary": (None, 1, 15, 10, "ANNIVERSARY_BILL_DAY"),
    "Quarterly prepaid": (None, 3, 20, 10, "FIXED"),
    "Postpaid": (None, 0, 20, 10, "FIXED"),
}


def make_billing_defaults(context: Context) -> None:
    """The templates that an account's parameters are copied from."""
    suspended = context.named["status:Suspended - Nonpayment"]
    for name, (type_name, months, due, grace, mode) in DEFAULTS.items():
        context.named[f"billing:{name}"] = context.writer["BillingDefault"].add(
            name=name, account_type_id=context.named[f"type:{type_name}"] if type_name else None,
            default=name == "Residential", auto_pay_day="BILL_DAY", auto_pay_days=5, bill_day=1, invoice_day=1,
            bill_day_mode=mode, bill_mode="INVOICE", default_for="ACCOUNT_TYPE", due_days=due,
            due_days_day="BILL_DAY", grace_days=grace, months_to_bill=months, fixed_bill_day=mode == "FIXED",
            switch_status_after_delinquency=name == "Residential",
            days_of_delinquency_for_status_switch=20 if name == "Residential" else None,
            delinquency_account_status_id=suspended if name == "Residential" else None,
            delinquency_removal_account_status_id=context.named["status:Active"] if name == "Residential" else None,
        )  # fmt: skip
    context.writer["BillingService"].add(
        billing_default_id=context.named["billing:Residential"], service_id=context.items["regulatory"].id, price=199
    )


def plan_billing(context: Context, random: Random, account: AccountPlan) -> BillingPlan:
    """Choose the account's billing template and day."""
    type_name = next(name for name in TYPES if context.named[f"type:{name}"] == account.type_id)
    name = next(key for key, (kind, *_) in DEFAULTS.items() if kind == type_name)
    day = 1
    roll = random.random()
    if account.parent_id is not None or roll < 0.62:
        pass
    elif roll < 0.80:
        day = random.choice((5, 10, 15, 20))
    elif roll < 0.92:
        name, day = "Anniversary", min(28, (account.activated or account.created).day)
    elif roll < 0.96:
        name = "Quarterly prepaid"
    elif roll < 0.98:
        name = "Postpaid"
    _, months, due, grace, mode = DEFAULTS[name]
    return BillingPlan(day, months, due, grace, mode, context.named[f"billing:{name}"])


def make_billing_parameters(context: Context) -> None:
    """One row per account."""
    random = context.random("account_billing_parameters")
    for account in context.accounts:
        add_billing_parameters(context, random, account)


def add_billing_parameters(context: Context, random: Random, account: AccountPlan) -> None:
    """Decide and write the billing parameters of one account."""
    plan = account.billing = plan_billing(context, random, account)
    suspends = plan.default_id == context.named["billing:Residential"]
    lifeline = account.type_class == "SENIOR_CITIZEN" and random.random() < 0.3
    context.writer["AccountBillingParameter"].add(
        created=context.past(random, account.created, account.created),
        updated=context.past(random, account.created), account_id=account.id, auto_pay_day="BILL_DAY",
        auto_pay_days=5, bill_day=plan.bill_day, invoice_day=plan.bill_day, bill_day_mode=plan.mode,
        bill_mode="STATEMENT" if random.random() < 0.02 else "INVOICE", billing_default_id=plan.default_id,
        default_for="ACCOUNT_TYPE", due_days=plan.due_days, due_days_day="BILL_DAY", grace_days=plan.grace_days,
        months_to_bill=plan.months_to_bill, lifeline=lifeline, print_invoice=random.random() < 0.12,
        tax_exempt=account.taxes.exempt, switch_status_after_delinquency=suspends,
        days_of_delinquency_for_status_switch=20 if suspends else None,
        delinquency_account_status_id=context.named["status:Suspended - Nonpayment"] if suspends else None,
        delinquency_removal_account_status_id=context.named["status:Active"] if suspends else None,
    )  # fmt: skip
