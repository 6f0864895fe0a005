"""The Singer target: staging while reading, one run at the end of the input, then the state.

The SDK passes state on when it drains, also on a signal and after five minutes; ours is passed on in one place only:
after a run in which every operation was written or recorded as rejected (research/singer-sdk.md §2,
research/meltano.md §4).
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar

import msgspec
from singer_sdk import Target
from singer_sdk.exceptions import (
    ConfigValidationError,
    InvalidInputLine,
    MissingKeyPropertiesError,
    RecordsWithoutSchemaException,
)
from singer_sdk.mapper import SameRecordTransform
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from target_splynx import run as engine
from target_splynx import settings as configuration
from target_splynx.errors import MigrationError, SettingsError, StageError, Stopped, place
from target_splynx.leaving import leave_reader
from target_splynx.ledger.store import Ledger
from target_splynx.messages import MessageReader, parsed
from target_splynx.settings import Settings
from target_splynx.sinks import StagingSink
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import SplynxError
from target_splynx.stage.completeness import Completeness
from target_splynx.stage.store import STAGE_FILE, Stage
from target_splynx.stage.sweeps import remove_swept
from target_splynx.workspace import locked, private_files

_encoder = msgspec.json.Encoder(decimal_format="number")

if TYPE_CHECKING:
    from types import FrameType


class TargetSplynx(Target):
    """Loads an internet provider's data into Splynx."""

    name = "target-splynx"
    config_jsonschema: ClassVar[dict[str, Any]] = configuration.CONFIG
    default_sink_class = StagingSink
    message_reader_class = MessageReader

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """Check the settings; nothing is opened before the first message."""
        try:
            super().__init__(*arguments, **keywords)
        except ValueError as error:
            raise configuration.wrong_variable(os.environ) or error from None
        self.max_parallelism = 1
        self.stop = threading.Event()
        self.completeness = Completeness()
        self._resources = ExitStack()
        self._reading = True
        self._was_empty = False
        self._plain: dict[str, StagingSink] = {}

    @cached_property
    def settings(self) -> Settings:
        """The checked settings."""
        return Settings.from_config(self.config)

    @cached_property
    def client(self) -> Client:
        """The way to Splynx."""
        return engine.connect(self.settings, stop=self.stop)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger."""
        ledger = Ledger(self.settings.ledger_url, splynx=self.settings.api_url)
        self._resources.callback(ledger.close)
        return ledger

    @cached_property
    def stage(self) -> Stage:
        """The stage, with workspace and ledger held for this process.

        Opened with the first message: what is wrong with the settings shows now, not after hours of reading.
        """
        folder = self._resources.enter_context(locked(self.settings.workspace))
        self.ledger.hold(folder)
        self.client.check(attempts=2)
        stage = Stage(folder)
        self._resources.callback(stage.close)
        self._was_empty = not stage.complete()
        return stage

    # -- messages ------------------------------------------------------------------------------------------------

    @override
    def _process_schema_message(self, message_dict: dict[str, Any]) -> None:
        """Open the stream, and note whether its records can be staged as they come."""
        super()._process_schema_message(message_dict)
        name = str(message_dict["stream"])
        self._plain.pop(name, None)
        maps = self.mapper.stream_maps[name]
        if len(maps) == 1 and type(maps[0]) is SameRecordTransform and not maps[0].flattening_enabled:
            sink = self.get_sink(maps[0].stream_alias)
            if isinstance(sink, StagingSink) and self.stage.takes_text(sink.stream_name):
                self._plain[name] = sink

    @override
    def _process_record_message(self, message_dict: dict[str, Any]) -> None:
        """One record to the stage; through the SDK's maps only where there are any."""
        if self.stop.is_set():
            raise Stopped(STOPPED_WHILE_READING)
        record = message_dict.get("record")
        if isinstance(record, msgspec.Raw):
            if sink := self._plain.get(message_dict["stream"]):
                sink.process_text(record)
                return
            message_dict = {**message_dict, "record": parsed(record)}
        super()._process_record_message(message_dict)

    @override
    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        """Keep the newest state, and learn from it which streams have ended."""
        super()._process_state_message(message_dict)
        self.completeness.state(message_dict["value"])
        _ = self.stage
        if self._was_empty and (streams := self.completeness.continued()):
            raise StageError(
                f"The tap goes on from an earlier state ({_some(streams)}), but workspace {self.settings.workspace} is "
                "empty: the rows of the earlier runs are not there. Nothing was written. Set `workspace` to the folder "
                "of the earlier runs, or read everything once: meltano run --full-refresh tap-sonar target-splynx"
            )

    @override
    def _process_activate_version_message(self, message_dict: dict[str, Any]) -> None:
        """Hand it to the sinks without the SDK's warnings about metadata columns, which the stage does not need."""
        for stream_map in self.mapper.stream_maps[message_dict["stream"]]:
            self.get_sink(stream_map.stream_alias).activate_version(message_dict["version"])

    @override
    def _handle_max_record_age(self) -> None:
        """Never drain, and so never pass on state, because time has passed."""

    @override
    def _write_state_message(self, state: dict[str, Any]) -> None:
        """As the SDK's, which cannot write the numbers with a point that its reader made Decimals."""
        sys.stdout.write(_encoder.encode(state).decode() + "\n")
        sys.stdout.flush()

    # -- the end of the input ------------------------------------------------------------------------------------

    @override
    def process_endofpipe(self) -> None:
        """The input has ended: stage the rest, run, pass on the state."""
        if "stage" not in self.__dict__ and not (self.settings.workspace / STAGE_FILE).exists():
            self.logger.info("nothing came, and nothing was ever staged: no run")
            return
        read = self.stage.flush()
        for sink in (*self._sinks_to_clear, *self._sinks_active.values()):
            if isinstance(sink, StagingSink):
                sink.tell_count(read.get(sink.stream_name, 0) if sink in self._plain.values() else 0)
        self.stage.mark_complete(*(stream for stream in read if self.completeness.whole(stream, start_state=False)))
        self.logger.info("staged %d records of %d streams", sum(read.values()), len(read))
        for stream, rows in remove_swept(self.stage, self.completeness.closed()).items():
            self.logger.info("%s: %d rows are gone at the source", stream, rows)
        if self.stop.is_set():
            raise Stopped(STOPPED_WHILE_READING)
        self._reading = False
        if not read and not self.stage.streams():
            self.logger.info("nothing was ever staged: no run")
            return
        result = engine.execute(
            self.settings,
            self.stage,
            self.ledger,
            public_settings=configuration.public(self.config),
            stop=self.stop,
            client=self.client,
            streams=read,
        )
        if result.state == "done":
            super().process_endofpipe()
        if result.rejected:
            self.logger.warning(
                "%d records were not written: `meltano invoke target-splynx:rejects` tells which, why, and what to do",
                result.rejected,
            )
        if result.state == "planned":
            self.logger.info("nothing was written: `meltano invoke target-splynx:plan` shows every request")
        else:
            self.logger.info("every figure: `meltano invoke target-splynx:status`; as a page: `…:report`")

    @override  # type: ignore[misc]
    def listen(self, file_input: IO[str] | None = None) -> None:
        """Read and run; the workspace is released whatever happens, and the SDK has no other place for that."""
        with self._resources:
            try:
                super().listen(file_input)
            except MigrationError:
                raise
            except Exception:
                if self._reading and self.stop.is_set():
                    # The signal came while DuckDB worked, which makes an error of its own of it.
                    raise Stopped(STOPPED_WHILE_READING) from None
                raise

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: no state for unwritten rows. Reading ends at once, writing when what is in flight has
        ended."""
        first = not self.stop.is_set()
        self.stop.set()
        if first:
            name = signal.Signals(signum).name
            self.logger.warning("received %s: stopping; what is in flight will be finished", name)
        if self._reading and first:
            # Only once: Meltano sends SIGTERM after SIGINT, and a second one must not break off the cleaning up.
            raise Stopped(STOPPED_WHILE_READING)

    @classmethod
    @override
    def invoke(cls, **keywords: Any) -> None:
        """One clear line as the last one, and a true exit code."""
        try:
            with private_files():
                super().invoke(**keywords)
        except Stopped as error:
            _finish(str(error))  # who stops the target does not want it to wait for the tap
        except (MigrationError, ConfigValidationError, *_SINGER_ERRORS) as error:
            leave_reader(keywords.get("file_input"))
            _finish(_sentence(error))
        except SplynxError as error:
            leave_reader(keywords.get("file_input"))
            _finish(error.sentence())
        except SQLAlchemyError as error:
            leave_reader(keywords.get("file_input"))
            # Not the text: it may quote values of customers.
            _finish(
                f"The ledger failed ({type(error).__name__}, {place(error)}). Look after its database and run again: "
                "nothing is lost or doubled."
            )
        except Exception as error:
            if os.environ.get("TARGET_SPLYNX_LOGLEVEL", "").upper() == "DEBUG":
                raise
            leave_reader(keywords.get("file_input"))
            # Neither stack trace nor message: both may quote values of customers.
            _finish(
                f"Unexpected {type(error).__name__} at {place(error)}. This is a defect of target-splynx; "
                "set TARGET_SPLYNX_LOGLEVEL=DEBUG for the stack trace."
            )


STOPPED_WHILE_READING = "Stopped by a signal while reading: nothing was written. Run again to go on."
_SINGER_ERRORS = (InvalidInputLine, MissingKeyPropertiesError, RecordsWithoutSchemaException)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more streams"


def _sentence(error: BaseException) -> str:
    """The SDK tells what is wrong with the settings beside its message."""
    return f"Settings: {'; '.join(error.errors) or error}" if isinstance(error, ConfigValidationError) else str(error)


def _finish(message: str) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # a second one must not change the exit code now
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
        raise SettingsError(_sentence(error)) from None
