"""`report`: what a run, or the whole migration, did, as a page for people."""

from __future__ import annotations

import click

from target_splynx.cli.context import console, json_option, load_settings, opened_ledger, opened_stage, print_json
from target_splynx.errors import StageError, WorkspaceBusy
from target_splynx.ledger.store import Ledger
from target_splynx.report.content import LOOK, OK, Report
from target_splynx.report.files import as_dict, write_report
from target_splynx.report.gather import report_of_migration, report_of_run
from target_splynx.settings import Settings

_SIGNS = {OK: "✓", LOOK: "✗"}


@click.command()
@click.option("--run", "number", type=int, help="Only of this run; without it, of the last run and of the migration.")
@click.option("--with-names", is_flag=True, help="With names of customers and the values that were refused.")
@click.option("--no-data", is_flag=True, help="Leave out what takes long with much data: quality and accounting.")
@json_option
def report(number: int | None, with_names: bool, no_data: bool, as_json: bool) -> None:
    """Write the report of the last run and of the whole migration into the workspace: HTML, JSON and CSV.

    The page needs no network and may be sent to whoever has to read it: it names customers by their numbers only,
    unless --with-names is given (its files then say so in their names). It shows what was done and how long it took,
    the money before and after as the last reconcile found it, what the last verify found, what was rejected and what to
    do about it, the quality of the source, what became of every row, and what the last sheet of handwork says. Nothing
    is asked of Splynx.

    \b
      splynx-migration reconcile; splynx-migration verify; splynx-migration handwork
      splynx-migration report
    """
    settings = load_settings()
    with opened_ledger(settings) as ledger:
        if number is not None:
            found = [report_of_run(settings, ledger, number, names=with_names)]
        else:
            found = [_migration(settings, ledger, names=with_names, data=not no_data)]
            found.append(report_of_run(settings, ledger, found[0].runs[-1].number, names=with_names))
    files = [write_report(settings.workspace, each) for each in found]
    if as_json:
        print_json(
            [
                {"files": [str(path) for path in paths], **as_dict(each)}
                for each, paths in zip(found, files, strict=True)
            ]
        )
        return
    for each, paths in zip(found, files, strict=True):
        console().print(f"{each.title}: {paths[0]}", highlight=False, markup=False, soft_wrap=True)
    for sentence in found[0].summary:
        console().print(f"{_SIGNS.get(sentence.state, '·')} {sentence.text}", highlight=False, markup=False)


def _migration(settings: Settings, ledger: Ledger, *, names: bool, data: bool) -> Report:
    """With the staged data where it can be had: a run may work with it just now."""
    if not data:
        return report_of_migration(settings, ledger, "left out (--no-data)", names=names)
    try:
        with opened_stage(settings) as stage:
            return report_of_migration(settings, ledger, stage, names=names)
    except (StageError, WorkspaceBusy) as error:
        return report_of_migration(settings, ledger, str(error), names=names)
