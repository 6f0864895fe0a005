"""`retry`: send again what Splynx refused."""

from __future__ import annotations

from dataclasses import replace

import click

from target_splynx import run as engine
from target_splynx.cli.apply import report
from target_splynx.cli.context import (
    console,
    json_option,
    load_config,
    opened_ledger,
    opened_stage,
    stoppable,
)
from target_splynx.errors import MigrationError
from target_splynx.ledger.undoings import forget_refusals
from target_splynx.settings import Settings, public


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--resource", help="Only refusals of this resource, e.g. customers.")
@click.option("--reason", help="Only refusals with this reason code.")
@click.option("--key", help="Only refusals of this source key.")
@json_option
def retry(ids: tuple[str, ...], resource: str | None, reason: str | None, key: str | None, as_json: bool) -> None:
    """Send again what Splynx refused, and load whatever else is due from the stage. No source is read.

    What Splynx refused is not sent again as long as its payload stays the same. After mending something in Splynx (a
    switched-on module, a freed login, a missing reference) forget the refusal: `retry`, or only for the IDS that
    `rejects` lists (MODEL:SOURCE_KEY), or by --resource, --reason, --key. After mending a record at the source or a
    model no forgetting is needed: run the migration.

    Exit code 2 when records are still rejected.
    """
    config = load_config()
    settings = replace(Settings.from_config(config), dry_run=False)
    keys: list[tuple[str | None, str]] = [_parsed(text) for text in ids]
    if key is not None:
        keys.append((None, key))
    with opened_stage(settings) as stage, opened_ledger(settings) as ledger, stoppable() as stop:
        forgotten = forget_refusals(ledger, resource=resource, reason=reason, keys=keys)
        if not as_json:
            console().print(f"{forgotten} refusals forgotten: they are sent again.", highlight=False)
        result = engine.execute(settings, stage, ledger, public_settings=public(config), stop=stop)
    report(result, as_json=as_json)


def _parsed(text: str) -> tuple[str | None, str]:
    model, colon, key = text.partition(":")
    if not colon:
        raise MigrationError(
            f"{text!r} is no id of a reject: write MODEL:SOURCE_KEY, as `splynx-migration rejects` does."
        )
    return model, key
