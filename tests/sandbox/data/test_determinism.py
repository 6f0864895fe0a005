"""The same seed and size give the same rows, byte for byte, in any process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from sandbox.data.generate import generate
from sandbox.sonar.contract import load_contract
from sandbox.sonar.store import open_database

OWN_TABLES = ("_relation", "_file_content", "_meta", "_dirt")


def fingerprint(path: Path) -> str:
    """A hash of every row of every table."""
    connection = open_database(path, read_only=True)
    digest = hashlib.sha256()
    for name in (*load_contract().stored_types, *OWN_TABLES):
        for row in connection.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2, 3' if name == "_relation" else f'SELECT * FROM "{name}"'):
            digest.update(repr(row).encode())
    connection.close()
    return digest.hexdigest()


def test_same_seed_same_rows(store: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.sqlite"
    generate(again, accounts=200, seed=1)
    assert fingerprint(again) == fingerprint(store)


def test_another_process_with_another_hash_seed_gives_the_same_rows(store: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    code = f"from sandbox.data.generate import generate; generate({str(other)!r}, accounts=200, seed=1)"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert fingerprint(other) == fingerprint(store)


def test_another_seed_gives_other_rows(store: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    generate(other, accounts=200, seed=2)
    assert fingerprint(other) != fingerprint(store)


def test_generating_replaces_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    generate(path, accounts=60, seed=1, history="none")
    generate(path, accounts=20, seed=1, history="none")
    assert open_database(path, read_only=True).execute('SELECT count(*) FROM "Account"').fetchone() == (20,)
