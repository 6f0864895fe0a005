"""Values as Splynx takes them, and when two values mean the same."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_splynx.contract.resource import Field
from target_splynx.contract.values import WrongType, attribute, check, empty, holds, plain, same, tidy, to_api
from target_splynx.ledger.entries import decode, encode

MONEY = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=4)
LEAVES = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | MONEY | st.text(max_size=20)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6)


@given(VALUES)
def test_every_value_is_the_same_as_itself(value: Any) -> None:
    assert same(value, value)


@given(VALUES, VALUES)
def test_sameness_goes_both_ways(left: Any, right: Any) -> None:
    assert same(left, right) == same(right, left)


@given(LEAVES)
def test_a_value_that_went_through_the_ledger_is_the_same(value: Any) -> None:
    assert same(value, decode(encode({"x": value}))["x"])


@given(MONEY)
def test_money_is_shown_by_splynx_with_four_decimals_and_is_the_same(value: Decimal) -> None:
    assert same(to_api(Field(type="decimal"), value), f"{value:.4f}")


@given(MONEY)
def test_decimals_never_become_float_and_lose_nothing(value: Decimal) -> None:
    sent = to_api(Field(type="decimal"), value)
    assert isinstance(sent, (int, Decimal))
    assert sent == value
    assert "E" not in to_api(Field(type="string"), value)
    kept = decode(encode({"price": sent}))["price"]
    assert not isinstance(kept, float)
    assert kept == value


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, "1"), (True, "1"), (False, 0), (True, "true"), (49.9, "49.9000"), (Decimal("49.90"), "49.9"), (None, ""), ("", "0000-00-00"),
        (None, "0000-00-00 00:00:00"), ([1, 2], [2, 1]), ([1], [{"id": 1, "label": "x"}]), ([1, 2], "1,2"), (None, []), ("a ", "a"),
        ([Decimal("1.50")], ["1.5"]), ([{"text": "a", "price": Decimal("1.50")}], [{"price": "1.5000", "text": "a"}]),
    ],
)  # fmt: skip
def test_what_means_the_same_is_the_same(left: Any, right: Any) -> None:
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (0, None),
        (0, ""),
        ("007", 7),
        ("Å", "A"),
        ("a", "A"),
        ([1], [1, 2]),
        ([1, 1], [1]),
        ("1e3", 1000),
        ("+1", 1),
        ({"a": 1}, {"a": 2}),
        ([{"a": 1}], [{"a": 2}]),
    ],
)
def test_what_means_something_else_is_not(left: Any, right: Any) -> None:
    assert not same(left, right)


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        ("number", True, 1), ("number", "5", 5), ("number", Decimal("5.00"), 5), ("decimal", Decimal("49.9900"), Decimal("49.99")),
        ("decimal", 0.1, Decimal("0.1")), ("boolean", "1", True), ("boolean", 0, False), ("date", date(2026, 1, 2), "2026-01-02"),
        ("date", "2026-01-02T10:00:00", "2026-01-02"), ("datetime", datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05"),  # noqa: DTZ001
        ("datetime", "2026-01-02", "2026-01-02 00:00:00"), ("datetime", "2026-01-02T03:04:05+00:00", "2026-01-02 03:04:05"),
        ("array", "[1, 2.5]", [1, Decimal("2.5")]), ("array", (1, 2), [1, 2]), ("object", '{"a": 1.50}', {"a": Decimal("1.5")}),
        ("string", Decimal("0.00000010"), "0.0000001"), ("string", True, "1"), ("string", 1e22, "10000000000000000000000"), ("string", None, None),
    ],
)  # fmt: skip
def test_each_type_has_its_form(kind: str, value: Any, sent: Any) -> None:
    found = to_api(Field(type=kind), value)
    assert found == sent
    assert type(found) is type(sent)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "five"),
        ("number", "NaN"),
        ("decimal", "Infinity"),
        ("boolean", "maybe"),
        ("date", "02.01.2026"),
        ("datetime", "soon"),
        ("array", "{"),
        ("array", 5),
    ],
)
def test_what_does_not_fit_is_told(kind: str, value: Any) -> None:
    with pytest.raises(WrongType):
        to_api(Field(type=kind), value)


def test_enum_length_and_email_are_checked_with_reason_and_remedy() -> None:
    status = Field(enum=("new", "active"))
    assert check("status", status, "active") is None
    assert check("flag", Field(type="number", enum=(0, 1)), True) is None
    problem = check("status", status, "gone")
    assert problem is not None
    assert (problem.code, problem.field) == ("not_in_enum", "status")
    assert "new, active" in problem.message
    long = check("city", Field(max_length=32), "x" * 33)
    assert long is not None
    assert (long.code, long.message) == ("too_long", "city has 33 characters; Splynx keeps 32.")
    assert check("city", Field(max_length=32), "Å" * 32) is None
    assert check("email", Field(), "a@example.com, b@example.org") is None
    bad = check("email", Field(), "a@example.com,nonsense")
    assert bad is not None
    assert bad.code == "invalid_email"


@pytest.mark.parametrize(("kind", "cleared"), [("array", []), ("number", 0), ("date", "0000-00-00"), ("string", "")])
def test_each_type_can_be_cleared(kind: str, cleared: Any) -> None:
    assert empty(Field(type=kind)) == cleared


def test_additional_fields_are_texts() -> None:
    assert [attribute(v) for v in (True, 5, Decimal("1.50"), None, [1], date(2026, 1, 2))] == ["1", "5", "1.5", None, "[1]", "2026-01-02"]


def test_numbers_keep_all_their_digits() -> None:
    long = Decimal("1234567890123456789012345678901234567.89")
    assert tidy(long) == long
    assert plain({"a": [Decimal("2.0"), None]}) == {"a": [2, None]}


def test_a_list_that_splynx_numbered_still_holds_what_was_applied() -> None:
    applied = [{"name": "Align"}, {"name": "Photo", "position": 2}]
    assert holds([{"id": 7, "name": "Align"}, {"id": 8, "name": "Photo", "position": "2"}], applied)
    assert not holds([{"id": 7, "name": "Align"}], applied), "one is gone"
    assert not holds([{"id": 8, "name": "Photo", "position": 2}, {"id": 7, "name": "Align"}], applied), "another order"
    assert not holds([{"id": 7, "name": "Align"}, {"id": 8, "name": "Picture", "position": 2}], applied), "another text"
    assert not holds([], applied) and holds(None, None)
