"""`handwork`: what must be made in Splynx by hand, as a sheet to tick off."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from target_splynx.cli.context import (
    DIFFERENCES,
    console,
    json_option,
    load_settings,
    opened_ledger,
    opened_stage,
    print_json,
    print_table,
)
from target_splynx.errors import MigrationError
from target_splynx.handwork.items import Chapter, chapters
from target_splynx.handwork.sheet import state, write_sheet
from target_splynx.handwork.ticks import read_ticks, write_ticks
from target_splynx.run import connect


@click.command()
@click.option("--tick", multiple=True, metavar="KIND:NAME", help="Mark as done what no API shows. May be given again.")
@click.option("--untick", multiple=True, metavar="KIND:NAME", help="Take a mark back.")
@click.option("--all", "everything", is_flag=True, help="List what is done, too.")
@json_option
def handwork(tick: tuple[str, ...], untick: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """List what must be made in Splynx by hand because it has no API: taxes, roles, ticket types and groups, canned
    replies, categories, company information, voice rates, and switches that must be off.

    What is needed follows from what is staged; Splynx is asked what exists by now. The sheet is written to
    handwork.html and handwork.csv in the workspace. Where no API tells (state `look`), a person looks and ticks off:

    \b
      splynx-migration handwork
      splynx-migration handwork --tick 'side_effects:Welcome message'

    Exit code 2 while anything is missing.
    """
    settings = load_settings()
    client = connect(settings)
    client.check()
    ticked = (read_ticks(settings.workspace) | set(tick)) - set(untick)
    with opened_stage(settings) as stage, opened_ledger(settings) as ledger:
        found = chapters(settings, stage, ledger, client, frozenset(ticked))
    known = {item.id for chapter in found for item in chapter.items}
    if unknown := sorted({*tick, *untick} - known):
        raise MigrationError(
            f"There is nothing to make by hand called {unknown[0]!r}. `handwork --all` lists the names."
        )
    write_ticks(settings.workspace, ticked & known)
    page, table = write_sheet(settings.workspace, found, server=client.base)
    if as_json:
        print_json(
            [{**asdict(c), "items": [{**asdict(i), "id": i.id, "state": state(i)} for i in c.items]} for c in found]
        )
    else:
        _print(found, everything=everything)
        console().print(f"The sheet: {page}, {table}", highlight=False, markup=False, soft_wrap=True)
    if any(chapter.missing or chapter.problem for chapter in found):
        sys.exit(DIFFERENCES)


def _print(found: list[Chapter], *, everything: bool) -> None:
    for chapter in found:
        rows = [(item.id, item.details, state(item)) for item in chapter.items if everything or not item.done]
        if rows:
            title = f"{chapter.title}: {chapter.missing} of {len(chapter.items)} left ({chapter.where})"
            print_table(title, ("what", "details", "state"), rows, numbers_from=9)
        if chapter.problem:
            console().print(f"✗ {chapter.title}: {chapter.problem}", highlight=False, markup=False)
    left = sum(chapter.missing for chapter in found)
    console().print(f"{left} things are left." if left else "✓ Nothing is left to make by hand.", highlight=False)
