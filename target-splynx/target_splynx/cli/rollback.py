"""`rollback RUN`: take back what a run did, and say what stays."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import click

from target_splynx.cli.context import (
    DIFFERENCES,
    console,
    json_option,
    load_config,
    opened_ledger,
    print_json,
    print_table,
    stoppable,
)
from target_splynx.ledger.entries import Operation
from target_splynx.run import connect
from target_splynx.settings import Settings, public
from target_splynx.undo.carry_out import Rollback
from target_splynx.undo.carry_out import rollback as take_back
from target_splynx.workspace import locked


@click.command()
@click.argument("run", type=int)
@click.option("--dry-run", is_flag=True, help="Show what would be undone and what would stay; write nothing.")
@click.option("--force", is_flag=True, help="Also delete what people changed or built upon. Never what Splynx billed.")
@click.option("--limit", default=30, show_default=True, help="Left records to show.")
@json_option
def rollback(run: int, dry_run: bool, force: bool, limit: int, as_json: bool) -> None:
    """Take back what RUN did: delete what it created, restore what it changed, and list what must stay.

    Undo the newest run first. What people changed in Splynx since is left alone and listed, and so is what it hangs on.
    A rollback that was stopped or killed goes on when you give the same command again. `status` tells the number of the
    last run; `rollback RUN --dry-run` shows everything beforehand.

    Exit code 2 when something is left.
    """
    config = load_config()
    settings = Settings.from_config(config)
    with locked(settings.workspace), opened_ledger(settings) as ledger, stoppable() as stop:
        result = take_back(
            settings,
            ledger,
            connect(settings),
            run,
            stop=stop,
            public_settings=public(config),
            force=force,
            dry_run=dry_run,
        )
    if as_json:
        print_json(_as_dict(result, dry_run=dry_run))
    else:
        _print(result, limit, dry_run=dry_run)
    if result.left:
        sys.exit(DIFFERENCES)


def _print(result: Rollback, limit: int, *, dry_run: bool) -> None:
    left = Counter(operation.resource for operation in result.left)
    names = sorted({*result.deleted, *result.restored, *result.forgotten, *left})
    rows = [(n, result.deleted[n], result.restored[n], result.forgotten[n], left[n]) for n in names]
    rows = [row for row in rows if any(row[1:])]
    if rows:
        title = f"Rollback of run {result.of}" + (" (dry run: nothing was written)" if dry_run else "")
        print_table(title, ("resource", "deleted", "restored", "only forgotten", "left"), rows)
    if result.left:
        shown = [
            (f"{o.resource} {o.splynx_id or ''} ({o.label or o.source_key})", o.reason, o.message, o.remedy)
            for o in result.left[:limit]
        ]
        print_table(f"{len(result.left)} left", ("record", "reason", "why", "what to do"), shown, numbers_from=9)
        if len(result.left) > limit:
            console().print(f"… and {len(result.left) - limit} more (--limit, --json)")
    if not rows:
        console().print(f"Nothing of run {result.of} stands any more.")
    else:
        console().print(result.sentence() + ".", highlight=False)


def _as_dict(result: Rollback, *, dry_run: bool) -> dict[str, Any]:
    return {
        "of": result.of,
        "run": result.run,
        "dry_run": dry_run,
        "deleted": dict(+result.deleted),
        "restored": dict(+result.restored),
        "forgotten": dict(+result.forgotten),
        "left": [_left(operation) for operation in result.left],
        "requests": result.requests,
        "seconds": round(result.seconds, 1),
    }


def _left(operation: Operation) -> dict[str, Any]:
    names = ("model", "resource", "source_key", "splynx_id", "label", "reason", "field", "message", "remedy")
    return {name: getattr(operation, name) for name in names}
