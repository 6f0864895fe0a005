"""`check`: reachable, permitted, complete? Before anything is written."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict, dataclass

import click

from target_splynx.cli.context import DIFFERENCES, console, json_option, load_settings, print_json
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
@json_option
def check(as_json: bool) -> None:
    """Connect, and look whether the key may read what the migration writes. Writes nothing. Exit code 2 on findings."""
    settings = load_settings()
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
