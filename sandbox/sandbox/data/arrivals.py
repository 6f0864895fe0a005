"""A new customer with everything: contact, addresses, billing, services, wallet, first bill, login, IP address, note.

Used for changes on a store that exists (:mod:`sandbox.data.change`); the parts are those of the generator.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sandbox.data import billing, documents, network, people, places, services, wallets
from sandbox.data.addressing import assign_host
from sandbox.data.calendar import skip_to
from sandbox.data.charges import next_charge_cents
from sandbox.data.context import Context
from sandbox.data.money import DepositSlips, play_family
from sandbox.data.plan import AccountPlan
from sandbox.data.resume import free_static_addresses


def new_account(context: Context, random: Random) -> AccountPlan:
    """Write one new active account, activated today, and all that belongs to it."""
    writer = context.writer
    account = people.plan_account(context, random, writer["Account"].reserve(), "active")
    account.created = account.activated = context.today
    people.add_contact(context, random, account, primary=True)
    places.add_account_addresses(context, random, account)
    billing.add_billing_parameters(context, random, account)
    services.plan_first_services(context, random, account)
    services.plan_extra(context, random, account, "rental")
    for service in account.services:
        service.rules = services.rules_for(context, account, service.item)
    wallets.add_card(context, random, account)
    if context.history == "none":
        skip_to(account, context.today)
    else:
        play_family(context, random, [account], context.today - timedelta(days=1), DepositSlips(context))
    services.write_services(context, random, [account])
    # What follows looks for free ids and addresses in the store.
    writer.flush()
    for service in account.data_services:
        network.add_radius_account(context, random, account, service)
    if account.data_services:
        assign_host(
            context,
            random,
            free_static_addresses(writer.connection),
            ("RadiusAccount", context.radius[account.id][0]),
            account,
        )
        writer.flush()
    documents.add_note(context, random, "Account", account.id)
    writer["AccountEvent"].add(
        account_id=account.id, event="ACTIVATED", event_datetime=context.now_stamp, current="Active"
    )
    charge = next_charge_cents(services.recurring_lines(account), account.billing.months_to_bill)
    people.write_account(context, random, account, charge)
    return account
