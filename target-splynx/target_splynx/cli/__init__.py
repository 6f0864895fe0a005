"""`splynx-migration`: what a person does around a run. In Meltano: `meltano invoke target-splynx:COMMAND`.

Settings come from the environment (`TARGET_SPLYNX_…`), as the target's do. Exit codes: 0 fine, 1 failed, 2 finished
with differences or rejects. Every command takes `--json`.
"""

from __future__ import annotations

import logging
import sys

import click

from target_splynx import __version__
from target_splynx.cli.apply import apply
from target_splynx.cli.check import check
from target_splynx.cli.docs import docs
from target_splynx.cli.models import models
from target_splynx.cli.plan import plan
from target_splynx.cli.purge import purge
from target_splynx.cli.rejects import rejects
from target_splynx.cli.retry import retry
from target_splynx.cli.rollback import rollback
from target_splynx.cli.status import status
from target_splynx.cli.verify import verify
from target_splynx.cli.watch import watch
from target_splynx.errors import MigrationError
from target_splynx.workspace import keep_private


class _Group(click.Group):
    """Turns expected errors into one line and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except MigrationError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__)
@click.option("-v", "--verbose", is_flag=True, help="Log what is asked of Splynx.")
def main(verbose: bool) -> None:
    """Look at, check and prove a migration into Splynx.

    Settings are read from TARGET_SPLYNX_… variables. Before the first run: check. To look before writing: models, plan,
    apply. During a run: watch. After it: status, rejects, retry, verify. To go back: rollback. When all is over: purge.
    """
    keep_private()
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(message)s")


for command in (apply, check, docs, models, plan, purge, rejects, retry, rollback, status, verify, watch):
    main.add_command(command)
