"""Which columns of the source the SQL reads: the page of what goes nowhere is made from it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from target_splynx.modelling.model import Part
from target_splynx.models.source_columns import columns_read


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT a.id, a.name FROM sonar.accounts AS a", {"accounts": {"id", "name"}}),
        ("SELECT id FROM sonar.accounts WHERE lower(name) = 'x' ORDER BY age", {"accounts": {"id", "name", "age"}}),
        ("SELECT a.id FROM sonar.accounts AS a JOIN sonar.users AS u ON u.id = a.owner", {"accounts": {"id", "owner"}, "users": {"id"}}),
        ("SELECT a.x FROM sonar.accounts AS a JOIN sonar.users AS u USING (k)", {"accounts": {"x", "k"}, "users": {"k"}}),
        ("WITH c AS (SELECT b.name FROM sonar.contacts AS b) SELECT c.other FROM c", {"contacts": {"name"}}),
        (
            "SELECT a.id FROM sonar.accounts AS a WHERE EXISTS (SELECT 1 FROM sonar.notes AS n WHERE n.owner = a.key)",
            {"accounts": {"id", "key"}, "notes": {"owner"}},
        ),
        ("SELECT sum(p.amount) OVER (PARTITION BY p.day) FROM sonar.payments AS p QUALIFY p.rank = 1", {"payments": {"amount", "day", "rank"}}),
        ("SELECT count(*) AS number FROM splynx.customers AS c", {}),
    ],
)
def test_columns_belong_to_the_table_that_their_alias_names(sql: str, named: dict[str, set[str]]) -> None:
    with duckdb.connect() as connection:
        assert columns_read([Part("part", Path("part.sql"), sql)], connection) == (named, {})


@pytest.mark.parametrize("sql", ["SELECT a.* FROM sonar.accounts AS a", "SELECT * FROM sonar.accounts", "SELECT to_json(a) FROM sonar.accounts AS a"])
def test_a_row_that_is_read_whole_counts_with_the_names_that_occur(sql: str) -> None:
    other = Part("other", Path("other.sql"), "SELECT p.balance FROM shared.part AS p")
    with duckdb.connect() as connection:
        named, whole = columns_read([Part("part", Path("part.sql"), sql), other], connection)
    assert named == {}
    assert set(whole) == {"accounts"}
    assert "balance" in whole["accounts"] and "limit_of_nobody" not in whole["accounts"]
