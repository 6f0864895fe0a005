"""``python -m sandbox sonar``: serve a Sonar on loopback until it is stopped.

In: options. Out: the URL as the first line on stdout, then nothing; errors on stderr. Makes the data when the
database is not there.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Any

import click
from aiohttp import web

from sandbox.sonar.rows import Limits
from sandbox.sonar.server import make_app
from sandbox.sonar.settings import DEFAULT_TOKEN, Settings


async def serve(app: web.Application, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; print the URL when the port is open."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        finish = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, finish.set)
        click.echo(f"Sonar sandbox: http://{host}:{runner.addresses[0][1]}")
        await finish.wait()
    finally:
        await runner.cleanup()


def ensure_database(path: Path, accounts: int, seed: int, history: str) -> None:
    """Generate the data set when the file is missing. A half-made file never gets the final name."""
    if path.exists():
        return
    # Imported late: serving an existing file needs no generator.
    from sandbox.data.generate import generate

    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    for leftover in (unfinished, Path(f"{unfinished}-wal"), Path(f"{unfinished}-shm")):
        leftover.unlink(missing_ok=True)
    options: dict[str, Any] = {"accounts": accounts, "seed": seed, "history": history}
    generate(unfinished, **options)
    unfinished.replace(path)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8601, show_default=True, help="0 takes a free port.")
@click.option("--token", default=DEFAULT_TOKEN, show_default=True, help="The bearer token that is accepted.")
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("sonar-sandbox.sqlite"),
    show_default=True,
    help="The instance's data; generated when missing.",
)
@click.option("--accounts", default=200, show_default=True, help="Accounts to generate when the database is missing.")
@click.option("--seed", default=1, show_default=True, help="Seed to generate with.")
@click.option(
    "--history",
    type=click.Choice(["full", "recent", "none"]),
    default="recent",
    show_default=True,
    help="How much money history to generate.",
)
@click.option("--latency-ms", default=0.0, show_default=True, help="Wait this long before each answer.")
@click.option(
    "--rate-limit",
    default=0,
    show_default=True,
    help="Requests per minute; 0 = no limit. Sonar documents 400.",
)
@click.option("--default-page-size", default=100, show_default=True, help="Rows of a root without a paginator.")
@click.option("--nested-page-size", default=25, show_default=True, help="Rows of a nested connection without one.")
@click.option(
    "--window-mode",
    type=click.Choice(["error", "empty"]),
    default="error",
    show_default=True,
    help="Past row 10,000: refuse, or silently send nothing.",
)
@click.option("--deny", "denied", multiple=True, metavar="ROOT", help="A root that the token may not read; repeatable.")
@click.option("--changes-per-second", default=0.0, show_default=True, help="Change rows while serving.")
@click.option("--threads", default=4, show_default=True, help="Queries that run at the same time.")
def sonar(
    host: str,
    port: int,
    token: str,
    database: Path,
    accounts: int,
    seed: int,
    history: str,
    latency_ms: float,
    rate_limit: int,
    default_page_size: int,
    nested_page_size: int,
    window_mode: str,
    denied: tuple[str, ...],
    changes_per_second: float,
    threads: int,
) -> None:
    """Serve a Sonar: GraphQL at /api/graphql, files at /api/files/ID.

    Faults, statistics and settings are under /_sandbox (faults, stats, reset-stats, settings, changes,
    health).
    """
    ensure_database(database, accounts, seed, history)
    settings = Settings(
        token=token,
        latency_ms=latency_ms,
        rate_limit=rate_limit,
        limits=Limits(
            default_page_size,
            nested_page_size,
            window_mode="empty" if window_mode == "empty" else "error",
        ),
        denied_roots=frozenset(denied),
        changes_per_second=changes_per_second,
    )
    asyncio.run(serve(make_app(database, settings, threads=threads), host, port))
