"""Pages that are made from the code, so that they cannot be wrong.

In: the settings, or the survey of an instance. Out: Markdown tables, and the README with its tables
brought up to date between `<!-- generated: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tap_sonar.catalog import Survey
from tap_sonar.definition import CONNECTION, SERIES, StreamDefinition
from tap_sonar.settings import CONFIG_SCHEMA
from tap_sonar.tap import TapSonar


def settings_table() -> str:
    """All settings of the tap, its own first, as in `--about`."""
    schema = json.loads(json.dumps(CONFIG_SCHEMA))
    own = list(schema["properties"])
    TapSonar.append_builtin_config(schema)
    required = set(schema.get("required", ()))
    lines = ["| Setting | Required | Default | Description |", "|---|---|---|---|"]
    properties: Mapping[str, Any] = schema["properties"]
    for name in sorted(properties, key=lambda name: own.index(name) if name in own else len(own)):
        setting = properties[name]
        default = f"`{json.dumps(setting['default'])}`" if "default" in setting else ""
        text = cell(setting.get("description", ""))
        if setting.get("writeOnly"):
            text += " *(secret)*"
        lines.append(f"| `{name}` | {'yes' if name in required else ''} | {default} | {text} |")
    return "\n".join(lines)


def roots_table(survey: Survey) -> str:
    """All root fields: stream, how it is read, or why it is none."""
    definitions: dict[str, list[StreamDefinition]] = {}
    for item in survey.definitions:
        definitions.setdefault(item.root_field, []).append(item)
    lines = ["| Root field | Stream | Read | Remark |", "|---|---|---|---|"]
    for root in survey.roots:
        found = definitions.get(root.name)
        if found is None:
            lines.append(f"| `{root.name}` | no | | {cell(root.reason)} |")
            continue
        remark = f"not selected by default: {root.reason}" if root.reason else ""
        for definition in found:
            name = "yes" if definition.name == root.name else f"`{definition.name}`"
            lines.append(f"| `{root.name}` | {name} | {_how(definition)} | {cell(remark)} |")
    streams = len(survey.definitions)
    connections = sum(definition.shape == CONNECTION for definition in survey.definitions)
    head = f"{len(survey.roots)} root fields, {streams} streams ({connections} of them connections)."
    return "\n".join([head, "", *lines])


def bring_up_to_date(text: str, parts: Mapping[str, str]) -> str:
    """`text` with each generated part replaced; a part without its markers is an error."""
    for name, part in parts.items():
        pattern = re.compile(rf"(<!-- generated: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"no markers for {name!r}")
        text = pattern.sub(lambda match, part=part: f"{match.group(1)}{part}\n{match.group(2)}", text)  # type: ignore[misc]
    return text


def _how(definition: StreamDefinition) -> str:
    if definition.shape == SERIES:
        method = "incremental" if definition.replication_key else "full table"
        return f"{method}, by {definition.owner} in a period"
    if definition.replication_key:
        return "incremental, by key"
    if definition.by_key:
        return "full table, by key"
    if definition.owner:
        return f"full table, by {definition.owner}"
    if definition.shape == CONNECTION and "paginator" in definition.arguments:
        return "full table, by page number"
    return "full table, one request"


def cell(text: str) -> str:
    """Text that fits into a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")
