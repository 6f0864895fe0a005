"""docs/hub: up to date, valid for Meltano, and selecting through Meltano what the tap selects by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from meltano.core.plugin.singer.catalog import MetadataExecutor, select_metadata_rules, visit

ROOT = Path(__file__).resolve().parents[3]
# What the Hub's own form has beyond Meltano's (research/meltano.md §9).
HUB_ONLY = {
    "definition", "description", "domain_url", "keywords", "maintenance_status", "next_steps", "prereq", "quality",
    "settings_preamble", "supported_python_versions", "usage",
}  # fmt: skip
WANTED = HUB_ONLY | {
    "name",
    "namespace",
    "variant",
    "label",
    "repo",
    "pip_url",
    "executable",
    "capabilities",
    "settings",
}


def definition(plugin: str) -> dict[str, Any]:
    """A definition as it lies in docs."""
    return dict(yaml.safe_load((ROOT / "docs" / "hub" / f"{plugin}.yml").read_text(encoding="utf-8")))


def test_up_to_date_with_the_code() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "docs" / "hub.py"), "--check"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("plugin", "kind"), [("tap-sonar", "extractors"), ("target-splynx", "loaders")])
def test_complete_and_valid_for_meltano(plugin: str, kind: str) -> None:
    found = definition(plugin)
    assert set(found) >= WANTED
    assert all(item["description"] and item["label"] for item in found["settings"])
    secrets = {item["name"] for item in found["settings"] if item.get("sensitive")}
    assert secrets & {"auth_token", "api_secret"}
    names = {item["name"] for item in found["settings"]}
    assert all(set(group) <= names for group in found["settings_group_validation"])
    schema = json.loads((files("meltano.schemas") / "meltano.schema.json").read_text(encoding="utf-8"))
    block = {key: value for key, value in found.items() if key not in HUB_ONLY}
    jsonschema.validate({"plugins": {kind: [block]}}, schema)


def test_meltano_selects_what_the_tap_selects(whole_catalog: dict[str, Any]) -> None:
    by_itself = _selected(whole_catalog)
    catalog = json.loads(json.dumps(whole_catalog))
    # As `meltano run` does it: everything off, then the rules.
    visit(catalog, MetadataExecutor(select_metadata_rules(["!*.*"])))
    visit(catalog, MetadataExecutor(select_metadata_rules(definition("tap-sonar")["select"])))
    assert _selected(catalog) == by_itself
    assert "credit_card_processor_credentials" not in by_itself
    assert "token" not in by_itself["credit_cards"]
    assert "personal_access_tokens" not in by_itself


def _selected(catalog: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in catalog["streams"]:
        on = {tuple(item["breadcrumb"]): _on(item["metadata"]) for item in entry["metadata"]}
        if on[()]:
            names = (name[1] for name, selected in on.items() if name and selected)
            found[entry["tap_stream_id"]] = set(names)
    return found


def _on(metadata: dict[str, Any]) -> bool:
    if metadata.get("inclusion") == "automatic":
        return True
    return bool(metadata.get("selected", metadata.get("selected-by-default", True)))
