"""`purge`: personal data out of workspace and ledger, after the migration."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from target_splynx.cli.context import DIFFERENCES, console, json_option, load_settings, opened_ledger, print_json
from target_splynx.purge import Purged, inventory
from target_splynx.purge import purge as wipe
from target_splynx.workspace import locked


@click.command()
@click.option("--yes", is_flag=True, help="Do it. Without it, only tell what would be wiped.")
@json_option
def purge(yes: bool, as_json: bool) -> None:
    """Wipe personal data from staging, ledger and reports when the migration is over. There is no way back.

    \b
    Wiped:  staging, spools, uploads, generated passwords, reports; in the ledger payloads, before-images, names of
            records and messages
    Kept:   which source record became which record of Splynx, run, time, outcome and reason code, and the SHA-256 of
            each payload

    Splynx itself is not touched, nor is what others keep: Meltano's state and logs, files that the tap downloaded,
    backups. A purged ledger plans, verifies and rolls back nothing any more; a new migration begins in a new
    workspace and recognises its records by their markers.

    Exit code 2 when files are left in the workspace that are not ours.
    """
    settings = load_settings()
    with locked(settings.workspace), opened_ledger(settings) as ledger:
        ledger.hold(settings.workspace)
        found = wipe(settings.workspace, ledger) if yes else inventory(settings.workspace, ledger)
    if as_json:
        print_json({"purged": yes, **asdict(found)})
    else:
        _print(found, done=yes)
    if found.left:
        sys.exit(DIFFERENCES)


def _print(found: Purged, *, done: bool) -> None:
    out = console()
    word = "Wiped" if done else "Would be wiped"
    for name, size in found.files.items():
        out.print(f"{word}: {name}, {_size(size)}", highlight=False)
    for table, number in found.rows.items():
        out.print(
            f"{word}: payloads and names of {number} {table} in the ledger (ids and hashes stay)", highlight=False
        )
    for name in found.left:
        out.print(
            f"Left in the workspace: {name}. It is not ours; look whether it holds personal data.", highlight=False
        )
    if not done:
        out.print("Nothing was wiped. `splynx-migration purge --yes` does it; there is no way back.", highlight=False)


def _size(number: int) -> str:
    """Bytes for people."""
    return f"{number / 1e6:.1f} MB" if number >= 1e5 else f"{number / 1e3:.1f} kB"
