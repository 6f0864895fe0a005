"""The customer with everything (sandbox.data.showcase), moved from a small provider's Sonar into a fresh Splynx over HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sandbox.data.generate import generate
from sandbox.data.showcase import ACCOUNT, CHILD, add_showcase
from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import Settings
from shipped_load import lines_of
from singer_feed import Feed
from splynx_runs import Migration, Splynx

# Taxes are made by hand in Splynx; the one that this customer pays is there.
SPLYNX = Settings(
    now=datetime(2026, 11, 15, 12, 0, 0),  # noqa: DTZ001 - the sandbox keeps its times without a zone
    taxes=[{"id": 1, "name": "No tax", "rate": 0.0}, {"id": 2, "name": "Telecommunications Excise Tax", "rate": 3.0}],
)  # fmt: skip
# One worker: the numbers that Splynx gives are the same in every run.
SETTINGS = {
    "mapping": "sonar", "timezone": "America/Chicago", "cutover_date": "2026-11-15", "packages": "bundle", "parallel_workers": 1,
    "pilot_accounts": [ACCOUNT, CHILD],
}  # fmt: skip


@contextlib.contextmanager
def moved(folder: Path) -> Iterator[tuple[Migration, Feed]]:
    """The migration after its first run, and what the tap read; Sonar's store is `sonar.sqlite` of the folder."""
    database = folder / "sonar.sqlite"
    generate(database, accounts=12, seed=7, dirt=False)
    add_showcase(database)
    feed = lines_of(database, secrets=(("radius_accounts", "password"),), file_contents=True)
    with SplynxServer(settings=SPLYNX) as server:
        migration = Migration(folder, Splynx(server), Path("unused"), SETTINGS)
        migration.run(feed)
        yield migration, feed
