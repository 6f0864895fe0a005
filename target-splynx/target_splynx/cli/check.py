"""`check`: reachable, permitted, complete? Before anything is written."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from target_splynx.checkup.finding import Finding
from target_splynx.checkup.look import looked_at
from target_splynx.cli.context import DIFFERENCES, console, json_option, load_settings, print_json
from target_splynx.cli.data_check import check_data
from target_splynx.run import connect


@click.command()
@click.option("--data", is_flag=True, help="Look for what is wrong in the staged data instead. Asks nothing of Splynx.")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), help="With --data: write every finding to this file."
)
@json_option
def check(data: bool, csv_file: Path | None, as_json: bool) -> None:
    """Connect, and look at everything that can be known before the first write. Writes nothing.

    \b
    ✓ fine   ✗ to be done first, with the remedy   ? cannot be seen over the API: look yourself

    Connection, credentials and clock; what the key may read, per section; side effects that are still on, with the page
    where each is switched off; reference data that must be made by hand; room on the disk; writes and time to expect.
    Sonar's side: `tap-sonar-tools check`. Exit code 2 when there is a ✗.

    With --data: the quality of what is staged, e.g. after a dry run. Each check says how grave a finding is, where it
    is, and what happens when nobody does anything. A code in the setting accepted_findings no longer counts.
    """
    settings = load_settings()
    if data:
        check_data(settings, csv=csv_file, as_json=as_json)
        return
    findings = list(looked_at(settings, connect(settings)))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _print(findings)
    if any(finding.ok is False for finding in findings):
        sys.exit(DIFFERENCES)


def _print(findings: list[Finding]) -> None:
    out, topic = console(), ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            out.print(f"{topic[0].upper()}{topic[1:]}", style="bold")
        remedy = f" — {finding.remedy}" if finding.remedy and not finding.ok else ""
        out.print(f"  {finding.sign} {finding.what}{remedy}", highlight=False, markup=False)
    todo = sum(finding.ok is False for finding in findings)
    unseen = sum(finding.ok is None for finding in findings)
    out.print(f"{todo} to do, {unseen} to look at by hand.", highlight=False)
