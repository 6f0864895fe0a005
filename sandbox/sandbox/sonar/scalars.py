"""Sonar's custom scalars: how a stored value becomes JSON, and which input is accepted.

In: values as the store keeps them (see store.py) and client input. Out: JSON values, and for input the form
in which the store can be compared with (Datetime becomes ``YYYY-MM-DDTHH:MM:SS+00:00``). Wrong input is a
GraphQLError.

Int64Bit is a JSON string on output, number or string on input (research/sonar-api.md "Values"). GUESS: every
other custom scalar is a JSON string on output, as it is stored; input is checked where the form is known.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable
from typing import Any

from graphql import (
    ConstValueNode,
    FloatValueNode,
    GraphQLError,
    GraphQLScalarType,
    IntValueNode,
    StringValueNode,
    print_ast,
)

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_INTEGER = re.compile(r"-?\d{1,19}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FRACTION = re.compile(r"\.(\d+)")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]?){5}[0-9A-Fa-f]{2}")
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_DIGITS = re.compile(r"\d+")


class ScalarError(GraphQLError):
    """A value is not of its scalar type."""

    def __init__(self, name: str, value: object) -> None:
        super().__init__(f"{name} cannot represent value: {value!r}")


def int64_in(value: object) -> int:
    """``424`` and ``"424"`` are accepted; true, 4.2 and ``"x"`` are not."""
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and _INTEGER.fullmatch(value):
        number = int(value)
    else:
        raise ScalarError("Int64Bit", value)
    if not _INT64_MIN <= number <= _INT64_MAX:
        raise ScalarError("Int64Bit", value)
    return number


def int64_out(value: object) -> str:
    """A stored integer as the JSON string that Sonar sends."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScalarError("Int64Bit", value)
    return str(value)


def datetime_in(value: object) -> str:
    """ISO 8601 text to the store's form in UTC. GUESS: without an offset UTC is meant; a bare date is midnight."""
    if not isinstance(value, str) or not _DATE.match(value):
        raise ScalarError("Datetime", value)
    # Python 3.10 reads neither `Z` nor a fraction of other than 3 or 6 digits.
    text = _FRACTION.sub(lambda found: f".{found[1]:<06.6}", value.upper().replace("Z", "+00:00"))
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ScalarError("Datetime", value) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.timezone.utc)
    moment = moment.astimezone(dt.timezone.utc)
    # A fraction is kept for comparing: the store has whole seconds, and text order still is time order.
    return moment.isoformat(timespec="auto")


def date_in(value: object) -> str:
    """``YYYY-MM-DD``, a day that exists."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ScalarError("Date", value)
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        raise ScalarError("Date", value) from None
    return value


def _text_in(name: str, accepts: Callable[[str], object]) -> Callable[[object], str]:
    def check(value: object) -> str:
        if not isinstance(value, str) or not accepts(value):
            raise ScalarError(name, value)
        return value

    return check


def _number_text_in(name: str, low: float, high: float) -> Callable[[object], str]:
    """A number, or a text that is one, within bounds; kept as text as the store has it."""

    def check(value: object) -> str:
        try:
            if isinstance(value, bool) or not isinstance(value, (int, float, str)) or not low <= float(value) <= high:
                raise ScalarError(name, value)
        except ValueError:
            raise ScalarError(name, value) from None
        return str(value)

    return check


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _is_ip_range(value: str) -> bool:
    first, dash, last = value.partition("-")
    return bool(dash) and _is_address(first.strip()) and _is_address(last.strip())


_INPUT: dict[str, Callable[[object], Any]] = {
    "Int64Bit": int64_in,
    "Datetime": datetime_in,
    "Date": date_in,
    "Time": _text_in("Time", _TIME.fullmatch),
    "IP": _text_in("IP", _is_address),
    "SubnetScalar": _text_in("SubnetScalar", _is_network),
    "IpRange": _text_in("IpRange", _is_ip_range),
    "MacAddress": _text_in("MacAddress", _MAC.fullmatch),
    "HtmlHexColor": _text_in("HtmlHexColor", _COLOR.fullmatch),
    "Numeric": _text_in("Numeric", _DIGITS.fullmatch),
    "EmailAddress": _text_in("EmailAddress", lambda value: "@" in value),
    "URL": _text_in("URL", lambda value: "://" in value),
    "HttpsUrl": _text_in("HttpsUrl", lambda value: value.startswith("https://")),
    "Text": _text_in("Text", lambda value: len(value) <= 100_000),
    "Clob": _text_in("Clob", lambda value: len(value) <= 2**20),
    "Latitude": _number_text_in("Latitude", -90, 90),
    # Vertex.longitude is typed Latitude in the contract, but nothing takes that as input.
    "Longitude": _number_text_in("Longitude", -180, 180),
    "Port": _number_text_in("Port", 0, 65535),
    "EpochTimestamp": _number_text_in("EpochTimestamp", _INT64_MIN, _INT64_MAX),
}


def _literal(name: str, parse: Callable[[object], Any]) -> Callable[[ConstValueNode], Any]:
    """Read a literal in the query text; a number is passed on as a number."""

    def coerce(node: ConstValueNode) -> Any:
        if isinstance(node, StringValueNode):
            return parse(node.value)
        if isinstance(node, IntValueNode):
            return parse(int(node.value))
        if isinstance(node, FloatValueNode):
            return parse(float(node.value))
        raise ScalarError(name, print_ast(node))

    return coerce


def _text_out(name: str) -> Callable[[object], str]:
    def coerce(value: object) -> str:
        if not isinstance(value, str):
            raise ScalarError(name, value)
        return value

    return coerce


def make_scalar(name: str) -> GraphQLScalarType:
    """The graphql-core type of a scalar of the contract."""
    parse = _INPUT.get(name) or _text_in(name, lambda _value: True)
    return GraphQLScalarType(
        name,
        coerce_output_value=int64_out if name == "Int64Bit" else _text_out(name),
        coerce_input_value=parse,
        coerce_input_literal=_literal(name, parse),
    )
