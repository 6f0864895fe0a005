"""`check`: reachable, permitted, complete? Before anything is written."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from target_splynx.cli.context import DIFFERENCES, console, json_option, load_settings, print_json
from target_splynx.cli.data_check import check_data
from target_splynx.modelling.library import load_models
from target_splynx.planning.existing import list_path
from target_splynx.run import connect
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, SplynxError

_LOW_DISK_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One line of the result."""

    ok: bool
    what: str
    remedy: str = ""


@click.command()
@click.option("--data", is_flag=True, help="Look for what is wrong in the staged data instead. Asks nothing of Splynx.")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), help="With --data: write every finding to this file."
)
@json_option
def check(data: bool, csv_file: Path | None, as_json: bool) -> None:
    """Connect, and look whether the key may read what the migration writes. Writes nothing. Exit code 2 on findings.

    With --data: the quality of what is staged, e.g. after a dry run. Each check says how grave a finding is, where it
    is, and what happens when nobody does anything. A code in the setting accepted_findings no longer counts.
    """
    settings = load_settings()
    if data:
        check_data(settings, csv=csv_file, as_json=as_json)
        return
    client = connect(settings)
    client.check()
    findings = [Finding(True, f"{client.base} answers and takes the credentials")]
    models, _ = load_models(settings.mapping, settings.models_path)
    wanted = {m.resource.name: m.resource for m in models if m.section in settings.sections}
    for resource in wanted.values():
        path, _ = list_path(resource)
        if path is not None:
            findings.append(_readable(client, resource.name, path))
    free = shutil.disk_usage(settings.workspace.parent).free
    findings.append(
        Finding(
            free > _LOW_DISK_BYTES,
            f"{free / 1024**3:.1f} GiB free for the workspace",
            "Make room, or move `workspace`.",
        )
    )
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            console().print(
                f"{'✓' if finding.ok else '✗'} {finding.what}" + ("" if finding.ok else f" — {finding.remedy}")
            )
    if not all(finding.ok for finding in findings):
        sys.exit(DIFFERENCES)


def _readable(client: Client, name: str, path: str) -> Finding:
    where = path
    try:
        if "{" in where:
            client.get(where.replace("{module}", "customers"))
        else:
            # Not OPTIONS: a live server refused it for recurring tariffs while the rest works (research/splynx-api.md
            # §4).
            client.count(where)
    except NotAllowed as error:
        return Finding(False, f"{name}: {error}", "Give the API key this right, or switch the module on.")
    except SplynxError:
        return Finding(True, f"{name}: reachable")
    return Finding(True, f"{name}: permitted")
