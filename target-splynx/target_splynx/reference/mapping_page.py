"""docs/migration_mapping.md: for every Splynx field that the shipped models write, the source and the rule."""

from __future__ import annotations

import duckdb

from target_splynx import functions
from target_splynx.modelling.dependencies import build_graph
from target_splynx.modelling.evaluate import FILE_COLUMNS
from target_splynx.modelling.library import load_models
from target_splynx.modelling.model import SECTIONS, Model
from target_splynx.models.rules import column_rules
from target_splynx.reference.schema_page import NOTE


def mapping_page(mapping: str = "sonar", models_path: str | None = None) -> str:
    """The page for a mapping, with the operator's own models where a folder is given."""
    models, parts = load_models(mapping, models_path)
    with duckdb.connect() as connection:
        functions.register(connection, timezone="UTC", currency_exponent=2, default_country="US")
        graph = build_graph(models, parts, connection)
    text = [
        f"{NOTE}# From Sonar to Splynx, field by field\n",
        "What the shipped models write. *Source and rule* is the comment behind the column in the model; read the SQL",
        "for the whole truth.\n",
    ]
    for section in SECTIONS:
        ours = [model for model in models if model.section == section]
        if ours:
            text.append(f"## {section}\n")
        text += [_model(model, sorted(graph.reads[model.name].streams)) for model in ours]
    return "\n".join(text)


def _model(model: Model, read: list[str]) -> str:
    lines = [
        f"### {model.name.split('/')[1]}\n",
        f"{model.description}\n" if model.description else "",
        f"Resource `{model.resource.name}` ({model.mode}). Reads: {', '.join(f'`{s}`' for s in read) or 'nothing'}.\n",
        "| Splynx field | Source and rule |",
        "|---|---|",
    ]
    lines += [
        f"| `{rule.column}` | {(rule.rule or rule.expression).replace('|', chr(92) + '|')} |"
        for rule in column_rules(model.sql)
        if not rule.column.startswith("_") or rule.column in FILE_COLUMNS
    ]
    return "\n".join(line for line in lines if line) + "\n"
