"""The difference between what is wanted and what was applied: only that is sent, and applying it gives what is wanted."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from target_splynx.contract.resource import Field
from target_splynx.contract.values import empty, same
from target_splynx.planning.diff import (
    ATTRIBUTES,
    PROVISIONAL,
    before_image,
    changes,
    is_provisional,
    merged,
    references,
    replaced,
)

FIELDS = {
    "name": Field(), "price": Field(type="decimal"), "count": Field(type="number"), "since": Field(type="date"), "labels": Field(type="array"),
}  # fmt: skip
TEXT = st.text(max_size=6)
PAYLOADS = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXT, "price": st.decimals(-1000, 1000, places=2), "count": st.integers(-5, 5), "since": st.just("2026-01-01") | st.just("2026-02-02"),
        "labels": st.lists(st.integers(1, 3), max_size=3, unique=True), ATTRIBUTES: st.dictionaries(st.sampled_from("abc"), TEXT, max_size=3),
    },
)  # fmt: skip


@given(PAYLOADS, PAYLOADS)
def test_applying_the_changes_gives_what_is_wanted(old: dict[str, Any], new: dict[str, Any]) -> None:
    result = merged(old, changes(FIELDS, new, old))
    for name, value in new.items():
        if name == ATTRIBUTES:
            assert all(same(result.get(ATTRIBUTES, {}).get(key), entry) for key, entry in value.items())
        else:
            assert same(result.get(name), value)
    for name in old.keys() - new.keys() - {ATTRIBUTES}:
        assert same(result[name], empty(FIELDS[name])) or same(result[name], None)


@given(PAYLOADS, PAYLOADS)
def test_after_the_changes_there_is_nothing_left_to_change(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert changes(FIELDS, new, merged(old, changes(FIELDS, new, old))) == {}


@given(PAYLOADS)
def test_nothing_changed_is_nothing_sent(payload: dict[str, Any]) -> None:
    assert changes(FIELDS, payload, payload) == {}


@given(PAYLOADS, PAYLOADS)
def test_the_before_image_undoes_the_changes(old: dict[str, Any], new: dict[str, Any]) -> None:
    changed = changes(FIELDS, new, old)
    undone = merged(merged(old, changed), before_image(old, changed))
    for name in changed.keys() - {ATTRIBUTES}:
        assert same(undone.get(name), old.get(name))
    for key in changed.get(ATTRIBUTES, {}):
        assert same(undone[ATTRIBUTES].get(key), (old.get(ATTRIBUTES) or {}).get(key))


def test_a_field_that_the_source_no_longer_has_is_cleared_once() -> None:
    assert changes(FIELDS, {}, {"name": "x", "price": 5, "labels": [1], ATTRIBUTES: {"a": "1"}}) == {
        "name": "", "price": 0, "labels": [], ATTRIBUTES: {"a": ""},
    }  # fmt: skip
    assert changes(FIELDS, {}, {"name": "", "price": 0, "labels": [], ATTRIBUTES: {"a": ""}}) == {}


def test_a_field_that_nobody_manages_is_left_alone() -> None:
    assert changes(FIELDS, {"name": "x"}, {"name": "x"}) == {}
    assert "count" not in changes(FIELDS, {"name": "y"}, {"name": "x"})


IDS = st.integers(PROVISIONAL - 50, PROVISIONAL - 1)
NESTED = st.recursive(
    IDS | IDS.map(str) | st.integers(-(10**9), 10**9) | st.text(max_size=8) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(NESTED)
def test_all_references_are_found_and_replaced(value: Any) -> None:
    found = set(references(value))
    real = replaced(value, {reference: str(-reference - 2**50 + 1) for reference in found})
    assert list(references(real)) == []
    if not found:
        assert real == value


def test_a_reference_is_no_ordinary_number() -> None:
    assert is_provisional(PROVISIONAL - 1)
    assert not is_provisional(-1)
    assert not is_provisional(True)
    assert list(references({"a": -5, "b": "-1125 Main Street", "c": "-11259"})) == []
    assert replaced({"id": PROVISIONAL - 1, "n": ["x"]}, {PROVISIONAL - 1: "77"}) == {"id": 77, "n": ["x"]}
