"""Gathers a report: from the ledger, from what earlier commands kept in the workspace, and from the stage. Splynx is
asked nothing.

In: settings, ledger, and for the whole migration the stage. Out: `Report`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from target_splynx.accounting.count import count
from target_splynx.errors import MigrationError
from target_splynx.handwork.sheet import last_sheet
from target_splynx.ledger.entries import now
from target_splynx.ledger.outcomes import planned_in
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.undoings import run_of
from target_splynx.ledger.written import last_writing_run
from target_splynx.quality.run import Result, run_checks
from target_splynx.report.anonymous import Plain
from target_splynx.report.content import Finding, Handwork, Report, StreamAccount, Verified
from target_splynx.report.facts import settings_of, versions
from target_splynx.report.money import money_of
from target_splynx.report.refused import reasons_of, refused_rows
from target_splynx.report.summary import sentences
from target_splynx.report.work import (
    all_runs,
    held_in_splynx,
    newest_rows,
    ran,
    sections_of,
    skips_of,
    work_of,
    work_of_all,
)
from target_splynx.settings import Settings
from target_splynx.stage.store import Stage
from target_splynx.verify import last_verification


def report_of_run(settings: Settings, ledger: Ledger, number: int, *, names: bool) -> Report:
    """One run.

    Raises:
        MigrationError: there is no such run.
    """
    run = run_of(ledger, number)
    if run is None:
        raise MigrationError(
            f"There is no run {number}; the last one is {(ledger.last_run() or {}).get('id', 'none')}."
        )
    report = _empty(settings, f"{ran(run).kind.capitalize()} {number}", number, names=names)
    report.runs = [ran(run)]
    report.models = work_of(run, ledger.count_records())
    report.skips = skips_of(run["summary"].get("rows", []))
    # A run that broke off, or a rollback, has operations of models that its summary does not name.
    planned = {model: number for model, _, _, _ in ledger.counts(number)}
    _fill(report, ledger, planned, run["settings"], _plain(settings, names=names))
    return report


def report_of_migration(settings: Settings, ledger: Ledger, stage: Stage | str, *, names: bool) -> Report:
    """All runs, and what is known besides. `stage`: an open one, or why there is none.

    Raises:
        MigrationError: there was no run yet.
    """
    runs = all_runs(ledger)
    if not runs:
        raise MigrationError("No run yet: there is nothing to report. Run `meltano run tap-sonar target-splynx` first.")
    plain = _plain(settings, names=names)
    last = last_writing_run(ledger)
    report = _empty(settings, "The migration", None, names=names)
    report.runs = [ran(run) for run in runs]
    report.models = work_of_all(ledger, runs, ledger.count_records())
    report.skips = skips_of(newest_rows(ledger, runs))
    report.held = held_in_splynx(ledger)
    report.money = money_of(settings.workspace, last_run=last, plain=plain)
    report.verified = _verified(settings.workspace, last, names=names)
    sheet = last_sheet(settings.workspace)
    report.handwork = Handwork(sheet["at"], sheet["items"]) if sheet else None
    if isinstance(stage, Stage):
        _look_at_the_stage(report, settings, stage, ledger, plain)
    else:
        report.notes = {"quality": stage, "accounting": stage}
    _fill(report, ledger, planned_in(ledger), runs[-1]["settings"], plain)
    return report


def _empty(settings: Settings, title: str, run: int | None, *, names: bool) -> Report:
    return Report(title, run, now(), settings.api_url, names, versions=versions())


def _plain(settings: Settings, *, names: bool) -> Plain | None:
    """None: tell everything as it is."""
    own = [settings.models_path] if settings.models_path else []
    folders = [Path(name) for name in [*own, settings.mapping] if Path(name).is_dir()]
    return None if names else Plain(folders)


def _fill(
    report: Report, ledger: Ledger, newest: Mapping[str, int], settings: Mapping[str, Any], plain: Plain | None
) -> None:
    if plain is not None:  # an error of the database may quote a value
        for work in report.models:
            work.problem = plain(work.problem)
    report.refused = list(refused_rows(ledger, newest, plain))
    report.reasons = reasons_of(report.refused)
    report.sections = sections_of(report.models)
    report.settings = settings_of(settings)
    report.summary = sentences(report)


def _look_at_the_stage(report: Report, settings: Settings, stage: Stage, ledger: Ledger, plain: Plain | None) -> None:
    """What needs the staged data: its quality, and what became of every row. What cannot be made is told."""
    try:
        report.accounts = [
            StreamAccount(each.stream, each.read, dict(each.counts), each.balanced, each.sentence)
            for each in count(settings, stage, ledger)
        ]
    except MigrationError as error:
        report.notes["accounting"] = str(error)
    try:
        report.findings = [_finding(result, plain) for result in run_checks(settings, stage, ledger)]
    except MigrationError as error:
        report.notes["quality"] = str(error)


def _finding(result: Result, plain: Plain | None) -> Finding:
    check = result.check
    examples = [f"{row['stream']} {row['id']}" for row in result.examples]
    return Finding(
        severity=check.severity,
        code=check.code,
        title=check.title,
        action=check.action,
        number=result.count,
        accounts=result.accounts,
        examples=examples,
        accepted=result.accepted,
        problem=plain(result.problem) if plain else result.problem,
    )


def _verified(workspace: Path, last: int, *, names: bool) -> Verified | None:
    """Values of fields are shown with names only: an e-mail address is one."""
    kept = last_verification(workspace)
    if kept is None:
        return None
    hidden = {} if names else {"applied": "", "found": ""}
    differences = [{**each, **hidden} for each in kept["differences"]]
    return Verified(kept["at"], kept["run"] != last, kept["resources"], differences, kept["unreadable"])
