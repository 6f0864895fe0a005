"""An example for Dagster: a delta every night in the project's folder, with Meltano as it is run by hand."""

from __future__ import annotations

import os
import subprocess

from dagster import Definitions, OpExecutionContext, RetryPolicy, ScheduleDefinition, job, op

PROJECT = os.environ.get("MIGRATION_PROJECT", "/project")


def _meltano(context: OpExecutionContext, *arguments: str) -> None:
    """Run Meltano; its lines become Dagster's."""
    command = ["meltano", "--log-format=uncolored", *arguments]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:  # noqa: S603
        for line in run.stdout or ():
            context.log.info(line.rstrip())
    if run.returncode:
        raise RuntimeError(f"meltano {' '.join(arguments)} ended with {run.returncode}")


@op(retry_policy=RetryPolicy(max_retries=2, delay=300))
def delta(context: OpExecutionContext) -> None:
    """A run that was stopped goes on when it is started again."""
    _meltano(context, "run", "tap-sonar", "target-splynx")


@op
def verify(context: OpExecutionContext, _after: None) -> None:
    """Read Splynx back and compare."""
    _meltano(context, "invoke", "target-splynx:verify")


@job
def sonar_to_splynx() -> None:
    """Load, then prove."""
    verify(delta())


defs = Definitions(schedules=[ScheduleDefinition(job=sonar_to_splynx, cron_schedule="30 2 * * *")])
