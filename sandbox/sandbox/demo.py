"""`python -m sandbox demo`: the main job from beginning to end, on this machine.

Starts both servers, runs `meltano run tap-sonar target-splynx` twice, shows what was done and that the second run had
nothing to write, reads Splynx back, writes the report and says where it lies, and stops the servers. Everything it
makes lies in `.demo/` of the project.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

TOKEN, KEY, SECRET = "demo-token", "demo-key", "demo-secret"


@dataclass
class Demo:
    """Folders and environment of one demo."""

    project: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """A heading between the outputs of the commands."""
        click.echo(f"\n── {text}")

    def meltano(self, *arguments: str) -> int:
        """Run Meltano in the project, its output to the terminal."""
        command = [str(Path(sys.executable).with_name("meltano")), *arguments]
        return subprocess.run(command, cwd=self.project, env=self.environment, check=False).returncode  # noqa: S603

    def json_of(self, *arguments: str) -> Any:
        """The JSON that a command of the target prints."""
        command = [str(Path(sys.executable).with_name("meltano")), "--log-level=error", "invoke", *arguments]
        done = subprocess.run(  # noqa: S603
            command, cwd=self.project, env=self.environment, check=False, capture_output=True, text=True
        )
        return json.loads(done.stdout)


@contextmanager
def server(command: list[str], log: Path) -> Iterator[str]:
    """A sandbox server as a process; yields the address that it prints first."""
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "sandbox", *command], stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            if "http" not in line:
                raise click.ClickException(f"The server did not start; see {log}.")
            yield line.split(" ", 2)[2].strip()
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def writes_of(url: str) -> dict[str, int]:
    """POST, PUT and DELETE that Splynx was asked for."""
    import urllib.request

    with urllib.request.urlopen(f"{url}/_sandbox/stats", timeout=30) as answer:  # noqa: S310 - loopback
        by_method = json.load(answer)["by_method"]
    return {method: int(by_method.get(method, 0)) for method in ("POST", "PUT", "DELETE")}


@click.command()
@click.option("--accounts", default=200, show_default=True, help="Size of the provider.")
@click.option("--seed", default=1, show_default=True, help="Seed of its data.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path(".demo"), show_default=True, help="Where it all is put."
)
def demo(accounts: int, seed: int, folder: Path) -> None:
    """Migrate a made-up provider from a Sonar to a Splynx on this machine, twice, and verify."""
    project = Path.cwd()
    if not (project / "meltano.yml").exists():
        raise click.ClickException("Run it in the project's folder (where meltano.yml is).")
    folder = folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    demo = Demo(project, folder)
    sonar = ["sonar", "--port", "0", "--token", TOKEN, "--database", str(folder / "sonar.sqlite"),
             "--accounts", str(accounts), "--seed", str(seed)]  # fmt: skip
    splynx = ["splynx", "--port", "0", "--key", KEY, "--secret", SECRET]
    demo.say(f"Starting a Sonar with {accounts} accounts and a fresh Splynx")
    with server(sonar, folder / "sonar.log") as sonar_url, server(splynx, folder / "splynx.log") as splynx_url:
        click.echo(f"Sonar {sonar_url}   Splynx {splynx_url}")
        demo.environment = environment(folder, sonar_url, splynx_url)
        ok = migrate(demo, splynx_url)
    click.echo(f"\nEverything of this demo lies in {folder}: the stage, the ledger, the logs of the servers.")
    if not ok:
        sys.exit(1)


def environment(folder: Path, sonar_url: str, splynx_url: str) -> dict[str, str]:
    """Settings of both plugins and of Meltano, as environment variables."""
    return {
        **os.environ,
        "MELTANO_ENVIRONMENT": "sandbox",
        "MELTANO_CLI_DISABLE_VERSION_CHECK": "1",
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        "MELTANO_STATE_BACKEND_URI": f"file://{folder / 'state'}",
        "TAP_SONAR_API_URL": sonar_url,
        "TAP_SONAR_AUTH_TOKEN": TOKEN,
        "TAP_SONAR_REQUESTS_PER_MINUTE": "0",
        "TARGET_SPLYNX_API_URL": splynx_url,
        "TARGET_SPLYNX_API_KEY": KEY,
        "TARGET_SPLYNX_API_SECRET": SECRET,
        "TARGET_SPLYNX_WORKSPACE": str(folder / "workspace"),
        "TARGET_SPLYNX_TIMEZONE": "America/Chicago",
    }


def migrate(demo: Demo, splynx_url: str) -> bool:
    """Install, check, run, run again, verify, report. True when all of it went as promised."""
    demo.say("meltano install")
    if demo.meltano("--log-level=warning", "install"):
        return False
    demo.say("meltano invoke target-splynx:check")
    demo.meltano("--log-level=error", "invoke", "target-splynx:check")
    demo.say("meltano run tap-sonar target-splynx")
    began = time.monotonic()
    if demo.meltano("--log-level=warning", "run", "tap-sonar", "target-splynx"):
        return False
    first = writes_of(splynx_url)
    demo.meltano("--log-level=error", "invoke", "target-splynx:status")
    demo.meltano("--log-level=error", "invoke", "target-splynx:rejects", "--limit", "10")
    click.echo(f"First run: {sum(first.values())} writes in {time.monotonic() - began:.0f} s, everything included.")
    demo.say("meltano run tap-sonar target-splynx, again: nothing has changed")
    if demo.meltano("--log-level=warning", "run", "tap-sonar", "target-splynx"):
        return False
    second = {method: number - first[method] for method, number in writes_of(splynx_url).items()}
    demo.meltano("--log-level=error", "invoke", "target-splynx:status")
    click.echo("Second run: " + ", ".join(f"{number} {method}" for method, number in second.items()) + ".")
    demo.say("meltano invoke target-splynx:verify")
    verified = demo.meltano("--log-level=error", "invoke", "target-splynx:verify")
    demo.say("meltano invoke target-splynx:report")
    reported = demo.meltano("--log-level=error", "invoke", "target-splynx:report")
    page = demo.folder / "workspace" / "reports" / "migration.html"
    click.echo(f"The report, for a browser: {page}")
    return not any(second.values()) and verified == 0 and reported == 0 and page.is_file()
