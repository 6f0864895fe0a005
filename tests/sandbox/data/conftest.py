"""Stores that the tests read: one as it comes (with dirt), one clean, each made once."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.data.generate import generate
from sandbox.data.truth import Truth, read_truth
from sandbox.sonar.contract import load_contract
from sandbox.sonar.relations import find_relation
from sandbox.sonar.store import open_database

CONTRACT = load_contract()
# Columns that name a row although no field of the contract leads there.
MORE_KEYS = {
    ("Payment", "user_id"): "User",
    ("Ticket", "company_id"): "Company",
    ("Task", "completed_by_user_id"): "User",
    ("JobService", "job_id"): "Job",
    ("InboundMailbox", "ticket_group_id"): "TicketGroup",
}
# Ids of things outside the store: the instance itself, and rows in the log that were deleted.
NO_KEYS = {("SystemSetting", "instance_id"), ("Log", "logged_entity_id")}


class Keys:
    """The foreign keys of a store, by the contract and the relations that the server follows."""

    def all(self, rows: sqlite3.Connection) -> list[tuple[str, str, str | None, str]]:
        """(type, id column, type column or None, target) of every foreign key with values."""
        keys: list[tuple[str, str, str | None, str]] = []
        for name in CONTRACT.stored_types:
            fields = CONTRACT.objects[name].fields
            leaves = CONTRACT.leaf_fields(name)
            # A relation tells its column, also where that is not <field>_id (parent_subnet, service_metadatum).
            targets = {relation.column: relation.target for field in fields if (relation := find_relation(name, field)) is not None and relation.kind == "key"}
            for column, field in leaves.items():
                if not column.endswith("_id") or field.type.name != "Int64Bit" or (name, column) in NO_KEYS:
                    continue
                pair = f"{column.removesuffix('_id')}_type"
                if pair in leaves:
                    kinds = rows.execute(f'SELECT DISTINCT "{pair}" FROM "{name}" WHERE "{pair}" IS NOT NULL')
                    keys += [(name, column, pair, kind) for (kind,) in kinds]
                elif rows.execute(f'SELECT 1 FROM "{name}" WHERE "{column}" IS NOT NULL LIMIT 1').fetchone():
                    target = targets.get(column) or MORE_KEYS.get((name, column))
                    assert target is not None, f"{name}.{column} has values, but nothing says where it leads"
                    keys.append((name, column, None, target))
        return keys

    def broken(self, rows: sqlite3.Connection) -> set[tuple[str, int]]:
        broken: set[tuple[str, int]] = set()
        for name, column, pair, target in self.all(rows):
            where = f'"{pair}" = ?' if pair else "1 = ?"
            query = f'SELECT id FROM "{name}" WHERE {where} AND "{column}" IS NOT NULL AND "{column}" NOT IN (SELECT id FROM "{target}")'
            broken |= {(name, row[0]) for row in rows.execute(query, (target if pair else 1,))}
        return broken


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


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
