"""The rules behind the columns can be read by a program: the mapping page is made from them."""

from __future__ import annotations

from typing import Any

from target_splynx.models.rules import ColumnRule, column_rules

SQL = """WITH a AS (SELECT 1 AS x FROM t)
SELECT
    a.x AS source_key,  -- accounts.id
    -- why
    CASE WHEN a.y IN ('--', ',') THEN 1  -- inner remark
        ELSE 2 END AS kind,  -- accounts.y, mapped
    a.title,  -- services.name, else "x"
    a.z AS last  -- the end
FROM a
"""


def test_rules_of_columns() -> None:
    assert column_rules(SQL) == [
        ColumnRule("source_key", "a.x", "accounts.id"),
        ColumnRule("kind", "CASE WHEN a.y IN ('--', ',') THEN 1 ELSE 2 END", "accounts.y, mapped"),
        ColumnRule("title", "a.title", 'services.name, else "x"'),
        ColumnRule("last", "a.z", "the end"),
    ]


def test_every_column_of_a_shipped_model_has_its_rule(bench: Any, models: list[Any]) -> None:
    bench.run()
    for model in models:
        rules = column_rules(model.sql)
        columns = [row["column_name"] for row in bench.fetch(f'DESCRIBE result."{model.name}"')]
        assert [rule.column for rule in rules] == columns, model.name
        assert not [rule.column for rule in rules if not rule.rule and not rule.column.startswith("_")], model.name
