"""Reading Singer messages from lines. As the SDK's reader, but what is wrong with a line is told without quoting it:
a line holds personal data, and the SDK would log it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Literal

import msgspec
from singer_sdk.exceptions import InvalidInputLine
from singer_sdk.singerlib.encoding import SimpleSingerReader
from typing_extensions import override

_RECORD_BEGINS = ('{"type": "RECORD"', '{"type":"RECORD"')


class _Record(msgspec.Struct):
    """A RECORD message whose record stays the text that it is."""

    type: Literal["RECORD"]
    stream: str
    record: msgspec.Raw


_records = msgspec.json.Decoder(_Record)


def parsed(record: msgspec.Raw) -> dict[str, Any]:
    """The record itself, for a stream that is mapped or flattened on its way; numbers with a point become Decimal."""
    found: dict[str, Any] = json.loads(bytes(record), parse_float=Decimal)
    return found


class MessageReader(SimpleSingerReader):
    """Lines of a tap."""

    @override
    def deserialize_json(self, line: str) -> dict[str, Any]:
        """One message; numbers with a point become Decimal. The `record` of a RECORD is a `msgspec.Raw` where it can
        be: most records are staged as they came, and to take them apart would cost most of the time.

        Raises:
            InvalidInputLine: the line is no JSON object, as when the tap was killed while it wrote.
        """
        if line.startswith(_RECORD_BEGINS):
            try:
                found = _records.decode(line)
            except msgspec.MsgspecError:
                pass  # the reader below knows NaN, and tells what is wrong
            else:
                if bytes(memoryview(found.record)[:1]) == b"{":
                    return {"type": "RECORD", "stream": found.stream, "record": found.record}
        try:
            message = json.loads(line, parse_float=Decimal)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            raise InvalidInputLine(
                f"The input has a line of {len(line)} characters that is no Singer message: the tap broke off, or it "
                "prints something else on its standard output. Nothing was written."
            )
        return message

    @staticmethod
    @override
    def assert_line_requires(line_dict: dict[str, Any], requires: set[str]) -> None:
        """A message has the keys that its type demands.

        Raises:
            InvalidInputLine: some are missing.
        """
        if missing := sorted(requires - line_dict.keys()):
            raise InvalidInputLine(
                f"A {line_dict.get('type', 'Singer')} message has no {' and no '.join(missing)}: the tap is broken. "
                "Nothing was written."
            )
