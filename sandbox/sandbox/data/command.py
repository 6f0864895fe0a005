"""The commands ``generate``, ``truth`` and ``change`` of ``python -m sandbox``."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import click

from sandbox.data.change import Wishes
from sandbox.data.change import change as change_data
from sandbox.data.clock import DATA_SET_NOW
from sandbox.data.generate import generate as generate_data
from sandbox.data.showcase import add_showcase
from sandbox.data.truth import read_truth, truth_json, truth_text


def _moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is no date and time in ISO 8601, such as 2026-11-15T12:00:00+00:00"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


DATABASE = click.option(
    "--database",
    "database",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The store: an SQLite file.",
)
EXISTING = click.option(
    "--database",
    "database",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The store: an SQLite file.",
)


@click.command()
@DATABASE
@click.option("--accounts", default=200, show_default=True, type=click.IntRange(20), help="Number of accounts.")
@click.option("--seed", default=1, show_default=True, help="The same seed and size give the same rows.")
@click.option(
    "--history",
    default="recent",
    show_default=True,
    type=click.Choice(["full", "recent", "none"]),
    help="Money rows: all, the last four months and what is open, or none.",
)
@click.option(
    "--now", callback=_moment, help=f"The moment at which the data stand still.  [default: {DATA_SET_NOW.isoformat()}]"
)
@click.option("--emails", is_flag=True, help="Also the sent e-mails (310,000 per 10,158 accounts).")
@click.option("--clean", is_flag=True, help="Without the dirt of real life.")
@click.option("--showcase", is_flag=True, help="Also one customer with everything: accounts 9001 and 9002.")
def generate(
    database: Path,
    accounts: int,
    seed: int,
    history: str,
    now: datetime | None,
    emails: bool,
    clean: bool,
    showcase: bool,
) -> None:
    """Write the data of a made-up provider to a store, replacing what is there."""
    generate_data(database, accounts, seed, history, now or DATA_SET_NOW, emails=emails, dirt=not clean)  # type: ignore[arg-type]
    if showcase:
        add_showcase(database)
    click.echo(f"{accounts} accounts (seed {seed}, history {history}) in {database}")


@click.command()
@EXISTING
@click.option("--json", "as_json", is_flag=True, help="Everything, each account included, as JSON.")
@click.option("--account", "account_id", type=int, help="Only this account, as JSON.")
def truth(database: Path, as_json: bool, account_id: int | None) -> None:
    """Say what is right about a store: owed, open invoices, revenue, next charges, and which rows are dirty and why."""
    found = read_truth(database)
    if account_id is not None:
        if account_id not in found.accounts:
            raise click.ClickException(f"there is no account {account_id} in {database}")
        everything = found.as_json()
        dirt = [row for row in everything["dirt"] if row["account_id"] == account_id]
        click.echo(json.dumps({**everything["accounts"][str(account_id)], "dirt": dirt}, indent=1, ensure_ascii=False))
        return
    click.echo(truth_json(found) if as_json else truth_text(found))


@click.command()
@EXISTING
@click.option("--touch-contacts", default=0, help="Primary contacts get another e-mail address.")
@click.option("--touch-accounts", default=0, help="Accounts get another name.")
@click.option("--change-prices", default=0, help="Services get another price of their own.")
@click.option("--new-accounts", default=0, help="Complete new accounts with everything.")
@click.option("--new-tickets", default=0, help="New tickets.")
@click.option("--new-notes", default=0, help="New notes on accounts.")
@click.option("--late-payments", default=0, help="Payments arrive for open invoices.")
@click.option("--disconnect-accounts", default=0, help="Accounts become inactive and lose their services.")
@click.option("--delete-services", default=0, help="Services are removed (hard).")
@click.option("--delete-addresses", default=0, help="IP addresses are taken back (hard).")
@click.option(
    "--now", callback=_moment, help="The moment of the change; later than the store's last one.  [default: the clock]"
)
@click.option("--seed", default=0, show_default=True, help="Another seed chooses other rows.")
def change(database: Path, now: datetime | None, seed: int, **wishes: int) -> None:
    """Change a store as a live instance changes between two loads, and print what changed as JSON."""
    try:
        changes = change_data(database, Wishes(**wishes), now, seed)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(changes.as_json())
