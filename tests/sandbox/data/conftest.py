"""Stores that the tests read: one as it comes (with dirt), one clean, each made once."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox.data.generate import generate
from sandbox.data.truth import Truth, read_truth
from sandbox.sonar.store import open_database


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 accounts, seed 1, with dirt: what the demo uses."""
    path = tmp_path_factory.mktemp("data") / "store.sqlite"
    generate(path, accounts=200, seed=1)
    return path


@pytest.fixture(scope="session")
def clean_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 accounts without dirt."""
    path = tmp_path_factory.mktemp("data") / "clean.sqlite"
    generate(path, accounts=600, seed=5, dirt=False)
    return path


@pytest.fixture(scope="session")
def truth(store: Path) -> Truth:
    return read_truth(store)


@pytest.fixture
def rows(store: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(store, read_only=True)
    yield connection
    connection.close()


@pytest.fixture
def clean_rows(clean_store: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(clean_store, read_only=True)
    yield connection
    connection.close()


@pytest.fixture
def own_store(store: Path, tmp_path: Path) -> Path:
    """A copy of the store that a test may change."""
    return Path(shutil.copy(store, tmp_path / "own.sqlite"))
