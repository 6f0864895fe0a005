"""`go-live`: final statuses, billing and notifications on, in one guarded run."""

from __future__ import annotations

from dataclasses import replace

import click

from target_splynx import run as engine
from target_splynx.cli.apply import report
from target_splynx.cli.context import json_option, load_config, opened_ledger, opened_stage, stoppable
from target_splynx.errors import SettingsError
from target_splynx.reconcile.guard import SECTION
from target_splynx.settings import Settings, public


@click.command("go-live")
@click.option("--dry-run", is_flag=True, help="Plan only: `plan` shows what would be switched on. Needs no proof.")
@json_option
def go_live(dry_run: bool, as_json: bool) -> None:
    """Set final statuses and switch billing and notifications on, from what is staged. No source is read.

    Refused, with nothing written, unless the last `reconcile` is clean, complete, and of the same data: no row of the
    source has moved since, no run has written since. Needs `enable_billing: true`. With `go_live_partners` or
    `pilot_accounts` only those customers go live; repeat it with the next ones.

    The way back, before Splynx bills for the first time: `rollback RUN` with the number of this run.
    """
    config = load_config()
    settings = Settings.from_config(config)
    if SECTION not in settings.sections:
        raise SettingsError("Billing is switched on only with `enable_billing: true`. Nothing was written.")
    settings = replace(settings, sections=(SECTION,), dry_run=dry_run)
    with opened_stage(settings) as stage, opened_ledger(settings) as ledger, stoppable() as stop:
        result = engine.execute(settings, stage, ledger, public_settings=public(config), stop=stop)
    report(result, as_json=as_json)
