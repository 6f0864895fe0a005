"""`watch`: a run while it works, from a second terminal."""

from __future__ import annotations

import json
import sys
import time

import click
from rich.live import Live

from target_splynx.cli.context import DIFFERENCES, console, load_settings, opened_ledger
from target_splynx.ledger.store import Ledger
from target_splynx.settings import Settings
from target_splynx.watching.snapshot import Snapshot, snapshot
from target_splynx.watching.view import Watched


@click.command()
@click.option("--once", is_flag=True, help="Show the present and end.")
@click.option("--every", default=1.0, show_default=True, type=click.FloatRange(0.2), help="Seconds between looks.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one line per look.")
def watch(once: bool, every: float, as_json: bool) -> None:
    """Watch the run that works now, or the next one, until it ends.

    Sections with bars, rate, time left and rejects as they come, requests per second and how long Splynx takes for one.
    Where the output is no terminal, or with NO_COLOR, plain lines. Reads the ledger only: with a PostgreSQL ledger
    it works from any machine; requests are told where the workspace is.

    Exit code when the run ends: 0 done, 1 failed or stopped, 2 done with rejects. Ctrl+C leaves the run alone.
    """
    settings = load_settings()
    with opened_ledger(settings) as ledger:
        try:
            last = _watch(settings, ledger, once=once, every=every, as_json=as_json)
        except KeyboardInterrupt:
            return
    if once or last.run is None:
        return
    if last.state not in {"done", "planned"}:
        sys.exit(1)
    if last.rejected:
        sys.exit(DIFFERENCES)


def _watch(settings: Settings, ledger: Ledger, *, once: bool, every: float, as_json: bool) -> Snapshot:
    watched = Watched()
    first = snapshot(ledger, settings.workspace)
    watched.see(first)
    out = console()
    if once and not as_json:
        if not first.over:
            _look_again(watched, ledger, settings, every)  # two looks make a rate
        out.print(watched.screen())
        return watched.now
    if as_json or not out.is_terminal:
        said = ""
        while True:
            line = json.dumps(watched.as_dict(), ensure_ascii=False) if as_json else watched.line()
            if as_json or line != said:
                click.echo(line)
                said = line
            if once or watched.ended:
                return watched.now
            _look_again(watched, ledger, settings, every)
    with Live(watched.screen(), console=out, auto_refresh=False, transient=False) as live:
        while not watched.ended:
            _look_again(watched, ledger, settings, every)
            live.update(watched.screen(), refresh=True)
    return watched.now


def _look_again(watched: Watched, ledger: Ledger, settings: Settings, every: float) -> None:
    time.sleep(every)
    watched.see(snapshot(ledger, settings.workspace))
