"""The bytes of files: into the record, or into a folder.

In: finished rows of the stream `files`. Out: the same rows with `content_base64` (setting `file_contents`), or with
`content_path` and `content_sha256` (setting `files_folder`). Bytes are read in chunks; a download that broke goes on
where it broke, if Sonar lets it. A file that cannot be had leaves its record with nulls and a warning.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath
from typing import Any

from tap_sonar import errors
from tap_sonar.client import Counts, SonarClient

CONTENTS, PATH, SHA256 = "content_base64", "content_path", "content_sha256"
NEEDED = ("filename", "file_size_in_bytes")
"""Fields of a file's row that are asked for in any case."""
MEMORY_BYTES = 8_000_000
"""Contents of one page together, about, when they go into the records."""
MOST_PER_PAGE = 50
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}")
_READ_BYTES = 1 << 20


def file_properties(*, contents: bool, folder: bool) -> dict[str, dict[str, Any]]:
    """What the settings add to the schema of `files`."""
    found: dict[str, dict[str, Any]] = {}
    if contents:
        found[CONTENTS] = {
            "type": ["string", "null"],
            "contentEncoding": "base64",
            "description": "The bytes of the file; null when it is larger than file_size_limit or cannot be read.",
        }
    if folder:
        found[PATH] = {
            "type": ["string", "null"],
            "description": "Where the bytes of the file were written; null when it cannot be read.",
        }
        found[SHA256] = {"type": ["string", "null"], "description": "SHA-256 of the bytes, in hexadecimal."}
    return found


class TooLargeError(errors.StreamError):
    """More bytes than the record may hold."""


class MemoryTarget:
    """Collects a download in memory, up to `limit` bytes."""

    def __init__(self, limit: int) -> None:
        """Nothing is there yet."""
        self.data = bytearray()
        self._limit = limit

    @property
    def offset(self) -> int:
        """Bytes that are there already."""
        return len(self.data)

    def begin(self, offset: int) -> None:
        """What follows belongs at `offset`."""
        del self.data[offset:]

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        if len(self.data) + len(chunk) > self._limit:
            raise TooLargeError(f"it has more than {self._limit} bytes.")
        self.data += chunk


class PartTarget:
    """Collects a download in a file that only its owner may read; what an earlier run left there counts."""

    def __init__(self, path: Path) -> None:
        """Open the file, keeping its content."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        self._file = os.fdopen(os.open(path, flags, 0o600), "r+b")
        self.offset = self._file.seek(0, os.SEEK_END)

    def begin(self, offset: int) -> None:
        """What follows belongs at `offset`."""
        self._file.truncate(offset)
        self.offset = self._file.seek(offset)

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._file.write(chunk)
        self.offset += len(chunk)

    def close(self, *, sync: bool = False) -> None:
        """Close the file; with `sync` its bytes are on the disk."""
        with contextlib.closing(self._file):
            self._file.flush()
            if sync:
                os.fsync(self._file.fileno())


class FileContents:
    """Adds contents to the rows of `files`; safe to use from several threads (each row belongs to one)."""

    def __init__(
        self, client: SonarClient, counts: Counts, selected: Collection[str], warn: Callable[..., None]
    ) -> None:
        """`selected` are the properties of the stream; `warn(format, *args)` tells of files that failed.

        Raises:
            StreamError: the folder cannot be made.
        """
        self._client = client
        self._counts = counts
        self._warn = warn
        self._in_record = CONTENTS in selected
        self._added = [name for name in (CONTENTS, PATH, SHA256) if name in selected]
        self._unwanted = [name for name in NEEDED if name not in selected]
        self._limit = client.settings.file_size_limit
        self._folder: Path | None = None
        folder = client.settings.files_folder
        if {PATH, SHA256} & set(selected) and folder:
            self._folder = Path(folder).expanduser().absolute()

    @property
    def rows_per_page(self) -> int:
        """So few that the contents of a page fit into memory, and that several threads share the work."""
        if not self._in_record:
            return MOST_PER_PAGE
        return max(1, min(MOST_PER_PAGE, MEMORY_BYTES // max(1, self._limit)))

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Fill in the contents, and drop what was only needed for that.

        Raises:
            StopError: credentials or instance are wrong.
            StreamError: the folder cannot be written to.
        """
        for row in rows:
            row.update(dict.fromkeys(self._added))
            try:
                self._add(row)
            except (errors.RateLimitError, _FolderError):
                raise
            except errors.StreamError as error:
                self._warn("File %d was not read: %s", row["id"], error)
            for name in self._unwanted:
                row.pop(name, None)

    def _add(self, row: dict[str, Any]) -> None:
        size = int(row["file_size_in_bytes"]) if row.get("file_size_in_bytes") else None
        in_record = self._in_record and (size is None or size <= self._limit)
        found: dict[str, str | None] = {}
        if self._folder is not None:
            try:
                path = self._in_folder(self._folder, int(row["id"]), str(row.get("filename") or ""), size)
                found = {PATH: str(path), SHA256: sha256_of(path)}
                if in_record and path.stat().st_size <= self._limit:
                    found[CONTENTS] = base64.b64encode(path.read_bytes()).decode("ascii")
            except OSError as error:
                raise _FolderError(f"cannot write to files_folder ({error.strerror or error}).") from error
        elif in_record:
            target = MemoryTarget(self._limit)
            self._client.download(int(row["id"]), target, self._counts)
            found[CONTENTS] = base64.b64encode(target.data).decode("ascii")
        row.update({name: value for name, value in found.items() if name in self._added})

    def _in_folder(self, folder: Path, number: int, filename: str, size: int | None) -> Path:
        """The complete file, downloaded now unless it is there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / safe_name(number, filename)
        if size is not None and path.is_file() and path.stat().st_size == size:
            return path
        part = path.with_name(f"{path.name}.part")
        resumed = self._download(number, part)
        if resumed and size is not None and part.stat().st_size != size:
            # What was there belonged to something else.
            part.unlink()
            self._download(number, part)
        part.replace(path)
        return path

    def _download(self, number: int, part: Path) -> bool:
        """Bring `part` to its end; True when it had a beginning."""
        target = PartTarget(part)
        resumed = target.offset > 0
        complete = False
        try:
            self._client.download(number, target, self._counts)
            complete = True
        finally:
            target.close(sync=complete)
            if not complete and target.offset == 0:
                part.unlink()
        return resumed


class _FolderError(errors.StreamError):
    """Nothing can be written: no file of the stream will fare better."""


def safe_name(number: int, filename: str) -> str:
    """`<id><extension>`: nothing of a name that people chose becomes a path, but a plain extension."""
    extension = PurePosixPath(filename).suffix.lower()
    return f"{number}{extension}" if _EXTENSION.fullmatch(extension) and extension != ".part" else str(number)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal, read in portions."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
