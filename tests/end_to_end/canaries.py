"""Marked secrets, servers that remember what they were asked, and a search of everything that was written.

A canary is a text that stands nowhere else. It is searched for as it is, in base64 (headers) and quoted (URLs).
"""

from __future__ import annotations

import base64
import os
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
from aiohttp import web

KEY = "canary-key"
SECRET = "CANARY/splynx+secret=9f3c"
TOKEN = "CANARY.sonar-token.71d0aa"
LEDGER_PASSWORD = "CANARYledgerpassword55e1"
ADMIN_PASSWORD = "CANARY#admin-password?e2b7"
RADIUS = "CANARYradius4471"

SECRETS = {
    "Splynx's secret": SECRET,
    "Sonar's token": TOKEN,
    "the ledger's password": LEDGER_PASSWORD,
    "the administrator's password": ADMIN_PASSWORD,
}


def forms(secret: str) -> set[bytes]:
    """A secret as it may appear: plain, quoted, in base64 alone and behind the key as HTTP Basic has it."""
    plain = secret.encode()
    pairs = {base64.b64encode(plain), base64.b64encode(f"{KEY}:{secret}".encode()), quote(secret, safe="").encode()}
    return {plain, *pairs}


def found_in(text: bytes, secrets: dict[str, str]) -> list[str]:
    """Names of the secrets that stand in it."""
    return [name for name, secret in secrets.items() if any(form in text for form in forms(secret))]


def found_in_files(folder: Path, secrets: dict[str, str]) -> list[str]:
    """`name in path` for every file below a folder, what DuckDB and SQLite pack included."""
    hits = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            hits += [f"{name} in {path}" for name in found_in(_content(path), secrets)]
    return hits


def _content(path: Path) -> bytes:
    text = path.read_bytes()
    if path.name.endswith(".duckdb"):
        with duckdb.connect(str(path), read_only=True) as database:
            tables = database.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
            for schema, table in tables:
                rows = database.execute(f'SELECT to_json(t) FROM "{schema}"."{table}" t').fetchall()
                text += "\n".join(row[0] for row in rows).encode()
    elif path.name.endswith(".sqlite"):
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(path)) as database:
            text += "\n".join(database.iterdump()).encode()
    return text


@dataclass
class Asked:
    """Addresses that the servers were asked, with their queries."""

    addresses: list[str] = field(default_factory=list)

    def remember(self, app: web.Application) -> None:
        """Note every request of an application that has not started yet."""

        @web.middleware
        async def note(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
            self.addresses.append(f"{request.method} {request.raw_path}")
            return await handler(request)

        app.middlewares.insert(0, note)


@contextmanager
def process_list() -> Iterator[set[bytes]]:
    """The arguments of all processes that live meanwhile, as every user of the machine can see them."""
    seen: set[bytes] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            for entry in os.scandir("/proc"):
                if entry.name.isdigit():
                    with suppress(OSError):
                        seen.add(Path(entry.path, "cmdline").read_bytes())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def mark_radius_passwords(database: Path) -> int:
    """Every RADIUS account of a provider gets the marked password; how many there are."""
    with closing(sqlite3.connect(database)) as sonar:
        changed = sonar.execute('UPDATE "RadiusAccount" SET password = ?', [RADIUS]).rowcount
        sonar.commit()
    return changed


def rename_everybody(database: Path, name: str) -> None:
    """Accounts and contacts are all called so, with their numbers."""
    with closing(sqlite3.connect(database)) as sonar:
        for table in ("Account", "Contact"):
            sonar.execute(f"UPDATE \"{table}\" SET name = ? || ' ' || id", [name])
        sonar.commit()


def loose_files(folder: Path) -> list[str]:
    """Files and folders below (and with) a folder that other users may look into."""
    every: list[Path] = [folder, *folder.rglob("*")]
    return [f"{path} {path.stat().st_mode & 0o777:o}" for path in every if path.stat().st_mode & 0o077]


def selected_by_default(catalog: dict[str, Any], stream: str, name: str) -> bool:
    """Whether the tap itself selects a field."""
    entry = next(entry for entry in catalog["streams"] if entry["tap_stream_id"] == stream)
    metadata = {tuple(item["breadcrumb"]): item["metadata"] for item in entry["metadata"]}
    return bool(metadata["properties", name].get("selected-by-default"))
