"""Reference pages made from the code: streams, SQL functions, the mapping field by field.

In: the plugins, and the Sonar sandbox for its introspection. Out: Markdown. `docs/generate.py` writes them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from left_behind import left_behind_page
from sandbox.sonar.server import SonarServer
from sandbox.sonar.store import create_tables, open_database
from tap_sonar import catalog, docs
from tap_sonar.introspection import ApiSchema, introspect
from tap_sonar.schema_page import schema_page
from tap_sonar.tap import TapSonar
from target_splynx import functions
from target_splynx.reference.mapping_page import mapping_page
from target_splynx.reference.schema_page import schema_page as splynx_schema_page

_NOTE = "<!-- Generated from the code (make generate). -->\n\n"


def pages() -> Iterator[tuple[str, str]]:
    """Path below docs/ and text of each generated page."""
    schema = introspected()
    yield "reference/streams.md", streams(schema)
    yield "sonar/api_schema.md", schema_page(schema)
    yield "reference/sql-functions.md", sql_functions()
    yield "splynx/api_schema.md", splynx_schema_page()
    yield "migration_mapping.md", mapping_page()
    yield "migration_left_behind.md", left_behind_page(catalog.survey(schema, relation_ids=True, file_contents=False))


def introspected() -> ApiSchema:
    """The recorded contract, as the tap gets it from an instance."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "empty.sqlite"
        connection = open_database(database)
        create_tables(connection)
        connection.commit()
        connection.close()
        with SonarServer(database) as server:
            tap = TapSonar(config={"api_url": server.url, "auth_token": server.token}, setup_mapper=False)
            try:
                return introspect(tap.client)
            finally:
                tap.close()


def streams(schema: ApiSchema) -> str:
    """All root fields of the recorded contract: stream, how it is read, or why not."""
    survey = catalog.survey(schema, relation_ids=True, file_contents=False)
    return (
        f"{_NOTE}# Streams of Sonar\n\nWhat `tap-sonar --discover` finds on an instance with the recorded contract. "
        "Yours may have more or fewer: `tap-sonar-tools streams` prints this page for it.\n\n"
        f"{docs.roots_table(survey)}\n"
    )


def sql_functions() -> str:
    """The functions of the domain that models may use."""
    lines = [
        f"{_NOTE}# SQL functions\n",
        "In models, beside all of DuckDB's. The examples hold for the zone America/Chicago, two decimal places and the",
        "country US; a test runs them.\n",
        "| Function | Returns | Meaning | Example | Result |",
        "|---|---|---|---|---|",
    ]
    for function in functions.CATALOGUE:
        code = (function.signature, function.example, function.result)
        signature, example, result = (f"`{text}`" for text in code)
        cells = (signature, function.returns, function.description, example, result)
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
