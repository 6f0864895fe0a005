"""The tap: settings, discovery, order, and the end of a run.

In: configuration, catalog, state. Out: Singer messages on stdout, one line per event on stderr, and an exit
code: 0 all streams complete, 1 stopped (settings, credentials, instance), 2 some streams failed and the others
are complete, 128 + n ended by signal n. Without a catalog the instance is introspected; with one that this tap
discovered it is not.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from singer_sdk import Tap
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities, TapCapabilities

from tap_sonar import catalog as catalogs
from tap_sonar import definition, errors, files, sweep
from tap_sonar.client import SonarClient
from tap_sonar.introspection import introspect
from tap_sonar.pool import RequestPool, Stopped
from tap_sonar.settings import CONFIG_SCHEMA, Settings, wrong_variable
from tap_sonar.streams import SonarStream
from tap_sonar.summary import Summary
from tap_sonar.writer import BufferedWriter

if TYPE_CHECKING:
    from types import FrameType

    from tap_sonar.definition import StreamDefinition
    from tap_sonar.paging import Reader

SIGNAL_EXIT = 128
_ACTIVATE_VERSION: CapabilitiesEnum = (
    # Moved between these two from SDK 0.54 to 0.55.
    getattr(TapCapabilities, "ACTIVATE_VERSION", None) or getattr(PluginCapabilities, "ACTIVATE_VERSION")  # noqa: B009
)


class TapSonar(Tap):
    """Reads a Sonar instance (sonar.software) over its GraphQL API: every collection, found by introspection."""

    name = "tap-sonar"
    package_name = "tap-sonar"
    dynamic_catalog = True
    config_jsonschema: ClassVar[dict[str, Any]] = CONFIG_SCHEMA
    message_writer_class = BufferedWriter
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        _ACTIVATE_VERSION,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    def __init__(self, *, catalog: Any = None, **arguments: Any) -> None:
        """As every tap of the SDK. `catalog` is looked at first: the SDK's model of it drops what we keep there."""
        self._given_definitions = definition.from_catalog(catalog) if isinstance(catalog, Mapping) else None
        self._settings: Settings | None = None
        self._client: SonarClient | None = None
        self._pool: RequestPool | None = None
        self._signpost: datetime | None = None
        self._signal: int | None = None
        self._ordered: dict[str, SonarStream] | None = None
        self._selected: list[SonarStream] | None = None
        self._done: set[str] = set()
        self._started = datetime.now(timezone.utc)
        self.summary = Summary()
        try:
            super().__init__(catalog=catalog, **arguments)
        except ValueError as error:
            raise wrong_variable(os.environ) or error from None

    # -- shared by all streams ----------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """The configuration, typed."""
        if self._settings is None:
            self._settings = Settings.from_config(self.config, user_agent=f"tap-sonar/{self.plugin_version}")
        return self._settings

    @property
    def pool(self) -> RequestPool:
        """The threads that send requests."""
        if self._pool is None:
            self._pool = RequestPool(self.settings.parallel_requests)
        return self._pool

    @property
    def client(self) -> SonarClient:
        """The connection to Sonar."""
        if self._client is None:
            pool = self.pool
            self._client = SonarClient(self.settings, wait=pool.wait, check=pool.check, log=self.logger.warning)
        return self._client

    @property
    def signpost(self) -> datetime:
        """The run's start by Sonar's clock, which tells whole seconds; therefore one second earlier."""
        if self._signpost is None:
            started = self.client.server_now() - (datetime.now(timezone.utc) - self._started)
            self._signpost = started.replace(microsecond=0) - timedelta(seconds=1)
        return self._signpost

    @property
    def writer(self) -> BufferedWriter:
        """Where messages go."""
        writer = self.message_writer
        assert isinstance(writer, BufferedWriter)  # noqa: S101
        return writer

    @property
    def version(self) -> int:
        """Version of the full tables of this run (seconds since the epoch)."""
        return self.initialized_at // 1000

    # -- streams ------------------------------------------------------------------------------------------------

    def discover_streams(self) -> Sequence[SonarStream]:
        """Streams from the given catalog, else from the instance's introspection."""
        definitions = self._given_definitions
        if definitions is None:
            survey = catalogs.survey(
                introspect(self.client),
                relation_ids=self.settings.relation_ids,
                file_contents=self.settings.file_contents,
                files_folder=self.settings.files_folder is not None,
                sweeps=self.settings.deleted_rows_sweep,
            )
            skipped = "; ".join(f"{root.name} {root.reason}" for root in survey.skipped)
            self.logger.info(
                "%d root fields, %d streams. Not streams: %s.", len(survey.roots), len(survey.definitions), skipped
            )
            definitions = survey.definitions
        self._warn_of_settings(definitions)
        return [SonarStream(self, item) for item in definitions]

    def _warn_of_settings(self, definitions: Sequence[StreamDefinition]) -> None:
        """Settings that need a stream or a property which a catalog from before does not have."""
        again = "The catalog was discovered before this was set, or Sonar has no such stream: discover it again."
        for name in sweep.not_swept(definitions, self.settings.deleted_rows_sweep):
            self.logger.warning("deleted_rows_sweep: there is no stream %s%s. %s", name, sweep.SUFFIX, again)
        properties = next((item.properties for item in definitions if item.name == "files"), None)
        for setting, wanted, name in (
            ("files_folder", self.settings.files_folder is not None, files.PATH),
            ("file_contents", self.settings.file_contents, files.CONTENTS),
        ):
            if wanted and properties is not None and name not in properties:
                self.logger.warning("%s: the stream files has no %s. %s", setting, name, again)

    @property
    def streams(self) -> dict[str, SonarStream]:  # type: ignore[override]
        """Streams by name, parents first (the SDK's own order is by name)."""
        if self._ordered is None:
            streams = super().streams
            ranked = sorted(streams.values(), key=lambda s: (s.definition.rank, s.name))  # type: ignore[attr-defined]
            self._ordered = {stream.name: stream for stream in ranked}  # type: ignore[misc]
        return self._ordered

    @property
    def catalog_dict(self) -> dict[str, Any]:
        """The catalog, with what a later run needs to do without introspection."""
        catalog = super().catalog_dict
        streams = self.streams
        for entry in catalog["streams"]:
            entry["schema"][definition.EXTENSION] = streams[entry["tap_stream_id"]].definition.to_extension()
        return catalog

    def start_next_after(self, stream: SonarStream) -> None:
        """Have the first pages of the following streams under way while `stream` is being written."""
        if self.settings.parallel_requests == 1:
            return
        for other in self._next_after(stream):
            other.start_reading()

    def keep_busy(self, stream: SonarStream, reader: Reader) -> None:
        """Give requests that `stream` has no use for any more to the streams after it."""
        if self.settings.parallel_requests == 1:
            return
        spare = self.settings.parallel_requests + 1 - reader.under_way
        for other in self._next_after(stream):
            following = other.start_reading()
            spare -= following.under_way
            spare -= following.advance(max(0, spare))

    def _next_after(self, stream: SonarStream) -> list[SonarStream]:
        if self._selected is None:
            self._selected = [other for other in self.streams.values() if other.selected]
        following = self._selected
        position = following.index(stream) + 1 if stream in following else len(following)
        return following[position : position + self.settings.parallel_requests]

    # -- end of a run -------------------------------------------------------------------------------------------

    def stream_done(self, stream: SonarStream) -> None:
        """Called for each stream after all of them; the last one closes the books.

        Raises:
            StreamsFailedError: some streams are missing or incomplete.
        """
        self._done.add(stream.name)
        if len(self._done) < len(self.streams):
            return
        self._done.clear()
        self.close()
        for line in self.summary.lines():
            self.logger.info("%s", line)
        failed = self.summary.failed
        if failed:
            names = ", ".join(result.name for result in failed)
            raise errors.StreamsFailedError(
                f"{len(failed)} of {len(self.summary.results)} streams failed: {names}. Their bookmarks were not moved."
            )

    def write_state(self) -> None:
        """Send the bookmarks as they are: those of complete streams."""
        self.state_writer.write_state(self.state)

    def close(self) -> None:
        """End threads and connections; what waits to be written goes out."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        if self._client is not None:
            self._client.close()
            self._client = None
        with suppress(BrokenPipeError):
            self.writer.flush()

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Ask the run to end at the next safe point; a second signal ends it at once.

        The SDK's handler writes a state message from within whatever was being written, and exits with code 0.
        """
        if self._signal is not None or self._pool is None:
            _leave(SIGNAL_EXIT + signum)
        self._signal = signum
        self._pool.stop(signum)

    @classmethod
    def invoke(cls, **arguments: Any) -> None:
        """The command `tap-sonar`, with errors as one line and an exit code that tells."""
        with _one_line_errors(cls.logger.error):
            super().invoke(**arguments)

    @classmethod
    def cb_discover(cls, ctx: Any, param: Any, value: bool) -> None:
        """`--discover`."""
        with _one_line_errors(cls.logger.error):
            super().cb_discover(ctx, param, value)

    @classmethod
    def cb_test(cls, ctx: Any, param: Any, value: str) -> None:
        """`--test`."""
        with _one_line_errors(cls.logger.error):
            super().cb_test(ctx, param, value)


@contextmanager
def _one_line_errors(log: Callable[..., None]) -> Iterator[None]:
    try:
        yield
    except errors.SonarError as error:
        log("%s", error)
        sys.exit(error.exit_code)
    except ConfigValidationError as error:
        log("Settings: %s", "; ".join(error.errors) or error)
        sys.exit(errors.EXIT_STOPPED)
    except BrokenPipeError:
        log("The loader stopped reading.")
        sys.exit(errors.EXIT_STOPPED)
    except Stopped as stopped:
        log("Ended before all streams were read; the next run begins at the last bookmarks.")
        _leave(SIGNAL_EXIT + stopped.signum)


def _leave(exit_code: int) -> NoReturn:
    """End the process now: a normal exit would wait for requests that are still under way."""
    logging.shutdown()
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    os._exit(exit_code)
