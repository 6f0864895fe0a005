"""`splynx-migration`: what a person does around a run. In Meltano: `meltano invoke target-splynx:COMMAND`.

Settings come from the environment (`TARGET_SPLYNX_…`), as the target's do. Exit codes: 0 fine, 1 failed, 2 finished
with differences or rejects. Every command takes `--json`.
"""

from __future__ import annotations

import logging
import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from target_splynx import __version__
from target_splynx.cli.accounting import accounting
from target_splynx.cli.apply import apply
from target_splynx.cli.check import check
from target_splynx.cli.docs import docs
from target_splynx.cli.go_live import go_live
from target_splynx.cli.handwork import handwork
from target_splynx.cli.models import models
from target_splynx.cli.plan import plan
from target_splynx.cli.purge import purge
from target_splynx.cli.reconcile import reconcile
from target_splynx.cli.rejects import rejects
from target_splynx.cli.report import report
from target_splynx.cli.retry import retry
from target_splynx.cli.rollback import rollback
from target_splynx.cli.status import status
from target_splynx.cli.verify import verify
from target_splynx.cli.watch import watch
from target_splynx.errors import MigrationError, place
from target_splynx.splynx.errors import SplynxError
from target_splynx.workspace import private_files


class _Group(click.Group):
    """Turns errors into one line and exit code 1. A stack trace is shown with --verbose only: it may quote values."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except MigrationError as error:
            message = str(error)
        except SplynxError as error:
            message = error.sentence()
        except SQLAlchemyError as error:
            message = f"The ledger failed ({type(error).__name__}, {place(error)}). Look after its database."
        except Exception as error:
            if ctx.params.get("verbose"):
                raise
            message = (
                f"Unexpected {type(error).__name__} at {place(error)}. This is a defect of target-splynx; "
                "splynx-migration --verbose shows the stack trace."
            )
        click.echo(f"Error: {message}", err=True)
        sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__)
@click.option("-v", "--verbose", is_flag=True, help="Log what is asked of Splynx.")
def main(verbose: bool) -> None:
    """Look at, check and prove a migration into Splynx.

    Settings are read from TARGET_SPLYNX_… variables. Before the first run: check. To look before writing: models, plan,
    apply. During a run: watch. After it: status, rejects, retry, accounting, verify. By hand: handwork. The money:
    reconcile, then go-live. For others to read: report. To go back: rollback. When all is over: purge.
    """
    click.get_current_context().with_resource(private_files())
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(message)s")


for command in (
    accounting, apply, check, docs, go_live, handwork, models, plan, purge, reconcile, rejects, report, retry, rollback,
    status, verify, watch,
):  # fmt: skip
    main.add_command(command)
