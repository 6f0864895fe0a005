"""Documentation that is made from the code is up to date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sonar_runs import TOKEN
from tap_sonar import docs
from tap_sonar.settings import CONFIG_SCHEMA
from tap_sonar.tools import main

README = Path(__file__).parents[2] / "tap-sonar" / "README.md"


def test_readme_has_the_settings_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert docs.bring_up_to_date(text, {"settings": docs.settings_table()}) == text


def test_every_setting_says_what_it_is() -> None:
    for name, setting in CONFIG_SCHEMA["properties"].items():
        assert setting.get("title"), name
        assert setting.get("description"), name
    secret = {name for name, setting in CONFIG_SCHEMA["properties"].items() if setting.get("writeOnly")}
    assert secret == {"auth_token", "password"}


def test_missing_markers_are_an_error() -> None:
    with pytest.raises(ValueError, match="no markers"):
        docs.bring_up_to_date("text", {"settings": "x"})


def test_tools(shared_sonar: Any, catalog: dict[str, Any], tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"api_url": shared_sonar.url, "auth_token": TOKEN}))
    old = json.loads(json.dumps(catalog))
    accounts = next(entry for entry in old["streams"] if entry["tap_stream_id"] == "accounts")["schema"]["properties"]
    del accounts["name"]
    accounts["gone"] = {"type": "string"}
    accounts["geopoint"] = {"type": "integer"}
    types = next(entry for entry in old["streams"] if entry["tap_stream_id"] == "account_types")["schema"]["properties"]
    types["type"]["enum"].remove("SENIOR_CITIZEN")
    old["streams"] = [entry for entry in old["streams"] if entry["tap_stream_id"] != "notes"]
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(old))
    result = CliRunner().invoke(main, ["drift", "--config", str(config), str(path)])
    assert result.output.strip().split("\n") == [
        "~ account_types.type: values +SENIOR_CITIZEN",
        "~ accounts.geopoint: integer -> string/null",
        "- accounts.gone",
        "+ accounts.name",
        "+ notes",
    ]
    assert result.exit_code == 2
    path.write_text(json.dumps(catalog))
    assert CliRunner().invoke(main, ["drift", "--config", str(config), str(path)]).exit_code == 0
    table = CliRunner().invoke(main, ["streams", "--config", str(config)]).output
    assert "318 root fields, 300 streams (277 of them connections)." in table
    assert "| `transactions` | yes | full table, by account_id |  |" in table
    assert "| `data_usage` | yes | incremental, by account_id in a period | not selected by default: measurements" in table
    assert "| `snmp_results` | `snmp_status_results` | incremental, by inventory_item_id in a period |" in table
    assert "| `general_search` | no | | needs arguments: entities, search |" in table
