"""`check`: reachable, permitted, complete? Before anything is written."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from target_splynx.checkup.finding import Finding
from target_splynx.checkup.look import looked_at
from target_splynx.cli.context import DIFFERENCES, console, json_option, load_settings, print_json
from target_splynx.run import connect


@click.command()
@json_option
def check(as_json: bool) -> None:
    """Connect, and look at everything that can be known before the first write. Writes nothing.

    \b
    ✓ fine   ✗ to be done first, with the remedy   ? cannot be seen over the API: look yourself

    Connection, credentials and clock; what the key may read, per section; side effects that are still on, with the page
    where each is switched off; reference data that must be made by hand; room on the disk; writes and time to expect.
    Sonar's side: `tap-sonar-tools check`. Exit code 2 when there is a ✗.
    """
    settings = load_settings()
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
