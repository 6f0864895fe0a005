"""The SDK's own suite. Its streams are unknown to the models: they must be staged, and the state passed on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from singer_sdk.testing import get_target_test_class

from sandbox.splynx.server import SplynxServer
from splynx_runs import KEY, SECRET, add_model
from target_splynx.target import TargetSplynx

CONFIG: dict[str, Any] = {"api_key": KEY, "api_secret": SECRET}

_Suite = get_target_test_class(TargetSplynx, config=CONFIG)


class TestTargetSplynx(_Suite):  # type: ignore[misc, valid-type]
    """The standard tests, against a Splynx sandbox and a mapping with one model that reads nothing of theirs."""

    @pytest.fixture(autouse=True)
    def _configured(self, tmp_path: Path, runner: Any) -> Iterator[None]:
        models = tmp_path / "models"
        add_model(models, "foundation/labels", "-- resource: labels\n-- natural_key: [label]\nSELECT 'a' AS source_key, 'customers' AS module, 'a' AS label")
        with SplynxServer() as server:
            runner.config.update(api_url=server.url, mapping=str(models), workspace=str(tmp_path / "workspace"))
            yield
