"""The one stream class; every stream is an instance of it.

In: a `StreamDefinition` (from introspection or catalog), the tap with its client and pool. Out: records in id
order, a bookmark that is promoted only when the stream was read to its end, ACTIVATE_VERSION after a complete
full table. A stream that fails says so and lets the others go on; its bookmark stays where it was.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import RemoveRecordTransform, SameRecordTransform
from singer_sdk.metrics import Counter
from singer_sdk.singerlib import ActivateVersionMessage, RecordMessage

from tap_sonar import errors, summary, sweep
from tap_sonar.convert import in_utc
from tap_sonar.definition import SERIES, owner_definition
from tap_sonar.fetch import Page, Render, StreamFetcher
from tap_sonar.owners import OwnerFetcher
from tap_sonar.paging import Reader, reader_for
from tap_sonar.pool import Stopped
from tap_sonar.writer import RecordRenderer

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.singerlib import MetadataMapping

    from tap_sonar.definition import StreamDefinition
    from tap_sonar.tap import TapSonar

INCREMENTAL = "INCREMENTAL"
FULL_TABLE = "FULL_TABLE"
PROGRESS_SECONDS = 10.0


class SonarStream(Stream):
    """A root field of Sonar's Query type."""

    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    """Records are converted by `convert.Converter`, which knows what Sonar sends."""

    def __init__(self, tap: TapSonar, definition: StreamDefinition) -> None:
        """Make the stream; nothing is sent."""
        self.definition = definition
        self.selected_by_default = definition.selected_by_default
        super().__init__(tap, schema=definition.json_schema, name=definition.name)
        self._sonar = tap
        self._reader: Reader | None = None
        self.primary_keys = list(definition.key_properties)
        self.replication_key = definition.replication_key
        self._defaults_applied = False
        self._counter: Counter | None = None

    # -- catalog ------------------------------------------------------------------------------------------------

    @property
    def metadata(self) -> MetadataMapping:
        """Selection metadata; fields that hold secrets are there to be selected, not selected by themselves."""
        metadata = super().metadata
        if not self._defaults_applied:
            self._defaults_applied = True
            for name in self.definition.unselected_properties:
                metadata[("properties", name)].selected_by_default = False
        return metadata

    @property
    def emit_activate_version_messages(self) -> bool:
        """The SDK would send the message before the first record; here it follows the last (see `get_records`)."""
        return False

    # -- state --------------------------------------------------------------------------------------------------

    @property
    def is_incremental(self) -> bool:
        """Whether only changed rows are read: a moment to search by, and INCREMENTAL not overridden."""
        searchable = self.definition.by_key or self.definition.shape == SERIES
        if self.replication_method != INCREMENTAL or not self.replication_key or not searchable:
            return False
        return self.definition.properties.get(self.replication_key, {}).get("format") == "date-time"

    def get_replication_key_signpost(self, context: Context | None = None) -> datetime | Any | None:  # noqa: ARG002
        """None: the bookmark is written by `_move_bookmark`, once, when the stream is complete."""
        return None

    def bookmark(self) -> datetime | None:
        """Where the last complete run ended, by Sonar's clock."""
        state = self._sonar.state.get("bookmarks", {}).get(self.name, {})
        if state.get("replication_key") != self.replication_key or not state.get("replication_key_value"):
            return None
        return datetime.fromisoformat(in_utc(str(state["replication_key_value"])))

    def changed_since(self) -> str | None:
        """Lower bound of the replication key: the later of bookmark (less the lookback) and start_date; None is
        everything.
        """
        if not self.is_incremental:
            return None
        bounds: list[datetime] = []
        bookmark = self.bookmark()
        if bookmark is not None:
            bounds.append(bookmark - timedelta(seconds=self._sonar.settings.lookback_seconds))
        if self._sonar.settings.start_date:
            bounds.append(datetime.fromisoformat(in_utc(self._sonar.settings.start_date)))
        return max(bounds).replace(microsecond=0).isoformat() if bounds else None

    def _lower_bound(self) -> str | None:
        """As `changed_since`; measurements without a moment of their own begin at start_date."""
        start = self._sonar.settings.start_date
        if self.definition.shape == SERIES and not self.is_incremental and start:
            return in_utc(start)
        return self.changed_since()

    def _move_bookmark(self, newest: str | None) -> None:
        """The stream is complete up to its newest row, or up to the run's start: what changed later may have been
        changed behind the reader, in rows that were read before. Never backwards."""
        if not self.is_incremental:
            return
        state = self.stream_state
        state.pop("progress_markers", None)
        if newest is None:
            return
        moment = min(datetime.fromisoformat(newest), self._sonar.signpost)
        old = self.bookmark()
        if old is None or moment > old:
            state["replication_key"] = self.replication_key
            state["replication_key_value"] = moment.replace(microsecond=0).isoformat()

    # -- reading ------------------------------------------------------------------------------------------------

    def start_reading(self) -> Reader:
        """Send the request for the first page, if that has not happened yet."""
        if self._reader is None:
            limit = self.ABORT_AT_RECORD_COUNT
            size = sweep.PAGE_SIZE if self.definition.is_sweep else self._sonar.settings.page_size
            kind = StreamFetcher if self.definition.owner is None else OwnerFetcher
            fetcher = kind(
                self._sonar.client,
                self.definition,
                self._selected_properties(),
                replication_key=self.replication_key if self.is_incremental else None,
                changed_since=self._lower_bound(),
                page_size=min(size, limit + 1) if limit is not None else size,
                render=self._renderer(),
            )
            if isinstance(fetcher, OwnerFetcher):
                fetcher.period = (self._lower_bound(), self._sonar.signpost.isoformat())
            self._reader = reader_for(fetcher, self._sonar.pool, self._owners(fetcher))
            self._reader.start()
        return self._reader

    def _owners(self, fetcher: StreamFetcher) -> StreamFetcher | None:
        """Reads the ids of the owners, where rows are read owner by owner; its requests count as this stream's."""
        if self.definition.owner is None or self.definition.owner_root is None:
            return None
        owners = StreamFetcher(self._sonar.client, owner_definition(self.definition.owner_root), ("id",))
        owners.counts = fetcher.counts
        return owners

    def get_records(self, context: Context | None) -> Iterable[Record]:  # noqa: ARG002
        """Records, in id order where rows have ids: yielded when a stream map or a record limit wants to see them, else
        written here, page by page."""
        result = self._sonar.summary.of(self.name)
        started = reported = time.monotonic()
        newest: str | None = None
        try:
            reader = self.start_reading()
            self._sonar.start_next_after(self)
            result.counts = reader.fetcher.counts
            for page in reader.pages():
                self._sonar.keep_busy(self, reader)
                self._write(page)
                limit = self.ABORT_AT_RECORD_COUNT
                if limit is not None and page.count >= limit - result.rows:
                    # `--test` has what it wants; the SDK would log an "unhandled error" at the next record.
                    yield from page.rows[: limit - result.rows]
                    return
                yield from page.rows
                self._note_page(page, result)
                newest = max(filter(None, (newest, page.newest)), default=None)
                if time.monotonic() - reported > PROGRESS_SECONDS:
                    reported = time.monotonic()
                    self._log_progress(result, reader.total, reported - started)
            self._complete(result, newest, reader.note)
        except Stopped:
            self._sonar.write_state()
            raise
        except (errors.StopError, BrokenPipeError):
            self._sonar.close()
            raise
        except errors.SonarError as error:
            self._fail(result, str(error))
        finally:
            result.seconds = time.monotonic() - started
            if self._reader is not None:
                self._reader.cancel()
                self._reader = None

    def _write(self, page: Page) -> None:
        """Write the messages of a page that was rendered."""
        if page.lines:
            self._sonar.writer.write_lines(page.lines)
            if self._counter is not None:
                self._counter.increment(page.count)

    def _note_page(self, page: Page, result: summary.StreamResult) -> None:
        result.rows += page.count
        result.lost += len(page.lost)
        for lost in page.lost:
            self.logger.error("Sonar cannot deliver a row of %s: %s.", self.name, lost)

    def _complete(self, result: summary.StreamResult, newest: str | None, note: str) -> None:
        """All pages were read. Raises IncompleteError if rows are missing all the same."""
        if result.lost:
            raise errors.IncompleteError(f"{result.lost} rows could not be read.")
        self._move_bookmark(newest)
        self._send_activate_version()
        result.outcome, result.reason = summary.COMPLETE, note
        if note:
            self.logger.warning("Stream %s: %s.", self.name, note)

    def _fail(self, result: summary.StreamResult, reason: str) -> None:
        result.outcome, result.reason = summary.FAILED, reason
        self.logger.error("Stream %s failed after %d rows: %s", self.name, result.rows, reason)
        # What was read so far must not become a bookmark: the next run reads it again.
        self.stream_state.pop("progress_markers", None)

    def _selected_properties(self) -> frozenset[str]:
        return frozenset(name for name in self.definition.properties if self.mask["properties", name])

    # -- writing ------------------------------------------------------------------------------------------------

    def _renderer(self) -> Render | None:
        """Makes messages where nothing wants to see single records; None leaves them to the SDK."""
        maps = self.stream_maps
        plain = len(maps) == 1 and type(maps[0]) is SameRecordTransform and not self.config.get("flattening_enabled")
        if not plain or self.ABORT_AT_RECORD_COUNT is not None or self.config.get("batch_config"):
            return None
        versioned = self.replication_method == FULL_TABLE and self._sonar.settings.activate_version
        version = self._sonar.version if versioned else None
        return RecordRenderer(maps[0].stream_alias, version).render

    def get_record_counter(self, **arguments: Any) -> Counter:
        """Keep hold of the SDK's counter, to count records that are written here."""
        self._counter = super().get_record_counter(**arguments)
        return self._counter

    def _generate_record_messages(self, record: Record) -> Generator[RecordMessage, None, None]:
        """Records of full tables that go through stream maps carry the version too."""
        for message in super()._generate_record_messages(record):
            if self.replication_method == FULL_TABLE and self._sonar.settings.activate_version:
                message.version = self._sonar.version
            yield message

    def _send_activate_version(self) -> None:
        """All rows of a full table were sent: what the loader has of older versions is gone from Sonar."""
        if self.replication_method != FULL_TABLE or not self._sonar.settings.activate_version:
            return
        for stream_map in self.stream_maps:
            if not isinstance(stream_map, RemoveRecordTransform):
                message = ActivateVersionMessage(stream=stream_map.stream_alias, version=self._sonar.version)
                self._sonar.write_message(message)

    def _log_progress(self, result: summary.StreamResult, total: int | None, seconds: float) -> None:
        rate = result.rows / seconds if seconds else 0.0
        if total and rate:
            left = max(0, total - result.rows) / rate
            self.logger.info(
                "%s: %d of %d rows, %.0f rows/s, about %.0f s left", self.name, result.rows, total, rate, left
            )
        else:
            self.logger.info("%s: %d rows, %.0f rows/s", self.name, result.rows, rate)

    def log_sync_costs(self) -> None:
        """The SDK calls this once per stream when all are done; the last call ends the run."""
        self._sonar.stream_done(self)
