"""The Singer target: staging while reading, one run at the end of the input, then the state.

The SDK passes state on when it drains, also on a signal and after five minutes; ours is passed on in one place only: after a
run in which every operation was written or recorded as rejected (research/singer-sdk.md §2, research/meltano.md §4).
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar

from singer_sdk import Target
from singer_sdk.exceptions import ConfigValidationError
from typing_extensions import override

from target_splynx import run as engine
from target_splynx import settings as configuration
from target_splynx.errors import MigrationError, SettingsError, Stopped
from target_splynx.ledger.store import Ledger
from target_splynx.settings import Settings
from target_splynx.sinks import StagingSink
from target_splynx.stage.completeness import Completeness
from target_splynx.stage.store import Stage
from target_splynx.workspace import locked

if TYPE_CHECKING:
    from types import FrameType



class TargetSplynx(Target):
    """Loads an internet provider's data into Splynx."""

    name = "target-splynx"
    config_jsonschema: ClassVar[dict[str, Any]] = configuration.CONFIG
    default_sink_class = StagingSink

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """Check the settings; nothing is opened before the first message."""
        super().__init__(*arguments, **keywords)
        self.max_parallelism = 1
        self.stop = threading.Event()
        self.completeness = Completeness()
        self._resources = ExitStack()
        self._reading = True

    @cached_property
    def settings(self) -> Settings:
        """The checked settings."""
        return Settings.from_config(self.config)

    @cached_property
    def stage(self) -> Stage:
        """The stage, with the workspace locked for this process."""
        folder = self._resources.enter_context(locked(self.settings.workspace))
        stage = Stage(folder)
        self._resources.callback(stage.close)
        return stage

    # -- messages ------------------------------------------------------------------------------------------------

    @override
    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        """Keep the newest state, and learn from it which streams have ended."""
        super()._process_state_message(message_dict)
        self.completeness.state(message_dict["value"])

    @override
    def _process_activate_version_message(self, message_dict: dict[str, Any]) -> None:
        """Hand it to the sinks without the SDK's warnings about metadata columns, which the stage does not need."""
        for stream_map in self.mapper.stream_maps[message_dict["stream"]]:
            self.get_sink(stream_map.stream_alias).activate_version(message_dict["version"])

    @override
    def _handle_max_record_age(self) -> None:
        """Never drain, and so never pass on state, because time has passed."""

    # -- the end of the input ------------------------------------------------------------------------------------

    @override
    def process_endofpipe(self) -> None:
        """The input has ended: stage the rest, run, pass on the state."""
        read = self.stage.flush()
        for stream in read:
            if self.completeness.whole(stream, start_state=False):
                self.stage.mark_complete(stream)
        self.logger.info("staged %d records of %d streams", sum(read.values()), len(read))
        if self.stop.is_set():
            raise Stopped("Stopped by a signal while reading: nothing was written. Run again to go on.")
        self._reading = False
        if not read and not self.stage.streams():
            self.logger.info("nothing was ever staged: no run")
            return
        ledger = Ledger(self.settings.ledger_url, splynx=self.settings.api_url)
        self._resources.callback(ledger.close)
        result = engine.execute(
            self.settings, self.stage, ledger, public_settings=configuration.public(self.config), stop=self.stop
        )
        if result.rejected:
            self.logger.warning(
                "%d records were not written: see `meltano invoke target-splynx:rejects`", result.rejected
            )
        if result.state == "done":
            super().process_endofpipe()

    @override
    def listen(self, file_input: IO[str] | None = None) -> None:
        """Read, run, and end with one clear line whatever happens."""
        with self._resources:
            super().listen(file_input)

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: no state for unwritten rows. While reading: end at once. While writing: finish what is in flight."""
        first = not self.stop.is_set()
        self.stop.set()
        if first:
            self.logger.warning("received %s: stopping; what is in flight will be finished", signal.Signals(signum).name)
        if self._reading:
            raise Stopped("Stopped by a signal while reading: nothing was written. Run again to go on.")

    @classmethod
    @override
    def invoke(cls, **keywords: Any) -> None:
        """One clear line as the last one, and a true exit code."""
        try:
            super().invoke(**keywords)
        except (MigrationError, ConfigValidationError) as error:
            _finish(str(error), keywords.get("file_input"))
        except Exception as error:  # noqa: BLE001 - the last resort: no stack trace with values of customers
            if os.environ.get("TARGET_SPLYNX_LOGLEVEL", "").upper() == "DEBUG":
                raise
            _finish(
                f"Unexpected {type(error).__name__}: {error}. This is a defect of target-splynx; "
                "set TARGET_SPLYNX_LOGLEVEL=DEBUG for the stack trace.",
                keywords.get("file_input"),
            )


def _finish(message: str, source: IO[str] | None) -> None:
    """Read the rest of the input and throw it away (a tap whose pipe breaks buries the message under its own), then exit 1."""
    stream = source or sys.stdin
    if not stream.isatty():
        try:
            while stream.read(1024 * 1024):
                pass
        except (OSError, ValueError):
            pass
    logging.getLogger(TargetSplynx.name).error(message)
    sys.exit(1)


def load_config_from_environment() -> dict[str, Any]:
    """The settings as `splynx-migration` gets them: environment and `.env`, with the defaults filled in.

    Raises:
        SettingsError: a needed setting is missing.
    """
    try:
        return dict(TargetSplynx(parse_env_config=True, setup_mapper=False).config)
    except ConfigValidationError as error:
        raise SettingsError(f"Settings: {'; '.join(error.errors) or error}") from None

