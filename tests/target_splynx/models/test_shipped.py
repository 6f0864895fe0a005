"""Every shipped model is well formed: known resource and columns, a rule behind each column, runs on an empty Sonar."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

import target_splynx.contract
from target_splynx.modelling.evaluate import RESERVED

RESOURCES = json.loads((Path(target_splynx.contract.__file__).parent / "resources.json").read_text(encoding="utf-8"))
IN_ADDRESSES = {"source_key", "additional_attributes", "id", "customer_id", "module", "message_id", "network"}


def test_header_names_a_resource_and_says_what_it_does(models: list[Any]) -> None:
    for model in models:
        assert model.resource in RESOURCES, model.name
        assert model.description.endswith("."), model.name


def test_a_service_that_is_gone_is_billed_no_more(models: list[Any]) -> None:
    """Splynx goes on billing what is disabled without an end (research/splynx-api.md §8)."""
    ended = [model for model in models if model.resource.startswith("services_")]
    assert len(ended) >= 4
    for model in ended:
        assert "-- end: {status: hidden}" in model.text, model.name


def test_models_run_on_an_empty_sonar(bench: Any) -> None:
    bench.run()
    made = {name for name, rows in bench.results.items() if rows}
    assert made == {
        "foundation/additional_fields", "foundation/administrators", "foundation/labels", "foundation/payment_methods",
        "foundation/transaction_categories",
    }  # fmt: skip


def test_columns_are_fields_of_the_resource(bench: Any) -> None:
    bench.run()
    for model in bench.models:
        columns = {row["column_name"] for row in bench.fetch(f'DESCRIBE result."{model.name}"')}
        unknown = columns - set(RESOURCES[model.resource]["fields"]) - RESERVED - IN_ADDRESSES
        assert not unknown, f"{model.name}: {unknown}"
        assert "source_key" in columns and "_label" in columns, model.name
        assert ("id" in columns) == (model.patch), model.name


def test_no_model_reads_what_it_makes(models: list[Any]) -> None:
    for model in models:
        assert model.patch or f"splynx.{model.resource}" not in model.reads, model.name


def test_every_variable_is_a_described_setting() -> None:
    folder = Path(target_splynx.contract.__file__).parents[1] / "models" / "sonar"
    known = yaml.safe_load((folder / "settings.yml").read_text(encoding="utf-8"))
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.sql")]
    used = {name for text in texts for name in re.findall(r"getvariable\('(\w+)'\)", text)}
    # The engine has pilot_accounts for every mapping; accepted_findings is read by `check --data` itself.
    assert used - {"pilot_accounts"} == set(known) - {"accepted_findings"}
    assert all(set(setting) == {"type", "default", "description"} for setting in known.values())
