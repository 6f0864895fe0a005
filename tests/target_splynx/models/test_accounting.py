"""Every row of every stream that a migration reads becomes something: the files of models/sonar/accounting say what.

Each file is named after its stream and yields one row per row of it: id, model, source_key, part, skip. Here they are run over the sandbox's
provider, dirt included. Put a file into the folder and it is tested, too; nothing has to be added here.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import target_splynx.models

FOLDER = Path(target_splynx.models.__file__).parent / "sonar"
ACCOUNTING = {path.stem: path for path in sorted((FOLDER / "accounting").glob("*.sql"))}
COLUMNS = ["id", "model", "source_key", "part", "skip"]


def rows_of(bench: Any, stream: str) -> list[dict[str, Any]]:
    """What the file of a stream yields, after all models have run."""
    text = ACCOUNTING[stream].read_text(encoding="utf-8")
    bench.connection.execute("CREATE SCHEMA IF NOT EXISTS plan").fetchall()
    for model in bench.models:
        table = model.name.replace("/", "__")
        if f"plan.{table}" in text.replace('"', ""):
            bench.connection.execute(f'CREATE OR REPLACE VIEW plan."{table}" AS SELECT * FROM result."{model.name}"').fetchall()
    for part in bench.parts:
        if f"shared.{part.name}" in text:
            bench.make_part(part.name)
    return list(bench.fetch(text))


@pytest.mark.parametrize("stream", ACCOUNTING)
def test_says_what_becomes_of_the_stream(stream: str) -> None:
    first = ACCOUNTING[stream].read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("-- ") and first.endswith("."), "a sentence for the table that people read"


@pytest.mark.parametrize("stream", ACCOUNTING)
def test_each_row_once_and_somewhere(sandbox_bench: tuple[Any, Path], stream: str) -> None:
    bench, _ = sandbox_bench
    rows = rows_of(bench, stream)
    if rows:
        assert list(rows[0]) == COLUMNS
    counted = Counter(row["id"] for row in rows)
    assert not [key for key, count in counted.items() if count > 1], "a join doubles rows"
    staged = {row["id"] for row in bench.fetch(f"SELECT id FROM sonar.{stream}")}
    assert set(counted) == staged, "a join loses rows"
    nowhere = [row for row in rows if not row["skip"] and not (row["model"] and row["source_key"])]
    assert not nowhere, f"{len(nowhere)} rows are not accounted for: {nowhere[:3]}"
    assert {row["part"] for row in rows if not row["skip"]} <= {"written", "merged"}


@pytest.mark.parametrize("stream", ACCOUNTING)
def test_what_is_named_is_there(sandbox_bench: tuple[Any, Path], stream: str) -> None:
    """A row that is not left out names a row of a model, fine, rejected or skipped there."""
    bench, _ = sandbox_bench
    keys: dict[str, set[str]] = {name: {row.source_key for row in found} for name, found in bench.results.items()}
    lost = [
        row for row in rows_of(bench, stream)
        if not row["skip"] and row["model"] in keys and row["source_key"] not in keys[row["model"]]
    ]  # fmt: skip
    assert not lost, f"{len(lost)} rows name a record that no model makes: {lost[:3]}"
    unknown = {row["model"] for row in rows_of(bench, stream) if not row["skip"]} - keys.keys()
    assert not {name for name in unknown if (FOLDER / f"{name}.sql").exists()}
    assert all("/" in name for name in unknown), "section/name"
