"""The stage: one DuckDB file in the workspace, one table `sonar.<stream>` per stream.

In: schema and records of a stream, ACTIVATE_VERSION, the tap's state. Out: typed tables, and for each stream whether
it was ever staged in full (`streams` in schema `stage`).

Records are appended to a spool file (one JSON object a line) and merged into the table by the stream's key when the
spool grows or the input ends: parsing and typing happen in DuckDB, on all cores, and a killed run leaves a spool that
is simply dropped, because its state was never passed on and the tap sends those rows again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import duckdb
import msgspec
from singer_sdk.exceptions import MissingKeyPropertiesError

from target_splynx.errors import StageError, WorkspaceBusy
from target_splynx.stage.types import column_type, quoted, widened

logger = logging.getLogger(__name__)

SOURCE_SCHEMA = "sonar"
STAGE_FILE = "staging.duckdb"
SPOOL_LIMIT_BYTES = 64 * 1024 * 1024
RUN_COLUMN = "_staged_in"
"""Column with the run that staged the row: when a stream was sent in full, rows of other runs are gone at the
source."""

_encoder = msgspec.json.Encoder(decimal_format="number")


class KeyMissingError(StageError, MissingKeyPropertiesError):
    """A record without the key of its stream."""


@dataclass(frozen=True)
class StreamStatus:
    """What the stage knows of a stream: rows, and whether it was ever read from beginning to end."""

    name: str
    rows: int
    complete: bool
    staged_at: datetime | None


@dataclass
class _Open:
    """A stream while its records arrive."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    renamed: dict[str, str]
    spool: IO[bytes] | None = None
    size: int = 0
    longest: int = 0
    read: int = 0


class Stage:
    """The staged tables. One process at a time; close it to release the file."""

    def __init__(self, folder: Path, *, memory_limit: str = "300MB", threads: int = 2) -> None:
        """`folder`: the workspace; the file is `staging.duckdb` (mode 0600)."""
        self.path = folder / STAGE_FILE
        self._spool_folder = folder / "spool"
        self._streams: dict[str, _Open] = {}
        self.run = time.time_ns()
        """Stamp of the rows that are staged now."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self.connection = duckdb.connect(str(self.path))
        except duckdb.IOException as error:
            raise WorkspaceBusy(
                f"{self.path} is in use by another process: wait for the other run, or stop it. ({_first_line(error)})"
            ) from None
        self.path.chmod(0o600)
        self.connection.execute(f"SET memory_limit = '{memory_limit}'")
        self.connection.execute(f"SET threads = {threads}")
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET preserve_insertion_order = false")
        for schema in (SOURCE_SCHEMA, "stage"):
            self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS stage.streams (name VARCHAR PRIMARY KEY, key VARCHAR[], complete BOOLEAN, "
            "staged_at TIMESTAMPTZ)"
        )
        self._clear_spool()

    def close(self) -> None:
        """Release the file."""
        for stream in self._streams.values():
            if stream.spool is not None:
                stream.spool.close()
        self._clear_spool()
        self.connection.close()

    # -- receiving -----------------------------------------------------------------------------------------------

    def open_stream(self, name: str, schema: dict[str, Any], key: Sequence[str]) -> None:
        """A SCHEMA message: create the table, add new columns, widen types that changed. Columns never disappear."""
        if name in self._streams:
            self._merge(self._streams[name])
        sent = {column: column_type(spec) for column, spec in schema.get("properties", {}).items()}
        have = self._columns(name)
        named = _names(name, sent, have)
        wanted = {named[column]: kind for column, kind in sent.items()}
        key = [named.get(column, column) for column in key]
        table = f"{SOURCE_SCHEMA}.{quoted(name)}"
        if not have:
            columns = ", ".join(f"{quoted(c)} {t}" for c, t in {**wanted, RUN_COLUMN: "BIGINT"}.items())
            self.connection.execute(f"CREATE TABLE {table} ({columns})")
            self.connection.execute("INSERT OR REPLACE INTO stage.streams VALUES (?, ?, false, NULL)", [name, key])
        else:
            self._alter(table, have, wanted)
            self.connection.execute("UPDATE stage.streams SET key = ? WHERE name = ?", [key, name])
        columns_now = {c: t for c, t in self._columns(name).items() if c != RUN_COLUMN}
        renamed = {column: as_ for column, as_ in named.items() if column != as_}
        read = self._streams[name].read if name in self._streams else 0
        self._streams[name] = _Open(name, columns_now, tuple(key), renamed, read=read)

    def _alter(self, table: str, have: dict[str, str], wanted: dict[str, str]) -> None:
        for column, kind in wanted.items():
            if column not in have:
                self.connection.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(column)} {kind}")
            elif (wider := widened(have[column], kind)) != have[column]:
                self.connection.execute(f"ALTER TABLE {table} ALTER COLUMN {quoted(column)} TYPE {wider}")
                logger.info("%s.%s: type changed from %s to %s", table, column, have[column], wider)

    def append(self, name: str, record: dict[str, Any]) -> None:
        """One record of an open stream, kept until the merge."""
        renamed = self._streams[name].renamed
        if renamed:
            record = {renamed.get(column, column): value for column, value in record.items()}
        self.append_text(name, _encoder.encode(record))

    def takes_text(self, name: str) -> bool:
        """Whether records of an open stream can be kept as they came."""
        return not self._streams[name].renamed

    def append_text(self, name: str, line: bytes) -> None:
        """One record of an open stream as one line of JSON."""
        stream = self._streams[name]
        if stream.spool is None:
            self._spool_folder.mkdir(exist_ok=True, mode=0o700)
            descriptor = os.open(self._spool_path(name), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            stream.spool = os.fdopen(descriptor, "wb", buffering=1024 * 1024)
        stream.spool.write(line)
        stream.spool.write(b"\n")
        stream.read += 1
        stream.size += len(line) + 1
        stream.longest = max(stream.longest, len(line))
        if stream.size >= SPOOL_LIMIT_BYTES:
            self._merge(stream)

    def close_stream(self, name: str) -> int:
        """The stream was sent in full in this run: rows that did not come are gone at the source. Rows removed."""
        self._merge(self._streams[name])
        table = f"{SOURCE_SCHEMA}.{quoted(name)}"
        removed = self.connection.execute(
            f"DELETE FROM {table} WHERE {RUN_COLUMN} IS DISTINCT FROM ?", [self.run]
        ).fetchone()
        self.mark_complete(name)
        return int(removed[0]) if removed else 0

    def mark_complete(self, *names: str) -> None:
        """The streams have now been staged from their beginning to their end at least once."""
        self.connection.execute(
            "UPDATE stage.streams SET complete = true, staged_at = ? WHERE list_contains(?::VARCHAR[], name)",
            [datetime.now(timezone.utc), list(names)],
        )

    def ensure(self, name: str, columns: Mapping[str, str]) -> None:
        """An empty table for a stream that did not come; a stream that came lately keeps its own, with missing columns
        added."""
        have = self._columns(name)
        table = f"{SOURCE_SCHEMA}.{quoted(name)}"
        if not have:
            listed = ", ".join(f"{quoted(c)} {kind}" for c, kind in {**columns, RUN_COLUMN: "BIGINT"}.items())
            self.connection.execute(f"CREATE TABLE {table} ({listed})")
            self.connection.execute(
                "INSERT OR REPLACE INTO stage.streams VALUES (?, []::VARCHAR[], false, NULL)", [name]
            )
            return
        for column in columns.keys() - {held.casefold() for held in have}:
            self.connection.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(column)} {columns[column]}")

    def flush(self) -> dict[str, int]:
        """Merge everything that is still spooled. Returns the records read per stream in this run."""
        for stream in self._streams.values():
            self._merge(stream)
        return {name: stream.read for name, stream in self._streams.items()}

    # -- asking --------------------------------------------------------------------------------------------------

    def streams(self) -> dict[str, StreamStatus]:
        """All streams ever staged."""
        found = {}
        for name, complete, at in self.connection.execute(
            "SELECT name, complete, staged_at FROM stage.streams ORDER BY name"
        ).fetchall():
            row = self.connection.execute(f"SELECT count(*) FROM {SOURCE_SCHEMA}.{quoted(name)}").fetchone()
            found[name] = StreamStatus(name, int(row[0]) if row else 0, bool(complete), at)
        return found

    def keys(self) -> dict[str, tuple[str, ...]]:
        """Key columns of all streams ever staged."""
        rows = self.connection.execute("SELECT name, key FROM stage.streams").fetchall()
        return {name: tuple(key or ()) for name, key in rows}

    def columns(self, name: str) -> list[str]:
        """Columns of a staged stream."""
        return [column for column in self._columns(name) if column != RUN_COLUMN]

    def complete(self) -> frozenset[str]:
        """Names of the streams that were ever staged in full."""
        rows = self.connection.execute("SELECT name FROM stage.streams WHERE complete").fetchall()
        return frozenset(name for (name,) in rows)

    def key(self, name: str) -> tuple[str, ...]:
        """The columns that tell the rows of a stream apart; empty when it has none, or was never staged."""
        row = self.connection.execute("SELECT key FROM stage.streams WHERE name = ?", [name]).fetchone()
        return tuple(row[0] or ()) if row else ()

    # -- inside --------------------------------------------------------------------------------------------------

    def _columns(self, name: str) -> dict[str, str]:
        try:
            # Twenty times as fast as information_schema, which counts with hundreds of streams.
            rows = self.connection.execute(f"DESCRIBE {SOURCE_SCHEMA}.{quoted(name)}").fetchall()
        except duckdb.CatalogException:
            return {}
        return {row[0]: row[1].replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ") for row in rows}

    def _merge(self, stream: _Open) -> None:
        """Replace by key what the spool holds; of several rows with one key the last wins."""
        if stream.spool is None:
            return
        stream.spool.close()
        stream.spool = None
        stream.size = 0
        path = self._spool_path(stream.name)
        if not stream.columns:
            path.unlink(missing_ok=True)  # a schema without properties: there is nothing to keep of its records
            return
        names = ", ".join(quoted(column) for column in stream.columns)
        source = self._reader(stream, stream.columns)
        table = f"{SOURCE_SCHEMA}.{quoted(stream.name)}"
        with self.transaction(), self._in_order():
            try:
                self.connection.execute(
                    "CREATE OR REPLACE TEMP TABLE incoming AS "
                    f"SELECT row_number() OVER () AS _line, {names} FROM {source}"
                )
            except (duckdb.ConversionException, duckdb.InvalidInputException):
                raise StageError(
                    f"A record of stream {stream.name} does not fit its schema{self._culprit(stream)}. "
                    "Send the stream again with a schema that describes its records. Nothing was written."
                ) from None
            if stream.key:
                self._check_keys(stream)
                key = ", ".join(quoted(column) for column in stream.key)
                self.connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT * FROM incoming "
                    f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _line DESC) = 1"
                )
                match = " AND ".join(f"t.{quoted(c)} IS NOT DISTINCT FROM i.{quoted(c)}" for c in stream.key)
                self.connection.execute(f"DELETE FROM {table} t USING incoming i WHERE {match}")
            self.connection.execute(
                f"INSERT INTO {table} ({names}, {RUN_COLUMN}) SELECT {names}, {self.run} FROM incoming"
            )
            self.connection.execute("DROP TABLE incoming")
        path.unlink(missing_ok=True)

    def _check_keys(self, stream: _Open) -> None:
        """A key may be null, but a record that lacks it altogether is none of this stream.

        Raises:
            KeyMissingError: there is one.
        """
        empty = " OR ".join(f"{quoted(column)} IS NULL" for column in stream.key)
        if not self.connection.execute(f"SELECT 1 FROM incoming WHERE {empty} LIMIT 1").fetchone():
            return
        with self._spool_path(stream.name).open("rb") as lines:
            for line in lines:
                if missing := set(stream.key) - msgspec.json.decode(line).keys():
                    raise KeyMissingError(
                        f"A record of stream {stream.name} has no {', '.join(sorted(missing))}, which is part of its "
                        "key: the tap is broken. Nothing was written."
                    )

    def _reader(self, stream: _Open, columns: Mapping[str, str]) -> str:
        spec = "{" + ", ".join(f"{_literal(column)}: {_literal(kind)}" for column, kind in columns.items()) + "}"
        return (
            f"read_json({_literal(str(self._spool_path(stream.name)))}, "
            f"format = 'newline_delimited', columns = {spec}, "
            # The reader's buffers are several times this large: as small as the longest line allows.
            f"maximum_object_size = {max(stream.longest + 1024, 65536)})"
        )

    def _culprit(self, stream: _Open) -> str:
        """The column that does not fit, found one by one: DuckDB's own message would quote the value."""
        for column, kind in stream.columns.items():
            try:
                self.connection.cursor().execute(
                    f"SELECT count({quoted(column)}) FROM {self._reader(stream, {column: kind})}"
                ).fetchone()
            except duckdb.Error:  # noqa: PERF203 - the error is the answer
                return f": a value of {column} is no {kind}"
        return ""

    def _spool_path(self, name: str) -> Path:
        """A stream may be called anything, `../x` included."""
        return self._spool_folder / f"{quote(name, safe='')}.ndjson"

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    @contextlib.contextmanager
    def _in_order(self) -> Iterator[None]:
        """While `row_number()` stands for the line of a file, the reader must keep the lines' order."""
        self.connection.execute("SET preserve_insertion_order = true")
        try:
            yield
        finally:
            with contextlib.suppress(duckdb.Error):
                self.connection.execute("SET preserve_insertion_order = false")

    def _clear_spool(self) -> None:
        if self._spool_folder.is_dir():
            for path in self._spool_folder.glob("*.ndjson"):
                path.unlink(missing_ok=True)


def _names(stream: str, sent: Iterable[str], have: Iterable[str]) -> dict[str, str]:
    """Column of the schema → column of the table. DuckDB does not tell upper from lower case.

    Raises:
        StageError: two columns of the schema differ in nothing else.
    """
    known = {column.casefold(): column for column in have}
    named: dict[str, str] = {}
    for column in sent:
        name = known.setdefault(column.casefold(), column)
        if name in named.values():
            raise StageError(
                f"Stream {stream} has columns that differ only in upper and lower case: {column} and {name}. "
                "Rename one of them with a stream map."
            )
        named[column] = name
    return named


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: BaseException) -> str:
    """An error's first line without the values of the row (they may be personal data)."""
    return str(error).splitlines()[0].split('"')[0].strip()
