"""Generate the data of a provider: one call, one SQLite file.

In: a path, the number of accounts, a seed, how much money history. Out: the store of :mod:`sandbox.sonar.store`,
filled. The same seed, size and "now" give the same rows, byte for byte. The steps below are in the order of their
foreign keys.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sandbox.data import (
    addressing,
    billing,
    catalogue,
    custom_fields,
    documents,
    fieldwork,
    inventory,
    money,
    network,
    organisation,
    people,
    places,
    services,
    support,
    voice,
    wallets,
)
from sandbox.data import (
    history as past,
)
from sandbox.data.charges import next_charge_cents
from sandbox.data.clock import DATA_SET_NOW, stamp
from sandbox.data.context import Context
from sandbox.data.dirt import make_dirt
from sandbox.data.volumes import History, Volumes
from sandbox.data.writer import Writer
from sandbox.sonar.store import create_indexes, create_tables, open_database

SCHEMA_VERSION = "1"
SETUP_STAMP = "2014-03-03T15:00:00+00:00"
"""When the instance was set up: the age of reference rows that nobody touched since."""


def generate(
    path: Path | str,
    accounts: int = 200,
    seed: int = 1,
    history: History = "recent",
    now: datetime = DATA_SET_NOW,
    *,
    emails: bool = False,
    dirt: bool = True,
) -> None:
    """Write a data set to ``path``, replacing what is there.

    ``history``: ``full`` (all invoices, the volumes of a real provider), ``recent`` (a few months and what is still
    open) or ``none`` (no money rows). ``emails`` adds the sent e-mails (310,000 per 10,158 accounts). ``dirt=False``
    leaves the data clean.
    """
    target = Path(path)
    for suffix in ("", "-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    connection = open_database(target)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        create_tables(connection, indexes=False)
        connection.execute("BEGIN")
        context = Context(
            seed=seed,
            now=now,
            history=history,
            volumes=Volumes(accounts),
            writer=Writer(connection, SETUP_STAMP),
            emails=emails,
        )
        write_all(context)
        meta = {
            "seed": str(seed), "accounts": str(accounts), "history": history, "generated_at": stamp(now),
            "data_version": SCHEMA_VERSION,
        }  # fmt: skip
        context.writer.flush()
        connection.executemany(
            'INSERT OR REPLACE INTO "_meta" VALUES (?, ?)',
            list(meta.items()),
        )  # fmt: skip
        connection.execute("COMMIT")
        create_indexes(connection)
        if dirt:
            connection.execute("BEGIN")
            make_dirt(context, connection)
            connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def write_all(context: Context) -> None:
    """Every step, in order."""
    organisation.make_companies(context)
    organisation.make_staff(context)
    people.make_labels(context)
    catalogue.make_catalogue(context)
    organisation.make_settings(context)
    wallets.make_processors(context)
    people.plan_accounts(context)
    people.make_tax_exceptions(context)
    billing.make_billing_defaults(context)
    billing.make_billing_parameters(context)
    network.make_sites(context)
    network.make_servers(context)
    people.make_contacts(context)
    places.make_address_statuses(context)
    places.make_account_addresses(context)
    services.plan_services(context)
    wallets.make_wallets(context)
    money.make_money(context)
    services.write_services(context, context.random("account_service_rows"), context.accounts)
    network.make_radius_accounts(context)
    inventory.make_inventory(context)
    network.make_access_for_the_rest(context)
    addressing.assign_addresses(context, addressing.make_address_space(context))
    places.make_vacant_addresses(context)
    people.make_account_events(context)
    voice.make_numbers(context)
    voice.make_calls(context)
    support.make_support_setup(context)
    support.make_tickets(context)
    fieldwork.make_job_types(context)
    fieldwork.make_jobs(context)
    fieldwork.make_tasks(context)
    documents.make_notes(context)
    documents.make_call_logs(context)
    documents.make_contracts(context)
    documents.make_files(context)
    documents.make_emails(context)
    custom_fields.make_custom_fields(context)
    past.make_scheduled_events(context)
    past.make_logs(context)
    past.make_usage(context)
    past.make_enquiries(context)
    random = context.random("account_rows")
    for account in context.accounts:
        charge = (
            next_charge_cents(services.recurring_lines(account), account.billing.months_to_bill)
            if account.billable
            else None
        )
        people.write_account(context, random, account, charge)
