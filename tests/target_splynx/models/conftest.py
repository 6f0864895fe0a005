"""Fixtures: the shipped models on a bench, a small provider there, and providers of the sandbox's generator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb
import pytest

from bench_provider import Provider
from model_bench import Bench, ModelFile, Shipped, empty_bench, fill_from_store, read_models


@pytest.fixture(scope="session")
def shipped() -> Shipped:
    return read_models()


@pytest.fixture(scope="session")
def models(shipped: Shipped) -> list[ModelFile]:
    return shipped[0]


@pytest.fixture
def provider(bench: Bench) -> Provider:
    provider = Provider(bench)
    provider.set_up()
    return provider


@pytest.fixture(scope="module")
def sandbox_bench(shipped: Shipped, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, Path]]:
    """The models, run over a provider of 400 accounts from the sandbox's generator."""
    from sandbox.data.generate import generate

    path = tmp_path_factory.mktemp("sonar") / "sonar.db"
    generate(path, accounts=400, seed=7, history="none")
    with duckdb.connect() as connection:
        bench = empty_bench(connection, shipped)
        fill_from_store(bench, path)
        yield bench.run(), path


@pytest.fixture(scope="module")
def sandbox_money(shipped: Shipped, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A bench over a provider of 150 accounts with four months of money; the test runs what it wants."""
    from sandbox.data.generate import generate

    path = tmp_path_factory.mktemp("sonar") / "sonar.db"
    generate(path, accounts=150, seed=7, history="recent")
    with duckdb.connect() as connection:
        bench = empty_bench(connection, shipped)
        fill_from_store(bench, path)
        yield bench


@pytest.fixture(scope="session")
def shared_bench(shipped: Shipped) -> Iterator[Bench]:
    with duckdb.connect() as connection:
        yield empty_bench(connection, shipped)


@pytest.fixture
def bench(shared_bench: Bench) -> Bench:
    """Empty again for each test; making all tables anew would take longer than the test."""
    shared_bench.reset()
    return shared_bench


@pytest.fixture(scope="session")
def new_provider(shipped: Shipped) -> Callable[[], AbstractContextManager[Provider]]:
    """Makes providers with a bench of their own, for as long as a test or a module wants them."""

    @contextmanager
    def make() -> Iterator[Provider]:
        with duckdb.connect() as connection:
            provider = Provider(empty_bench(connection, shipped))
            provider.set_up()
            yield provider

    return make


@pytest.fixture
def own_bench(new_provider: Callable[[], AbstractContextManager[Provider]]) -> Iterator[tuple[Bench, Provider]]:
    """A bench of its own, whose tables a test may change."""
    with new_provider() as provider:
        yield provider.bench, provider
