"""`check --data`: what is wrong in the source, before anything is written."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from target_splynx.cli.context import DIFFERENCES, console, opened_stage, print_json, print_table
from target_splynx.quality.checks import COLUMNS, SEVERITIES
from target_splynx.quality.run import Result, findings, run_checks
from target_splynx.settings import Settings
from target_splynx.spreadsheet import write_csv

_SHOWN = 3


def check_data(settings: Settings, *, csv: Path | None, as_json: bool) -> None:
    """Run the checks and print them; exit code 2 when a person must look. `csv`: file for every finding."""
    with opened_stage(settings) as stage:
        results = run_checks(settings, stage, examples=_SHOWN)
        if csv is not None:
            by_code = {result.check.code: result.check for result in results}
            rows = (
                (
                    by_code[row["code"]].severity,
                    row["code"],
                    by_code[row["code"]].title,
                    *(row[name] for name in COLUMNS),
                )
                for row in findings(stage.connection)
            )
            write_csv(csv, ("severity", "code", "title", *COLUMNS), rows)
    if as_json:
        print_json([_as_dict(result) for result in results])
    else:
        _print(results)
        if csv is not None:
            console().print(f"Every finding: {csv}", highlight=False, markup=False, soft_wrap=True)
    if any(result.open for result in results):
        sys.exit(DIFFERENCES)


def _as_dict(result: Result) -> dict[str, Any]:
    check = result.check
    told = {name: getattr(check, name) for name in ("code", "title", "area", "severity", "action")}
    rest = {name: value for name, value in asdict(result).items() if name != "check"}
    return {**told, **rest, "open": result.open}


def _print(results: list[Result]) -> None:
    rows = [
        (
            f"{result.check.severity}{' (accepted)' if result.accepted else ''}",
            result.check.code,
            f"{result.check.title}\n{result.check.action}",
            ", ".join(f"{row['stream']} {row['id']}" for row in result.examples)
            + (" …" if result.count > _SHOWN else ""),
            f"{result.count:,}",
        )
        for result in results
        if result.count
    ]
    if rows:
        print_table(
            "Data quality", ("severity", "check", "what, and what happens", "where", "rows"), rows, numbers_from=4
        )
    for result in results:
        if result.problem:
            console().print(f"✗ {result.check.code} could not run: {result.problem}", highlight=False, markup=False)
    counted = {name: sum(r.count for r in results if r.check.severity == name) for name in SEVERITIES}
    told = ", ".join(f"{number:,} {name}" for name, number in counted.items())
    console().print(f"{len(results)} checks: {told}.", highlight=False)
