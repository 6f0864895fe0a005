"""What each scalar accepts and how it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLError

from sandbox.sonar.changes import _TEXT_FIELDS
from sandbox.sonar.contract import load_contract
from sandbox.sonar.scalars import datetime_in, make_scalar


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05-05:00", "2026-01-02T08:04:05+00:00"),
        ("2026-01-02 03:04:05", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000+00:00"),
        ("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456+00:00"),
        ("2026-01-02", "2026-01-02T00:00:00+00:00"),
    ],
)
def test_datetimes_are_brought_to_utc(text: str, stored: str) -> None:
    assert datetime_in(text) == stored


@pytest.mark.parametrize("wrong", ["", "yesterday", "2026-13-01", "2026-01-01T25:00:00Z", 5, True, None])
def test_wrong_datetimes(wrong: Any) -> None:
    with pytest.raises(GraphQLError, match="Datetime"):
        datetime_in(wrong)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("Int64Bit", [5, "5", "-7", str(2**63 - 1)], ["", "5.0", 5.5, True, str(2**63), "x"]),
        ("Date", ["2026-02-28"], ["2026-02-30", "28.02.2026", 5]),
        ("Time", ["23:59", "00:00:01"], ["24:00", "x"]),
        ("IP", ["10.0.0.1", "::1"], ["10.0.0.0/8", "x"]),
        ("SubnetScalar", ["10.0.0.0/8", "10.0.0.1"], ["10.0.0.0/33"]),
        ("IpRange", ["10.0.0.1-10.0.0.9"], ["10.0.0.1", "a-b"]),
        ("MacAddress", ["00:11:22:33:44:55", "001122334455"], ["00:11"]),
        ("Numeric", ["0123"], ["12a", ""]),
        ("EmailAddress", ["a@b.c"], ["a"]),
        ("HtmlHexColor", ["#00ff00"], ["red"]),
        ("HttpsUrl", ["https://a"], ["http://a"]),
        ("Latitude", [1, 1.5, "-90"], ["x", 91, True]),
        ("Port", [80, "443"], [70_000]),
        ("Geopoint", ["1,2"], [5]),
    ],
)
def test_input(name: str, right: list[Any], wrong: list[Any]) -> None:
    scalar = make_scalar(name)
    for value in right:
        scalar.coerce_input_value(value)
    for value in wrong:
        with pytest.raises(GraphQLError, match=name):
            scalar.coerce_input_value(value)


def test_output() -> None:
    assert make_scalar("Int64Bit").coerce_output_value(424) == "424"
    assert make_scalar("Geopoint").coerce_output_value("1,2") == "1,2"
    for value in ("5", True, 1.5):
        with pytest.raises(GraphQLError):
            make_scalar("Int64Bit").coerce_output_value(value)
    with pytest.raises(GraphQLError):
        make_scalar("Date").coerce_output_value(5)


def test_live_change_writes_fields_that_exist() -> None:
    for type_name, field in _TEXT_FIELDS.items():
        assert load_contract().leaf_fields(type_name)[field].type.name in {"String", "Text", "Clob"}, type_name
