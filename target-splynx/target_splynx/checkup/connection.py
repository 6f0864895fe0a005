"""Who answers, who asks, and whether both clocks agree."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from importlib.metadata import version

from target_splynx import __version__
from target_splynx.checkup.finding import Finding
from target_splynx.settings import Settings
from target_splynx.splynx.client import Client

CLOCK_SECONDS = 120.0
"""More than this apart, a token may count as expired, and `today` may be another day."""


def connection(settings: Settings, client: Client) -> Iterator[Finding]:
    """First of all checks: the errors of address and credentials end it.

    Raises:
        SplynxUnreachable: one clear line.
    """
    began = time.monotonic()
    client.check()
    seconds = time.monotonic() - began
    yield Finding(
        True, "connection", f"{client.base} answers and takes the credentials ({seconds:.2f} s), {_who(settings)}"
    )
    if client.base.startswith("http://"):
        yield Finding(
            None,
            "connection",
            "the connection is not encrypted: key and customers' data can be read on the way",
            "Use https, unless it is this machine.",
        )
    yield Finding(
        True,
        "connection",
        f"target-splynx {__version__}, singer-sdk {version('singer-sdk')}, DuckDB {version('duckdb')}, Python "
        f"{platform.python_version()}; API 2.0 (Splynx does not tell its own version)",
    )
    yield _clock(client)


def _who(settings: Settings) -> str:
    if settings.auth_method == "token" and settings.admin_login:
        return f"as administrator {settings.admin_login}"
    return f"as API key {settings.api_key[:4]}… ({settings.auth_method})"


def _clock(client: Client) -> Finding:
    there = client.server_time()
    if there is None:
        return Finding(None, "connection", "Splynx does not tell its time", "Compare the clocks of both machines.")
    apart = abs((there - datetime.now(timezone.utc)).total_seconds())
    return Finding(
        apart <= CLOCK_SECONDS,
        "connection",
        f"the clocks are {apart:.0f} s apart",
        "Set the clock of this machine or of the server (NTP).",
    )
