"""`apply [RUN]`: carry out a saved plan, exactly."""

from __future__ import annotations

import sys

import click

from target_splynx.applying import apply_plan
from target_splynx.cli.context import (
    DIFFERENCES,
    console,
    json_option,
    load_settings,
    opened_ledger,
    opened_stage,
    print_json,
    stoppable,
)
from target_splynx.run import RunResult, connect


@click.command()
@click.argument("run", type=int, required=False)
@json_option
def apply(run: int | None, as_json: bool) -> None:
    """Carry out a saved plan exactly as `plan` shows it: that of RUN, or of the last run.

    A plan is saved by a dry run, or by `plan --refresh`. It is refused, and nothing is written, when records were
    staged or models changed since, when Splynx no longer holds what the plan was made against, or when another run came
    between. There is no way around that: make a new plan, look at it, apply it.

    A dry run passes on no state: the next `meltano run` sends the same rows again and finds nothing to do.

    Exit code 2 when Splynx rejected records.
    """
    settings = load_settings()
    with opened_stage(settings) as stage, opened_ledger(settings) as ledger, stoppable() as stop:
        result = apply_plan(settings, stage, ledger, connect(settings), run=run, stop=stop)
    report(result, as_json=as_json)


def report(result: RunResult, *, as_json: bool) -> None:
    """Print what a run did; exit code 2 when records were rejected."""
    if as_json:
        print_json(
            {
                "run": result.run,
                "state": result.state,
                "written": result.written,
                "rejected": result.rejected,
                "requests": result.requests,
                "seconds": round(result.seconds, 1),
                "rows": result.rows,
            }
        )
    else:
        sentence = result.sentence()
        console().print(f"{sentence[0].upper()}{sentence[1:]}.", highlight=False)
    if result.rejected:
        sys.exit(DIFFERENCES)
