"""`python -m sandbox both`: a Sonar with data and a fresh Splynx, side by side, until they are stopped."""

from __future__ import annotations

import signal
import tempfile
import threading
from pathlib import Path

import click

from sandbox.sonar.command import ensure_database
from sandbox.sonar.server import SonarServer
from sandbox.sonar.settings import DEFAULT_TOKEN
from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import ApiKey


@click.command()
@click.option("--accounts", default=200, show_default=True, help="Size of the provider.")
@click.option("--seed", default=1, show_default=True, help="Seed of its data.")
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Sonar's data; made if missing. Default: a temporary file.",
)
@click.option("--sonar-port", default=8601, show_default=True, help="0 takes a free port.")
@click.option("--splynx-port", default=8602, show_default=True, help="0 takes a free port.")
@click.option("--token", default=DEFAULT_TOKEN, show_default=True, help="Sonar's bearer token.")
@click.option("--key", default="sandbox-key", show_default=True, help="Splynx's API key.")
@click.option("--secret", default="sandbox-secret", show_default=True, help="Its secret.")
def both(
    accounts: int,
    seed: int,
    database: Path | None,
    sonar_port: int,
    splynx_port: int,
    token: str,
    key: str,
    secret: str,
) -> None:
    """Serve a Sonar and a Splynx. Prints the settings for the plugins; stops with Ctrl+C."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with tempfile.TemporaryDirectory() as folder:
        path = database or Path(folder) / "sonar.sqlite"
        ensure_database(path, accounts, seed, "recent")
        with (
            SonarServer(database=path, token=token, port=sonar_port) as sonar,
            SplynxServer(port=splynx_port, keys=[ApiKey(key, secret)]) as splynx,
        ):
            click.echo(f"Sonar sandbox: {sonar.url}")
            click.echo(f"Splynx sandbox: {splynx.url}")
            click.echo(f"export TAP_SONAR_API_URL={sonar.url} TAP_SONAR_AUTH_TOKEN={token}")
            click.echo(f"export TARGET_SPLYNX_API_URL={splynx.url}")
            click.echo(f"export TARGET_SPLYNX_API_KEY={key} TARGET_SPLYNX_API_SECRET={secret}")
            stopped.wait()
