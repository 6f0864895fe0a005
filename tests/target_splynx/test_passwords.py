"""Passwords that the migration makes: told in one private file, kept nowhere else."""

from __future__ import annotations

import csv
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from splynx_runs import Migration, Provider, write_models
from target_splynx.ledger.entries import Operation
from target_splynx.loading.passwords import PasswordFile
from target_splynx.modelling.model import read_model

ADMINISTRATORS = """
-- resource: administrators
-- natural_key: [login]
-- generate: [password]
SELECT id::VARCHAR AS source_key, 'admin' || id AS login, name, email FROM sonar.people"""


def test_made_passwords_are_told_in_one_private_file_only(migration: Migration, caplog) -> None:  # type: ignore[no-untyped-def]
    write_models(migration.models, foundation__admins=ADMINISTRATORS)
    migration.run(Provider.of(3))
    path = migration.workspace / "passwords.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = list(csv.reader(path.open()))
    assert sorted(row[:4] for row in rows) == [["administrators", str(n), f"admin{n}", "password"] for n in (1, 2, 3)]
    secrets = [row[4] for row in rows]
    assert len(set(secrets)) == 3
    assert all(len(secret) == 20 for secret in secrets)
    with migration.ledger() as ledger:
        kept = json.dumps([o.payload for o in ledger.operations(ledger.last_run()["id"])], default=str)
    for secret in secrets:
        assert secret not in kept
        assert secret not in caplog.text
    migration.splynx.reset_stats()
    migration.run(Provider.of(3))
    assert migration.splynx.writes() == {}, "a password is made once"
    assert len(path.read_text().splitlines()) == 3


def test_a_password_that_the_source_has_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "foundation" / "admins.sql"
    path.parent.mkdir()
    path.write_text(ADMINISTRATORS.strip())
    model = read_model(path)
    file = PasswordFile(tmp_path)
    assert file.make(model, Operation("m", "administrators", "1", "create", {"password": "own"})) == {}
    assert not file.path.exists()


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "foundation" / "admins.sql"
    path.parent.mkdir()
    path.write_text(ADMINISTRATORS.strip())
    model, file = read_model(path), PasswordFile(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: file.make(model, Operation("m", "administrators", str(n), "create", {"login": f'a,"{n}'})), range(50)))
    rows = {row[1]: row for row in csv.reader(file.path.open())}
    assert {key: row[4] for key, row in rows.items()} == {str(n): entry["password"] for n, entry in enumerate(made)}
    assert rows["7"][2] == 'a,"7'
