"""``python -m sandbox splynx``: the Splynx sandbox as a command that runs until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import ApiKey, Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, show_default=True, help="Port; 0 takes a free one and prints it.")
@click.option("--key", default="sandbox-key", show_default=True, help="API key.")
@click.option("--secret", default="sandbox-secret", show_default=True, help="Secret of the API key.")
@click.option("--latency-ms", default=0.0, show_default=True, help="Wait this long before each answer.")
@click.option("--strict/--lenient", default=True, show_default=True, help="Refuse unknown fields or ignore them.")
@click.option("--empty-fields-400/--empty-fields-list", default=True, show_default=True,
              help="Additional fields of a module that has none: 400 as recorded, or an empty list.")  # fmt: skip
@click.option("--strings", is_flag=True, help="Numbers as texts, as old builds answer.")
@click.option("--token-life", default=1800, show_default=True, help="Life of an access token in seconds.")
@click.option("--check-nonce", is_flag=True, help="The nonce of signatures must grow.")
@click.option("--timezone", default="UTC", show_default=True, help="Time zone of the server.")
@click.option("--now", default=None, help="Stand the clock still at this time (YYYY-MM-DD or YYYY-MM-DD HH:MM:SS).")
@click.option("--taxes", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="JSON list of taxes {name, rate, id?, type?}: taxes have no POST.")  # fmt: skip
@click.option("--snapshot", type=click.Path(dir_okay=False, path_type=Path),
              help="Load the state from this file at start and save it there on stop.")  # fmt: skip
@click.option("--faults", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="JSON list of fault rules (see sandbox/faults.py).")  # fmt: skip
@click.option("--welcome-messages", is_flag=True, help="Count a welcome mail for each new customer.")
@click.option("--ticket-notifications", is_flag=True, help="Count a mail for each ticket message.")
@click.option("--messages-reopen-tickets", is_flag=True, help="A message opens a closed ticket again.")
def splynx(
    host: str, port: int, key: str, secret: str, latency_ms: float, strict: bool, empty_fields_400: bool,
    strings: bool, token_life: int, check_nonce: bool, timezone: str, now: str | None, taxes: Path | None,
    snapshot: Path | None, faults: Path | None, welcome_messages: bool, ticket_notifications: bool,
    messages_reopen_tickets: bool,
) -> None:  # fmt: skip
    """Serve a Splynx (REST API 2.0) in memory, stricter than the real one. Control endpoints: /_sandbox/…"""
    settings = Settings(
        keys=[ApiKey(key, secret, check_nonce=check_nonce)],
        unknown_fields="refuse" if strict else "ignore",
        strict=strict,
        empty_additional_fields_400=empty_fields_400,
        strings=strings,
        token_life_seconds=token_life,
        timezone=timezone,
        now=datetime.fromisoformat(now) if now else None,
        taxes=json.loads(taxes.read_text("utf-8")) if taxes else None,
        welcome_messages=welcome_messages,
        ticket_notifications=ticket_notifications,
        messages_reopen_tickets=messages_reopen_tickets,
    )
    rules: list[Mapping[str, Any]] | None = json.loads(faults.read_text("utf-8")) if faults else None
    server = SplynxServer(
        host=host, port=port, latency_ms=latency_ms, faults=rules, snapshot_file=snapshot, settings=settings
    )
    asyncio.run(_serve(server))


async def _serve(server: SplynxServer) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM"):
        with contextlib.suppress(NotImplementedError, AttributeError):
            loop.add_signal_handler(getattr(signal, name), stopped.set)
    await server.start()
    print(f"Splynx sandbox: {server.url}", flush=True)
    try:
        await stopped.wait()
    finally:
        await server.stop()


if __name__ == "__main__":
    splynx()
