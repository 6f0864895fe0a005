"""Files that go with records: what the plan and the ledger know of them, and where their contents wait to be sent.

In: a path, or base64 text, of a row. Out: `{name, sha256, size}` in the payload, so that a changed file is seen like a
changed field and no content gets into the ledger. Contents wait in `uploads/` of the workspace under their hash: the
bytes themselves, or for a path its name only; the loader checks the hash before it sends.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from target_splynx.contract.values import Problem
from target_splynx.modelling.evaluate import FileSource

FILE = "_file"
"""Name of the file in a payload; it is never sent as a field."""

FILE_NAME = "filename_original"
"""Where Splynx's lists of files show the name: a natural key may name it."""

LIMIT_BYTES = 20 * 1024 * 1024
"""What Splynx takes (research/splynx-api.md §10)."""

_POINTER = ".path"


class FileChanged(Exception):  # noqa: N818 - named by what happened
    """The file is not the one that was planned, or is gone."""


class FileStore:
    """Contents of planned files, by hash."""

    def __init__(self, workspace: Path) -> None:
        """The folder is made when the first file is kept."""
        self._folder = workspace / "uploads"
        self._waiting: dict[str, bytes | Path] = {}

    def describe(self, source: FileSource) -> tuple[dict[str, Any] | None, Problem | None]:
        """What the payload says of a file, or why it cannot be sent. Remembered until the next file is described."""
        self._waiting.clear()
        if source.path:
            path = Path(source.path).expanduser().resolve()
            if not path.is_file():
                return None, _problem("file_missing", f"There is no file {path}.", "Put it there, or mend the path.")
            name, size = source.name or path.name, path.stat().st_size
            if size > LIMIT_BYTES:
                return None, _too_large(name, size)
            digest = _digest_of(path)
            self._waiting[digest] = path
        else:
            try:
                content = base64.b64decode("".join((source.content or "").split()), validate=True)
            except (binascii.Error, ValueError):
                return None, _problem("wrong_type", "The file's content is no base64.", "Mend the source.")
            name, size = source.name or "", len(content)
            if not name:
                return None, _problem("required", "The file has no name.", "Name it in the source, as contract.pdf.")
            if size > LIMIT_BYTES:
                return None, _too_large(name, size)
            digest = hashlib.sha256(content).hexdigest()
            self._waiting[digest] = content
        return {"name": name, "sha256": digest, "size": size}, None

    def keep(self, payload: Mapping[str, Any]) -> None:
        """The record is planned to be written: its file must outlive planning."""
        file = payload.get(FILE)
        if not file or file["sha256"] not in self._waiting:
            return
        waiting = self._waiting[file["sha256"]]
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if isinstance(waiting, Path):
            self._write(self._folder / f"{file['sha256']}{_POINTER}", os.fsencode(waiting))
        else:
            self._write(self._folder / file["sha256"], waiting)

    def content(self, file: Mapping[str, Any]) -> bytes:
        """The bytes of a planned file.

        Raises:
            FileChanged: it is not there any more, or not the same.
        """
        kept = self._folder / file["sha256"]
        try:
            if not kept.exists():
                kept = Path(os.fsdecode((self._folder / f"{file['sha256']}{_POINTER}").read_bytes()))
            content: bytes = kept.read_bytes()
        except OSError:
            raise FileChanged(f"The file {file['name']} is not there any more.") from None
        if hashlib.sha256(content).hexdigest() != file["sha256"]:
            raise FileChanged(f"The file {file['name']} has changed since the plan was made.")
        return content

    def clear(self) -> None:
        """Forget all contents: they belong to one plan, and may be personal."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)


def with_file_name(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, and the name of the file as a list would show it."""
    file = payload.get(FILE)
    return {**payload, **named(file["name"] if file else None)}


def named(file_name: str | None) -> dict[str, Any]:
    """The name of a file as a list would show it; nothing for a record without a file."""
    return {FILE_NAME: file_name} if file_name else {}


def _digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()


def _too_large(name: str, size: int) -> Problem:
    return _problem(
        "file_too_large", f"The file {name} has {size} bytes; Splynx takes {LIMIT_BYTES}.", "Make it smaller."
    )


def _problem(code: str, message: str, remedy: str) -> Problem:
    return Problem(code, FILE, message, remedy)
