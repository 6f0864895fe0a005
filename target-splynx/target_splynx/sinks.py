"""The sink of every stream: records go to the stage, nothing is written to Splynx while reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Raw
from singer_sdk import RecordSink
from typing_extensions import override

if TYPE_CHECKING:
    from target_splynx.target import TargetSplynx


class StagingSink(RecordSink):
    """Hands each record to the stage. Validation is DuckDB's, when the spool is merged."""

    def __init__(
        self, target: TargetSplynx, stream_name: str, schema: dict[str, Any], key_properties: Sequence[str] | None
    ) -> None:
        """Open (or alter) the stream's table."""
        super().__init__(target, stream_name, schema, key_properties)
        self._stage = target.stage
        self._completeness = target.completeness
        self._stage.open_stream(stream_name, self.schema, self.key_properties)
        self._completeness.schema(stream_name)

    @override
    def get_validator(self) -> None:
        """No validation per record: it would cost four fifths of the reading speed, and types are checked at the
        merge."""

    @override
    def _validate_and_parse(self, record: dict[str, Any]) -> dict[str, Any]:
        """Times stay the texts that they are: the merge reads them, and tells a wrong one without quoting it."""
        return record

    @property
    @override
    def include_sdc_metadata_properties(self) -> bool:
        """Never: the stage knows by itself in which run a row came."""
        return False

    @override
    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        """Spool one record."""
        self._completeness.record(self.stream_name)
        self._stage.append(self.stream_name, record)

    def process_text(self, record: Raw) -> None:
        """Spool one record as it came."""
        self._completeness.record(self.stream_name)
        self._stage.append_text(self.stream_name, bytes(record))

    @override
    def activate_version(self, new_version: int) -> None:
        """The stream was sent in full; rows that did not come are gone at the source."""
        if self._completeness.activate(self.stream_name, new_version):
            removed = self._stage.close_stream(self.stream_name)
            if removed:
                self.logger.info("%s: %d rows are gone at the source", self.stream_name, removed)

    def tell_count(self, read: int) -> None:
        """The SDK's metric of the records that came, told when reading has ended: the log ends with what the run did.

        `read`: rows that reached the stage as text, which the SDK did not count.
        """
        counter = self.record_counter_metric
        counter.increment(max(read - counter.value, 0))
        if counter.value:
            counter.exit()

    @override
    def clean_up(self) -> None:
        """Nothing is open, and the metric is told already."""
