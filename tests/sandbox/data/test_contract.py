"""Every row fits the contract: required values, enums, formats, and foreign keys that lead somewhere."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import pytest

from sandbox.data.truth import Truth
from sandbox.sonar.contract import load_contract
from sandbox.sonar.relations import find_relation

CONTRACT = load_contract()
Keys = Any
"""The fixture ``keys``."""
FORMATS = {
    "Datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"),
    "Date": re.compile(r"\d{4}-\d\d-\d\d"),
    "Time": re.compile(r"\d\d:\d\d:\d\d"),
    "Numeric": re.compile(r"\d+"),
    "HtmlHexColor": re.compile(r"#[0-9A-F]{6}"),
}


def filled_types(rows: sqlite3.Connection) -> list[str]:
    return [name for name in CONTRACT.stored_types if rows.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()]


@pytest.mark.parametrize("which", ["rows", "clean_rows"])
def test_required_values_are_there(which: str, request: pytest.FixtureRequest) -> None:
    rows: sqlite3.Connection = request.getfixturevalue(which)
    missing = [
        (name, column)
        for name in filled_types(rows)
        for column, field in CONTRACT.leaf_fields(name).items()
        if field.type.non_null and rows.execute(f'SELECT 1 FROM "{name}" WHERE "{column}" IS NULL LIMIT 1').fetchone()
    ]
    assert missing == []


def test_enums_and_formats(rows: sqlite3.Connection) -> None:
    wrong = []
    for name in filled_types(rows):
        for column, field in CONTRACT.leaf_fields(name).items():
            if field.type.is_list:
                continue
            values = [row[0] for row in rows.execute(f'SELECT DISTINCT "{column}" FROM "{name}" WHERE "{column}" IS NOT NULL')]
            if field.type.name in CONTRACT.enums:
                wrong += [(name, column, value) for value in values if value not in CONTRACT.enums[field.type.name]]
            elif field.type.name in FORMATS:
                wrong += [(name, column, value) for value in values if not FORMATS[field.type.name].fullmatch(value)]
            elif field.type.name == "Boolean":
                wrong += [(name, column, value) for value in values if value not in (0, 1)]
    assert wrong == []


def test_foreign_keys_hold_in_clean_data(clean_rows: sqlite3.Connection, keys: Keys) -> None:
    assert len(keys.all(clean_rows)) > 200
    assert keys.broken(clean_rows) == set()


def test_only_the_orphans_that_are_recorded_lead_nowhere(rows: sqlite3.Connection, truth: Truth, keys: Keys) -> None:
    orphans = {(dirt.type, dirt.row_id) for dirt in truth.dirt if dirt.code.startswith("orphan_") or dirt.code == "reply_without_ticket"}
    assert keys.broken(rows) == orphans


def test_many_to_many_links_are_fields_of_the_contract_and_lead_somewhere(rows: sqlite3.Connection) -> None:
    links = rows.execute("SELECT DISTINCT owner_type, field, target_type FROM _relation").fetchall()
    assert {
        ("Account", "account_groups", "AccountGroup"),
        ("AccountGroup", "accounts", "Account"),
        ("Job", "users", "User"),
    } <= set(links)
    for owner, field, target in links:
        relation = find_relation(owner, field)
        assert relation is not None and relation.kind == "many_to_many" and relation.target == target, (owner, field)
        for kind, column in ((owner, "owner_id"), (target, "target_id")):
            lost = f'SELECT count(*) FROM _relation WHERE owner_type = ? AND field = ? AND {column} NOT IN (SELECT id FROM "{kind}")'
            assert rows.execute(lost, (owner, field)).fetchone() == (0,)


def test_many_to_many_links_are_written_from_both_sides(rows: sqlite3.Connection) -> None:
    one_sided = rows.execute(
        """SELECT DISTINCT a.owner_type, a.field FROM _relation a WHERE NOT EXISTS (
            SELECT 1 FROM _relation b WHERE b.owner_type = a.target_type AND b.owner_id = a.target_id
              AND b.target_type = a.owner_type AND b.target_id = a.owner_id)"""
    ).fetchall()
    # EmailCategory has no field that leads to its contacts.
    assert one_sided == [("Contact", "email_categories")]


def test_nothing_happened_in_the_future_and_nothing_before_it_was_made(rows: sqlite3.Connection) -> None:
    now = "2026-11-15T12:00:00+00:00"
    wrong = [
        name
        for name in filled_types(rows)
        if "updated_at" in CONTRACT.leaf_fields(name)
        and rows.execute(f'SELECT 1 FROM "{name}" WHERE updated_at < created_at OR updated_at > ? LIMIT 1', (now,)).fetchone()
    ]
    assert wrong == []


def test_unique_ids_are_unique_across_types(rows: sqlite3.Connection) -> None:
    found: list[str] = []
    for name in filled_types(rows):
        if "sonar_unique_id" in CONTRACT.leaf_fields(name):
            found += [row[0] for row in rows.execute(f'SELECT sonar_unique_id FROM "{name}"')]
    assert len(found) == len(set(found))
