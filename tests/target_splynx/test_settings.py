"""Settings: whatever form they come in, they are understood or refused by name."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from target_splynx.errors import SettingsError
from target_splynx.loading.session import reject_limit
from target_splynx.modelling.model import SECTIONS
from target_splynx.settings import CONFIG, SECRETS, Settings, public
from target_splynx.target import load_config_from_environment

URL = {"api_url": "https://splynx.example.net"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An empty environment, and no `.env` above."""
    import os

    for name in list(os.environ):
        if name.startswith("TARGET_SPLYNX_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TARGET_SPLYNX_API_URL", URL["api_url"])
    return monkeypatch


def from_environment(environment: pytest.MonkeyPatch, **texts: str) -> Settings:
    for name, text in texts.items():
        environment.setenv(f"TARGET_SPLYNX_{name.upper()}", text)
    return Settings.from_config(load_config_from_environment())


def test_defaults_are_the_documented_ones(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = from_environment(environment)
    assert (found.parallel_workers, found.batch_size, found.retry_attempts, found.requests_per_minute) == (4, 100, 3, 0)
    assert (found.request_timeout, found.on_delete, found.on_reject, found.unknown_streams) == (120.0, "ignore", "continue", "ignore")
    assert (found.mapping, found.models_path, found.dry_run, found.reject_limit) == ("sonar", None, False, "")
    assert found.sections == tuple(s for s in SECTIONS if s != "go_live")
    assert found.workspace == tmp_path / "workspace"
    assert found.ledger_url == f"sqlite:///{tmp_path}/workspace/ledger.sqlite"
    assert (found.timezone, found.currency_exponent, found.default_country) == ("UTC", 2, "US")


def test_every_kind_of_value_comes_as_text_from_the_environment(environment: pytest.MonkeyPatch) -> None:
    found = from_environment(
        environment, parallel_workers="8", dry_run="true", sections='["customers", "services"]', status_map='{"Suspended": "blocked"}',
        cutover_date="2026-12-31", timezone="America/Chicago", reject_limit="5%", reserved_admin_logins='["root"]', all_emails="true",
        next_bill_months_ahead="6", ledger_url="sqlite:////tmp/x.sqlite", lead_status_pattern="prospect",
    )  # fmt: skip
    assert (found.parallel_workers, found.dry_run, found.sections) == (8, True, ("customers", "services"))
    assert (found.timezone, found.reject_limit, found.ledger_url) == ("America/Chicago", "5%", "sqlite:////tmp/x.sqlite")
    assert found.variables["status_map"] == {"Suspended": "blocked"}
    assert found.variables["cutover_date"] == date(2026, 12, 31)
    assert found.variables["reserved_admin_logins"] == ["root"]
    assert (found.variables["all_emails"], found.variables["next_bill_months_ahead"]) == (True, 6)
    assert found.variables["lead_status_pattern"] == "prospect"


@pytest.mark.parametrize("text", ["false", "0", "no", "off", ""])
def test_a_switch_that_is_off_in_words_is_off(text: str, environment: pytest.MonkeyPatch) -> None:
    found = from_environment(environment, dry_run=text, enable_billing=text)
    assert found.dry_run is False
    assert "go_live" not in found.sections
    direct = Settings.from_config({**URL, "dry_run": text, "enable_billing": text})
    assert direct.dry_run is False
    assert "go_live" not in direct.sections


@pytest.mark.parametrize("value", [["services", "customers"], "customers,services", '["customers", "services"]', " customers , services "])
def test_sections_keep_their_order_in_any_form(value: Any) -> None:
    assert Settings.from_config({**URL, "sections": value}).sections == ("customers", "services")


@pytest.mark.parametrize("value", [None, ""])
def test_a_map_given_in_part_keeps_the_other_defaults(value: Any) -> None:
    own = Settings.from_config({**URL, "payment_type_map": {"CASH": "Till"}}).variables["payment_type_map"]
    default = Settings.from_config({**URL, "payment_type_map": value}).variables["payment_type_map"]
    assert own == {**default, "CASH": "Till"}
    assert len(default) > 3


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"api_url": ""}, "`api_url` is missing: set TARGET_SPLYNX_API_URL"),
        ({"api_url": "splynx.example.net"}, "`api_url` is 'splynx.example.net'; write the whole address"),
        ({"sections": ["customer"]}, "`sections` names 'customer'; known are foundation, catalogue"),
        ({"sections": ["go_live"]}, "Section go_live switches billing on: set `enable_billing: true` as well."),
        ({"parallel_workers": 0}, "`parallel_workers` is 0; it must be at least 1."),
        ({"batch_size": -1}, "`batch_size` is -1; it must be at least 1."),
        ({"retry_attempts": "many"}, "`retry_attempts` is 'many'; write a number."),
        ({"request_timeout": 0}, "`request_timeout` is 0; it must be at least 1."),
        ({"requests_per_minute": -5}, "`requests_per_minute` is -5; it must be at least 0."),
        ({"currency_exponent": 7}, "`currency_exponent` is 7; it must be at most 4."),
        ({"timezone": "Mars/Olympus"}, "`timezone` is 'Mars/Olympus'; write an IANA name"),
        ({"reject_limit": "a few"}, "`reject_limit` is 'a few'; write a number (50) or a percentage (5%)."),
        ({"status_map": "{"}, "`status_map` is no JSON object"),
        ({"status_map": "[1]"}, "`status_map` must be an object of names and values."),
        ({"cutover_date": "soon"}, "`cutover_date` is 'soon'; write a date as YYYY-MM-DD."),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_config({**URL, **settings})
    assert said in str(caught.value)


def test_a_missing_address_is_told_by_the_commands(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("TARGET_SPLYNX_API_URL")
    with pytest.raises(SettingsError, match="api_url"):
        load_config_from_environment()


@pytest.mark.parametrize(("text", "rows", "limit"), [("", 100, None), ("50", 100, 50), ("5%", 1000, 50), ("0.5%", 1000, 5), ("0", 10, 0), ("33%", 10, 3)])
def test_the_reject_limit_counts_or_is_a_share_of_the_rows(text: str, rows: int, limit: int | None) -> None:
    assert reject_limit(text, rows) == limit


def test_secrets_are_marked_and_left_out_of_what_is_kept() -> None:
    secret = {name for name, spec in CONFIG["properties"].items() if spec.get("writeOnly")}
    assert secret == SECRETS
    config = {**URL, "api_key": "k", **{name: f"hidden-{name}" for name in secret}}
    assert "hidden" not in json.dumps(public(config))


def test_every_setting_is_described() -> None:
    for name, spec in CONFIG["properties"].items():
        assert spec.get("description"), name


def test_a_setting_that_the_engine_and_the_models_share_is_the_same_for_both() -> None:
    found = Settings.from_config({**URL, "timezone": "Europe/Helsinki", "currency_exponent": "0", "default_country": "FI"})
    for name in ("timezone", "currency_exponent", "default_country"):
        assert found.variables[name] == getattr(found, name)
