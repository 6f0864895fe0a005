"""Whether what arrived is the whole of a stream, read from the messages that a Singer tap sends anyway.

* FULL_TABLE: ACTIVATE_VERSION after the records closes the stream. The SDK sends one before the records, too; it means
  nothing by itself.
* INCREMENTAL: the tap's state gets a bookmark for the stream without progress markers when the stream ended. It is
  whole only if the tap did not start from an older bookmark, which a state or a start before the records tells.
* A stream without bookmark (taps without state): whole when the input ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_RUNNING = {"progress_markers", "replication_key_signpost", "starting_replication_value"}
"""Keys of a bookmark while its stream is being read (the SDK takes them out when the stream ends)."""


@dataclass
class _Seen:
    records: int = 0
    version_before_records: int | None = None
    versions_closed: bool = False
    bookmark_at_start: bool = False
    running: bool = False
    in_state: bool = False


class Completeness:
    """Follows the messages of one run."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._streams: dict[str, _Seen] = {}

    def schema(self, stream: str) -> None:
        """A SCHEMA message opened the stream."""
        self._streams.setdefault(stream, _Seen())

    def record(self, stream: str) -> None:
        """A record came."""
        self._streams[stream].records += 1

    def activate(self, stream: str, version: int) -> bool:
        """True when the message closes the stream: after records, or as the second one of the version."""
        seen = self._streams.setdefault(stream, _Seen())
        if seen.records or seen.version_before_records == version:
            seen.versions_closed = True
            return True
        seen.version_before_records = version
        return False

    def state(self, value: Mapping[str, Any]) -> None:
        """A STATE message."""
        bookmarks = value.get("bookmarks") if isinstance(value, Mapping) else None
        if not isinstance(bookmarks, Mapping):
            return
        for stream, bookmark in bookmarks.items():
            if not isinstance(bookmark, Mapping):
                continue
            seen = self._streams.setdefault(stream, _Seen())
            seen.in_state = True
            old = bookmark.get("replication_key_value")
            seen.running = bool(_RUNNING & bookmark.keys())
            # While a stream runs, the value beside the markers is the bookmark it started from; a value that is there
            # before any record of this run was written by an older run.
            if old is not None and (seen.running or seen.records == 0):
                seen.bookmark_at_start = True

    def closed(self) -> list[str]:
        """Streams of which everything that there is came in this run, as ACTIVATE_VERSION told."""
        return sorted(name for name, seen in self._streams.items() if seen.versions_closed)

    def continued(self) -> list[str]:
        """Streams that began where an earlier run of the tap had ended: only their newer rows come."""
        return sorted(name for name, seen in self._streams.items() if seen.bookmark_at_start)

    def whole(self, stream: str, *, start_state: bool) -> bool:
        """After the input ended: was this stream sent from its beginning to its end?

        `start_state`: the tap is known to have started from a state.
        """
        seen = self._streams.get(stream)
        if seen is None:
            return False
        if seen.versions_closed:
            return True
        if seen.version_before_records is not None:
            # It announced a version and never closed it: interrupted, whatever an old bookmark in the state says.
            return False
        if seen.in_state:
            return not seen.running and not seen.bookmark_at_start and not start_state
        return not start_state
