"""The SDK's own test suite for taps, against the sandbox.

The SDK makes a tap (and discovers) while this module is imported, so the sandbox has to run by then; and its tests are made for
each stream and attribute: a few streams of each kind are enough.
"""

from __future__ import annotations

import atexit
import json
import tempfile
from pathlib import Path

from singer_sdk.testing import SuiteConfig, get_tap_test_class

from sandbox.sonar.server import SonarServer
from sonar_runs import TOKEN, config_for, discover, select
from sonar_store import new_store
from tap_sonar.tap import TapSonar

_folder = tempfile.TemporaryDirectory()
_path = Path(_folder.name) / "sonar.sqlite"
new_store(str(_path), 7, types={"Account": 40}).close()
_server = SonarServer(database=_path, token=TOKEN).__enter__()
atexit.register(_folder.cleanup)
atexit.register(_server.__exit__, None, None, None)

STREAMS = ("accounts", "tickets", "jobs", "system_setting", "transactions", "email_variables", "taxes")
_config = config_for(_server.url, parallel_requests=2)
_entries = [e for e in select(discover(_config), *STREAMS)["streams"] if e["tap_stream_id"] in STREAMS]

TestTapSonar = get_tap_test_class(
    TapSonar,
    config=_config,
    catalog=json.loads(json.dumps({"streams": _entries})),
    suite_config=SuiteConfig(max_records_limit=15, ignore_no_records_for_streams=["email_variables"]),
)
