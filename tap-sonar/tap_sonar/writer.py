"""Singer messages to stdout, fast.

In: Singer messages of the SDK. Out: JSON lines. The SDK's writers flush after every record; this one collects
records and flushes when a message is not a record, when enough bytes wait, or when the oldest waits too long: a
loader on the other side of the pipe sees no difference, and the tap spends its time on records.
"""

from __future__ import annotations

import select
import sys
import time
from datetime import datetime, timezone
from typing import Any

import msgspec
from singer_sdk.singerlib import RecordMessage
from singer_sdk.singerlib.encoding.base import GenericSingerWriter
from singer_sdk.singerlib.encoding.simple import Message

FLUSH_BYTES = 1 << 17
FLUSH_SECONDS = 1.0


def write_out(data: bytes | bytearray) -> None:
    """Write all of `data` to stdout, also when a signal arrives meanwhile.

    With PYTHONUNBUFFERED (usual in containers) `sys.stdout.buffer` is the file itself, whose `write` may take
    only a part when a signal interrupts it at a full pipe; what it did not take would be lost, in the middle of
    a record.
    """
    sys.stdout.flush()
    out: Any = getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)
    view = memoryview(data)
    while view:
        written = out.write(view)
        if written is None:  # a pipe that the other side made non-blocking, and that is full
            select.select([], [out], [])
        else:
            view = view[written:]


class BufferedWriter(GenericSingerWriter[bytes, Message]):
    """Writes messages with msgspec; records are flushed in portions."""

    def __init__(self) -> None:
        """Nothing waits yet."""
        super().__init__()
        self._encoder = msgspec.json.Encoder(enc_hook=str, decimal_format="number")
        self._waiting = bytearray()
        self._last_flush = time.monotonic()

    def serialize_message(self, message: Message) -> bytes:
        """One JSON document, without the line end."""
        return self._encoder.encode(message.to_dict())

    def write_message(self, message: Message) -> None:
        """Take a message; what is not a record is on its way when this returns."""
        self._waiting += self.serialize_message(message)
        self._waiting += b"\n"
        if (
            len(self._waiting) >= FLUSH_BYTES
            or not isinstance(message, RecordMessage)
            or time.monotonic() - self._last_flush >= FLUSH_SECONDS
        ):
            self.flush()

    def write_lines(self, lines: bytes) -> None:
        """Write finished lines, after all that waits."""
        self.flush()
        write_out(lines)

    def flush(self) -> None:
        """Hand everything to the operating system."""
        self._last_flush = time.monotonic()
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, bytearray()
        write_out(waiting)


class RecordRenderer:
    """RECORD messages of one stream, a page at a time."""

    def __init__(self, stream: str, version: int | None = None) -> None:
        """`version` marks records of full tables (see ACTIVATE_VERSION)."""
        self._envelope: dict[str, Any] = {"type": "RECORD", "stream": stream}
        self._tail: dict[str, Any] = {} if version is None else {"version": version}
        self._encoder = msgspec.json.Encoder(enc_hook=str, decimal_format="number")

    def render(self, rows: list[dict[str, Any]]) -> bytes:
        """One line per record; all are extracted now."""
        tail = {**self._tail, "time_extracted": datetime.now(timezone.utc).isoformat()}
        return self._encoder.encode_lines([{**self._envelope, "record": row, **tail} for row in rows])
