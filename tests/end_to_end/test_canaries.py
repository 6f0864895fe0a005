"""Secrets stay where they belong: everything runs with marked secrets, and everything that was written is searched.

Searched: standard output and error of each command, Meltano's output, logs, state and system folder, the workspace (stage, ledger,
reports), arguments of all processes, addresses that the servers were asked, messages of crashes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from canaries import (
    ADMIN_PASSWORD,
    KEY,
    LEDGER_PASSWORD,
    RADIUS,
    SECRET,
    SECRETS,
    TOKEN,
    Asked,
    found_in,
    found_in_files,
    loose_files,
    mark_radius_passwords,
    process_list,
    rename_everybody,
    selected_by_default,
)
from pipeline import BIN, Pipeline
from sandbox.sonar.server import SonarServer
from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import ApiKey

PERSON = "Canaria Birdwhistle"


@dataclass
class Marked(Pipeline):
    """A pipeline whose secrets are canaries. `said`: all that was printed; `log`: Meltano's output of the migration;
    `processes`: arguments of all processes meanwhile."""

    asked: Asked
    said: bytes = b""
    log: str = ""
    processes: set[bytes] = field(default_factory=set)

    @property
    def environment(self) -> dict[str, str]:
        """As the pipeline's, with logs of Meltano in the test's folder."""
        return {
            **super().environment,
            "TAP_SONAR_AUTH_TOKEN": TOKEN,
            "TARGET_SPLYNX_API_KEY": KEY,
            "TARGET_SPLYNX_API_SECRET": SECRET,
            "XDG_STATE_HOME": str(self.folder / "logs"),
        }

    def command(self, *arguments: str, codes: tuple[int, ...] = (0, 2), **more: str) -> subprocess.CompletedProcess[bytes]:
        """A command of one of the plugins, with all that it can log."""
        loud = {"TAP_SONAR_LOGLEVEL": "DEBUG", "TARGET_SPLYNX_LOGLEVEL": "DEBUG"}
        done = subprocess.run(
            [str(BIN / arguments[0]), *arguments[1:]], cwd=self.folder, env={**self.environment, **loud, **more},
            capture_output=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        text = done.stdout + done.stderr
        assert done.returncode in codes, (arguments, done.returncode, text[-3000:].decode())
        self.said += text
        return done


COMMANDS = (
    ["tap-sonar", "--config", "ENV", "--discover"],
    ["tap-sonar", "--config", "ENV", "--test"],
    ["tap-sonar-tools", "check", "--json"],
    ["splynx-migration", "-v", "check", "--json"],
    ["splynx-migration", "-v", "docs"],
    ["splynx-migration", "-v", "check", "--data", "--csv", "data.csv"],
    ["splynx-migration", "-v", "accounting", "--json"],
    ["splynx-migration", "-v", "handwork", "--json"],
    ["splynx-migration", "-v", "models", "--json"],
    ["splynx-migration", "-v", "rejects", "--csv"],
    ["splynx-migration", "-v", "plan", "--refresh", "--json"],
    ["splynx-migration", "-v", "retry", "--json"],
    ["splynx-migration", "-v", "verify", "--json"],
    ["splynx-migration", "-v", "report", "--with-names", "--json"],
    ["splynx-migration", "-v", "report"],
    ["splynx-migration", "-v", "watch", "--once", "--json"],
    ["splynx-migration", "-v", "rollback", "1", "--dry-run"],
)


@pytest.fixture(scope="module")
def marked(provider: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marked]:
    """One migration through Meltano and every command after it, with all that they said and asked."""
    folder = tmp_path_factory.mktemp("canaries")
    database = folder / "sonar.sqlite"
    shutil.copy(provider, database)
    assert mark_radius_passwords(database) > 5
    rename_everybody(database, PERSON)
    run = folder / "run"
    run.mkdir(mode=0o700)
    asked = Asked()
    sonar = SonarServer(database=database, token=TOKEN)
    splynx = SplynxServer(keys=[ApiKey(KEY, SECRET)], admin_login="root", admin_password=ADMIN_PASSWORD)
    asked.remember(sonar._app)
    asked.remember(splynx.application.app)
    with sonar, splynx:
        marked = Marked(sonar, splynx, run, asked)
        with process_list() as marked.processes:
            marked.log = marked.run()
            for arguments in COMMANDS:
                marked.command(*arguments)
            for way in (
                {"TARGET_SPLYNX_AUTH_METHOD": "signature"},
                {"TARGET_SPLYNX_AUTH_METHOD": "token"},
                {"TARGET_SPLYNX_AUTH_METHOD": "token", "TARGET_SPLYNX_ADMIN_LOGIN": "root",
                 "TARGET_SPLYNX_ADMIN_PASSWORD": ADMIN_PASSWORD},
            ):  # fmt: skip
                marked.command("splynx-migration", "-v", "check", **way)
        marked.said += marked.log.encode()
        yield marked


def test_no_secret_is_printed_logged_asked_for_or_seen_in_the_list_of_processes(marked: Marked) -> None:
    assert found_in(marked.said, SECRETS) == []
    assert len(marked.processes) > 5
    assert found_in(b"\n".join(marked.processes), SECRETS) == []
    assert len(marked.asked.addresses) > 500
    assert found_in("\n".join(marked.asked.addresses).encode(), SECRETS) == []


def test_no_secret_is_left_on_the_disk(marked: Marked) -> None:
    names = {path.name for path in marked.folder.rglob("*")}
    assert {"staging.duckdb", "ledger.sqlite", "meltano", "state", "api_schema.md", "migration.html"} <= names, "it looked in the right places"
    assert found_in_files(marked.folder, SECRETS) == []


def test_nobody_else_may_read_the_workspace(marked: Marked) -> None:
    assert loose_files(marked.folder / "workspace") == []


def test_the_log_names_no_person(marked: Marked) -> None:
    assert "the plan has" in marked.log
    assert PERSON not in marked.log


def test_passwords_of_customers_are_told_to_nobody_where_they_are_read(marked: Marked) -> None:
    """The pipeline's list selects them, since without them every customer's device would have to be set up anew."""
    catalog = json.loads(marked.command(*COMMANDS[0]).stdout)
    assert not selected_by_default(catalog, "radius_accounts", "password")
    radius = {"a RADIUS password": RADIUS}
    assert found_in(marked.said, radius) == []
    assert found_in("\n".join(marked.asked.addresses).encode(), radius) == []
    held = {Path(hit.split(" in ", 1)[1]).name for hit in found_in_files(marked.folder, radius)}
    assert {"staging.duckdb", "ledger.sqlite"} <= held, "what SECURITY.md says of them"
    assert held <= {"staging.duckdb", "ledger.sqlite", "ledger.sqlite-wal"}


def test_crashes_and_refusals_tell_no_secret(marked: Marked) -> None:
    migration = {
        "nobody there": {"TARGET_SPLYNX_API_URL": "http://127.0.0.1:9", "TARGET_SPLYNX_RETRY_ATTEMPTS": "0"},
        "wrong secret": {"TARGET_SPLYNX_API_SECRET": SECRET + "x"},
        "secret in the address": {"TARGET_SPLYNX_API_URL": f"http://user:{SECRET}@127.0.0.1:9"},
        "ledger away": {"TARGET_SPLYNX_LEDGER_URL": f"postgresql+psycopg://me:{LEDGER_PASSWORD}@127.0.0.1:9/ledger"},
        "no such ledger": {"TARGET_SPLYNX_LEDGER_URL": f"nonsense://me:{LEDGER_PASSWORD}@db"},
        "no workspace": {"TARGET_SPLYNX_WORKSPACE": str(marked.sonar.database)},
    }
    tap = {
        "nobody there": {"TAP_SONAR_API_URL": "http://127.0.0.1:9", "TAP_SONAR_RETRY_ATTEMPTS": "0"},
        "wrong token": {"TAP_SONAR_AUTH_TOKEN": TOKEN + "x"},
        "token in the address": {"TAP_SONAR_API_URL": f"http://me:{TOKEN}@127.0.0.1:9"},
    }
    said = [marked.command("splynx-migration", "check", codes=(1, 2), **more) for more in migration.values()]
    said += [marked.command("tap-sonar", "--config", "ENV", "--discover", codes=(1,), **more) for more in tap.values()]
    for done in said:
        assert b"Error" in done.stdout + done.stderr or done.returncode == 2 or done.stderr, done
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        assert b"defect" not in done.stderr, done.stderr.decode()
    assert found_in(marked.said, SECRETS) == []


def test_purge_leaves_no_person_behind(marked: Marked) -> None:
    workspace = marked.folder / "workspace"
    assert found_in_files(workspace, {"a person": PERSON}) != []
    marked.command("splynx-migration", "purge", "--yes")
    assert found_in_files(workspace, {"a person": PERSON, "a RADIUS password": RADIUS}) == []
