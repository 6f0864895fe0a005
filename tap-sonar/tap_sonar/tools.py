"""`tap-sonar-tools`: what an operator wants to know besides extracting.

In: the tap's settings from the environment (TAP_SONAR_…) or a file. Out: text on stdout. Exit codes: 0 fine, 1 failed,
2 differences found.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from singer_sdk.exceptions import ConfigValidationError

from tap_sonar import catalog, checkup, docs, drift
from tap_sonar.errors import SonarError
from tap_sonar.introspection import introspect
from tap_sonar.schema_page import page_differences, schema_page
from tap_sonar.tap import TapSonar

DIFFERENCES = 2


@click.group()
def main() -> None:
    """Look at a Sonar instance and at this tap's own documentation."""


@contextmanager
def _tap(config: Path | None) -> Iterator[TapSonar]:
    """The tap with the settings of a file or of the environment; its errors are one line."""
    given: dict[str, Any] = json.loads(config.read_text(encoding="utf-8")) if config else {}
    try:
        tap = TapSonar(config=given, parse_env_config=config is None, setup_mapper=False)
    except ConfigValidationError as error:
        raise click.ClickException("; ".join(error.errors) or str(error)) from None
    try:
        yield tap
    except SonarError as error:
        raise click.ClickException(str(error)) from None
    finally:
        tap.close()


def _survey(config: Path | None) -> catalog.Survey:
    with _tap(config) as tap:
        return catalog.survey(
            introspect(tap.client),
            relation_ids=tap.settings.relation_ids,
            file_contents=tap.settings.file_contents,
            files_folder=tap.settings.files_folder is not None,
            sweeps=tap.settings.deleted_rows_sweep,
        )


_CONFIG = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings as JSON; without it they come from the environment.",
)


@main.command()
@_CONFIG
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(config: Path | None, as_json: bool) -> None:
    """Look at an instance before the first extraction: who we are, what we may read, how much there is. Reads only.

    \b
    ✓ fine   ✗ to be done first, with the remedy   ? cannot be seen: look yourself

    Exit code 2 when there is a ✗.
    """
    with _tap(config) as tap:
        findings = list(checkup.looked_at(tap.client, tap.settings))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            sign = {True: "✓", False: "✗", None: "?"}[finding.ok]
            click.echo(f"{sign} {finding.what}" + (f" — {finding.remedy}" if finding.remedy and not finding.ok else ""))
    if any(finding.ok is False for finding in findings):
        sys.exit(DIFFERENCES)


@main.command("docs")
@_CONFIG
@click.argument("page", default="docs/sonar/api_schema.md", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing, only show what differs.")
def docs_command(config: Path | None, page: Path, only_check: bool) -> None:
    """Write PAGE (default docs/sonar/api_schema.md) from the instance's introspection, and show what differs from the
    last one; exit code 2 when anything does."""
    with _tap(config) as tap:
        text = schema_page(introspect(tap.client))
    old = page.read_text(encoding="utf-8") if page.is_file() else None
    lines = page_differences(old, text) if old is not None else []
    if not only_check:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    click.echo(f"{page}: {'would be written' if only_check else 'written'}, {len(lines)} differences.")
    for line in lines:
        click.echo(f"  {line}")
    if lines:
        sys.exit(DIFFERENCES)


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
