"""Writes what follows from the plugins' code: settings and select list in meltano.yml, .env.example, READMEs, pages.

`python docs/generate.py` writes; with `--check` it exits 1 when something would change (a test runs it).
Run in the project's environment (`make generate`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import yaml

from command_page import command_page
from pages import pages
from reject_page import reject_page
from tap_sonar.tap import TapSonar
from target_splynx import functions
from target_splynx.modelling import companions
from target_splynx.modelling.library import load_models, optional_streams
from target_splynx.modelling.model import SECTIONS
from target_splynx.target import TargetSplynx

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = {"tap-sonar": TapSonar, "target-splynx": TargetSplynx}

# Settings of the SDK itself that only get in the way in a file people read; they work all the same.
SDK_ONLY = {
    "stream_maps", "stream_map_config", "faker_config", "flattening_enabled", "flattening_max_depth",
    "flattening_max_key_length", "batch_config", "add_record_metadata", "load_method", "batch_size_rows",
    "validate_records", "process_activate_version_messages",
}  # fmt: skip

_EXAMPLES = {
    "TAP_SONAR_API_URL": "https://isp.sonar.software",
    "TARGET_SPLYNX_API_URL": "https://splynx.example.net",
    "TARGET_SPLYNX_TIMEZONE": "America/Chicago",
}


def settings(plugin: str) -> dict[str, dict[str, Any]]:
    """Settings of a plugin as its code declares them: name → JSON schema, `required` added."""
    schema = PLUGINS[plugin].config_jsonschema
    required = set(schema.get("required", []))
    return {
        name: {**spec, "required": name in required}
        for name, spec in schema["properties"].items()
        if name not in SDK_ONLY
    }


def kind(spec: dict[str, Any]) -> str:
    """Meltano's kind of a setting."""
    types = [t for t in (spec["type"] if isinstance(spec["type"], list) else [spec["type"]]) if t != "null"]
    if spec.get("enum"):
        return "options"
    if spec.get("format") in {"date-time", "date"}:
        return "date_iso8601"
    return {"integer": "integer", "boolean": "boolean", "array": "array", "object": "object"}.get(types[0], "string")


def secret(spec: dict[str, Any]) -> bool:
    """Whether a setting must not be shown."""
    return bool(spec.get("secret") or spec.get("writeOnly"))


def meltano_settings(plugin: str) -> str:
    """The `settings:` block of a plugin."""
    entries = []
    for name, spec in settings(plugin).items():
        # Meltano writes keys in this order and folds no lines: `meltano install` then changes nothing.
        entry: dict[str, Any] = {"name": name, "kind": kind(spec)}
        if spec.get("default") is not None:
            entry["value"] = spec["default"]
        entry["label"] = spec.get("title", name)
        entry["description"] = spec.get("description", "")
        if kind(spec) == "options":
            entry["options"] = [{"label": str(v), "value": v} for v in spec["enum"] if v is not None]
        if secret(spec):
            entry["sensitive"] = True
        entries.append(entry)
    return yaml.safe_dump({"settings": entries}, sort_keys=False, allow_unicode=True, width=10**6)


def streams() -> list[str]:
    """The streams that a migration reads: for the shipped models, and for what stands beside them."""
    connection = duckdb.connect()
    functions.register(connection, timezone="UTC", currency_exponent=2, default_country="US")
    return sorted(set(companions.streams_of("sonar", connection)) - optional_streams().keys())


# RADIUS passwords do move: without them every customer's device would have to be set up anew.
_HELD = {
    "credit_cards": ["token", "token_id"], "bank_accounts": ["token", "token_id"],
    "network_monitoring_templates": ["snmp3_auth_passphrase", "snmp3_priv_passphrase"],
}  # fmt: skip
"""Secrets that the streams of the migration hold and that no model reads (tokens: unless `payment_account_map` is
set)."""


def select() -> str:
    """The `select:` block: streams that models read, without the secrets that none of them needs."""
    chosen = [f"{name}.*" for name in streams()]
    chosen += [f"!{stream}.{field}" for stream, fields in _HELD.items() for field in fields if stream in streams()]
    return yaml.safe_dump({"select": chosen}, sort_keys=False, width=118)


def env_example() -> str:
    """.env.example: every setting by its variable, with default and meaning."""
    lines = [
        "# Copy to .env and fill in. Meltano reads it; `meltano config set` writes secrets here, too.",
        "# Generated from the plugins' code (make generate).",
        "",
    ]
    for plugin in PLUGINS:
        lines += [f"# ---- {plugin} ----", ""]
        for name, spec in settings(plugin).items():
            variable = f"{plugin}_{name}".upper().replace("-", "_")
            lines.append(f"# {spec.get('description', '')}".rstrip())
            value = _EXAMPLES.get(variable, "")
            if spec["required"] or secret(spec) or value:
                lines.append(f"{variable}={value}" if spec["required"] else f"# {variable}={value}")
            else:
                lines.append(f"# {variable}={_text(spec.get('default'))}")
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def table(plugin: str) -> str:
    """The settings as a Markdown table."""
    lines = ["| Setting | Default | Meaning |", "|---|---|---|"]
    for name, spec in settings(plugin).items():
        marks = " (required)" if spec["required"] else " (secret)" if secret(spec) else ""
        default = _text(spec.get("default"))
        meaning = str(spec.get("description", "")).replace("|", "\\|").replace("\n", " ")
        if spec.get("enum"):
            meaning += f" One of: {', '.join(str(v) for v in spec['enum'] if v is not None)}."
        lines.append(f"| `{name}`{marks} | {f'`{default}`' if default else ''} | {meaning} |")
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """docs/reference/settings.md: both plugins' settings."""
    parts = [
        "<!-- Generated from the code (make generate). -->\n\n# Settings\n",
        "Each is also an environment variable: `TAP_SONAR_` or `TARGET_SPLYNX_` and the name in capitals. Meltano",
        "reads them from `.env`, `meltano.yml` and the environment; secrets belong into `.env` or the environment,",
        "never into `meltano.yml`. The settings of the Singer SDK (stream maps, flattening, …) work as in every SDK",
        "plugin.\n",
    ]
    for plugin in PLUGINS:
        parts += [f"## {plugin}\n", table(plugin)]
    return "\n".join(parts)


def sections_table() -> str:
    """The shipped models by section."""
    models, _ = load_models("sonar")
    lines = ["| Section | Model | Splynx resource | What it does |", "|---|---|---|---|"]
    for section in SECTIONS:
        for model in (m for m in models if m.section == section):
            name = model.name.split("/")[1]
            resource = f"{model.resource.name} ({model.mode})"
            lines.append(f"| {section} | `{name}` | {resource} | {model.description} |")
    return "\n".join(lines) + "\n"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        import json

        return json.dumps(value, ensure_ascii=False)
    return str(value)


def spliced(text: str, name: str, body: str) -> str:
    """The text with the part between `generated: <name>` and `generated: end` replaced, indented like the marker."""
    begin = rf"^([ ]*)([^\n]*generated: {re.escape(name)}\b[^\n]*\n)"
    pattern = re.compile(rf"{begin}(.*?)^([^\n]*generated: end)", re.MULTILINE | re.DOTALL)
    match = pattern.search(text)
    if match is None:
        raise SystemExit(f"marker `generated: {name}` is missing")
    indent = match[1]
    block = "".join(f"{indent}{line}" if line.strip() else line for line in body.splitlines(keepends=True))
    return text[: match.start(3)] + block + text[match.end(3) :]


def generated() -> Iterator[tuple[Path, str]]:
    """Each file with its new text."""
    path = ROOT / "meltano.yml"
    text = path.read_text(encoding="utf-8")
    for plugin in PLUGINS:
        text = spliced(text, f"{plugin} settings", meltano_settings(plugin))
    yield path, spliced(text, "select", select())
    yield ROOT / ".env.example", env_example()
    path = ROOT / "target-splynx" / "README.md"
    text = spliced(path.read_text(encoding="utf-8"), "settings", table("target-splynx"))
    yield path, spliced(text, "models", sections_table())
    yield ROOT / "docs" / "reference" / "settings.md", settings_page()
    yield ROOT / "docs" / "reference" / "commands.md", command_page()
    yield ROOT / "docs" / "reference" / "rejects.md", reject_page()
    for name, page in pages():
        yield ROOT / "docs" / name, page


def main() -> None:
    """Write, or with --check only compare."""
    stale = []
    for path, text in generated():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.relative_to(ROOT))
            if "--check" not in sys.argv:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for path in stale:
        print(path)
    if stale and "--check" in sys.argv:
        sys.exit("These files do not agree with the code: run `make generate`.")


if __name__ == "__main__":
    main()
