"""The page of what goes nowhere: fields of Sonar that no model reads, and streams that no model reads.

In: the survey of an instance (fields), the shipped models (what they read). Out: Markdown.
"""

from __future__ import annotations

import duckdb

from tap_sonar.catalog import Survey
from target_splynx import functions
from target_splynx.modelling.library import load_models
from target_splynx.models.source_columns import columns_read

_EVERYWHERE = frozenset({"sonar_unique_id", "_version"})
_HEAD = """<!-- Generated from the code (make generate). -->

# What of Sonar goes nowhere

Fields that no shipped model reads, by stream. They are staged when the stream is selected, so a model of your own can
use them ([your own models](guides/your-own-models.md)); in Splynx they have no place, or nobody asked for one.
`sonar_unique_id` and `_version`, which every row has, are left out of the lists. What becomes of each *row* tells
[`splynx-migration accounting`](guides/accounting.md).

"""


def left_behind_page(survey: Survey) -> str:
    """Streams that models read with the fields that none of them reads, then the streams that nobody reads."""
    connection = duckdb.connect()
    functions.register(connection, timezone="UTC", currency_exponent=2, default_country="US")
    models, parts = load_models("sonar")
    named, whole = columns_read([*models, *parts], connection)
    rows = ["| Stream | Fields that go nowhere |", "|---|---|"]
    unread = []
    for definition in sorted(survey.definitions, key=lambda each: each.name):
        fields = set(definition.properties) - _EVERYWHERE
        if definition.name not in named and definition.name not in whole:
            unread.append(definition.name)
            continue
        used = named.get(definition.name, set()) | (whole.get(definition.name, set()) & fields)
        left = sorted(fields - used)
        rows.append(f"| `{definition.name}` | {', '.join(f'`{name}`' for name in left) or 'none'} |")
    nobody = ", ".join(f"`{name}`" for name in unread)
    return f"{_HEAD}## Fields\n\n" + "\n".join(rows) + f"\n\n## Streams that no model reads\n\n{nobody}\n"
