"""The workspace: one folder with the stage, the ledger and the reports; one run at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from target_splynx.errors import WorkspaceBusy


def keep_private() -> None:
    """Nothing that this process writes can be read by other users: also what DuckDB and SQLite put beside their
    files."""
    os.umask(0o077)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Hold the workspace. The lock goes with the process, also after SIGKILL.

    Raises:
        WorkspaceBusy: another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WorkspaceBusy(f"Another run works in {folder}: wait for it, or stop it.") from None
        yield folder
    finally:
        os.close(descriptor)
