"""The workspace: one folder with the stage, the ledger and the reports; one run at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from target_splynx.errors import SettingsError, WorkspaceBusy


@contextlib.contextmanager
def private_files() -> Iterator[None]:
    """Nothing that this process writes meanwhile can be read by other users: also what DuckDB and SQLite put beside
    their files."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def make_folder(folder: Path) -> None:
    """The workspace, for its owner only.

    Raises:
        SettingsError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"`workspace` {folder} is no folder that can be made ({error.strerror}).") from None


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Hold the workspace. The lock goes with the process, also after SIGKILL.

    Raises:
        WorkspaceBusy: another run holds it.
    """
    make_folder(folder)
    descriptor = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WorkspaceBusy(f"Another run works in {folder}: wait for it, or stop it.") from None
        yield folder
    finally:
        os.close(descriptor)


def write_private(path: Path, text: str) -> None:
    """Replace a file as a whole; only its owner may read it (0600). Its folder is made, for its owner only."""
    make_folder(path.parent)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """An object that an earlier command kept; None when there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
