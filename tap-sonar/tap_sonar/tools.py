"""`tap-sonar-tools`: what an operator wants to know besides extracting.

In: the tap's settings from the environment (TAP_SONAR_…) or a file. Out: text on stdout. Exit codes: 0 fine, 1 failed,
2 differences found.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from tap_sonar import catalog, docs, drift
from tap_sonar.errors import SonarError
from tap_sonar.introspection import introspect
from tap_sonar.tap import TapSonar

DIFFERENCES = 2


@click.group()
def main() -> None:
    """Look at a Sonar instance and at this tap's own documentation."""


def _survey(config: Path | None) -> catalog.Survey:
    given: dict[str, Any] = json.loads(config.read_text(encoding="utf-8")) if config else {}
    tap = TapSonar(config=given, parse_env_config=config is None, setup_mapper=False)
    try:
        return catalog.survey(
            introspect(tap.client),
            relation_ids=tap.settings.relation_ids,
            file_contents=tap.settings.file_contents,
            files_folder=tap.settings.files_folder is not None,
            sweeps=tap.settings.deleted_rows_sweep,
        )
    except SonarError as error:
        raise click.ClickException(str(error)) from None
    finally:
        tap.close()


_CONFIG = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings as JSON; without it they come from the environment.",
)


@main.command()
@_CONFIG
def streams(config: Path | None) -> None:
    """All root fields of the instance: stream or not, how it is read, and why not (Markdown)."""
    click.echo(docs.roots_table(_survey(config)))


@main.command("drift")
@_CONFIG
@click.argument("catalog_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def drift_command(config: Path | None, catalog_file: Path) -> None:
    """What changed on the instance since CATALOG_FILE was discovered; exit code 2 when anything did."""
    lines = drift.differences(json.loads(catalog_file.read_text(encoding="utf-8")), _survey(config))
    for line in lines:
        click.echo(line)
    if lines:
        sys.exit(DIFFERENCES)
    click.echo("No differences.")


@main.command()
@click.argument("readme", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def settings(readme: Path | None) -> None:
    """The settings as a Markdown table; with README, that file's table is brought up to date."""
    table = docs.settings_table()
    if readme is None:
        click.echo(table)
        return
    text = readme.read_text(encoding="utf-8")
    readme.write_text(docs.bring_up_to_date(text, {"settings": table}), encoding="utf-8")


if __name__ == "__main__":
    main()
