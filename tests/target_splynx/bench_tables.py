"""The tables that a bench's models read: `sonar.*` of the contract, `splynx.*` of a fresh server, what the engine tells."""

from __future__ import annotations

import json

import duckdb

from sandbox.sonar.contract import load_contract
from target_splynx.contract.resource import resources

RELATIONS = {
    "accounts": ("account_group_ids", "geo_tax_zone_ids"), "contacts": ("email_category_ids",), "tickets": ("ticket_category_ids",),
    "job_types": ("company_ids",), "jobs": ("user_ids",),
}  # fmt: skip
RELATION_FIELDS = {
    "account_group_ids": "account_groups", "geo_tax_zone_ids": "geo_tax_zones", "email_category_ids": "email_categories",
    "ticket_category_ids": "ticket_categories", "company_ids": "companies", "user_ids": "users",
}  # fmt: skip
ADDED = {"files": ("content_path", "content_base64")}
"""Columns that the tap adds when it is asked for the contents of files."""
_TYPES = {"Int64Bit": "BIGINT", "Int": "BIGINT", "Float": "DOUBLE", "Boolean": "BOOLEAN", "Datetime": "TIMESTAMPTZ", "Date": "DATE"}


def streams() -> dict[str, str]:
    """Stream (root field) → type."""
    contract = load_contract()
    found = dict(contract.singletons)
    for name, root in contract.query.items():
        entity = contract.entity_of(root.type.name)
        if entity and entity in contract.stored_types and not name.startswith("core_"):
            found[name] = entity
    # Computed by Sonar, not stored.
    return found | {"transactions": "Transaction"}


def columns(stream: str, type_name: str) -> dict[str, str]:
    found = {name: _TYPES.get(leaf.type.name, "VARCHAR") + ("[]" if leaf.type.is_list else "") for name, leaf in load_contract().leaf_fields(type_name).items()}
    return found | dict.fromkeys(RELATIONS.get(stream, ()), "BIGINT[]") | dict.fromkeys(ADDED.get(stream, ()), "VARCHAR")


WORKFLOW_ITEMS = json.dumps(
    [
        {"id": 11, "title": "New", "stage": "new", "position": 1},
        {"id": 12, "title": "On site", "stage": "in_progress", "position": 2},
        {"id": 13, "title": "Done", "stage": "done", "position": 3},
    ]
)


def fresh_splynx(connection: duckdb.DuckDBPyConnection) -> None:
    """Reference data of a fresh server (research/splynx-samples.json) as `splynx.*` tables."""
    tables = {
        "partners": "(NULL::VARCHAR, 1, 'Main')) t(source_key, id, name)",
        "locations": "(NULL::VARCHAR, 1, 'Main')) t(source_key, id, name)",
        "administrators": "(NULL::VARCHAR, 1, 'admin1')) t(source_key, id, login)",
        "labels": "(NULL::VARCHAR, 0, '', '')) t(source_key, id, module, label) WHERE false",
        "transaction_categories": "(NULL::VARCHAR, 1, 'Service'), (NULL, 4, 'Refund')) t(source_key, id, name)",
        "payment_methods": "(NULL::VARCHAR, 1, 'Cash'), (NULL, 2, 'Bank transfer'), (NULL, 3, 'Credit card')) t(source_key, id, name)",
        "taxes": "(NULL::VARCHAR, 11, '5.5 percent', 5.5, 'single'), (NULL, 12, 'Excise', 3.0, 'single')) t(source_key, id, name, rate, type)",
        "scheduling_workflow": f"(NULL::VARCHAR, 4, 'Default', '{WORKFLOW_ITEMS}')) t(source_key, id, title, items)",
        "states_provinces": "(NULL::VARCHAR, 50, 'WI', 'Wisconsin'), (NULL, 24, 'MN', 'Minnesota')) t(source_key, id, code, name)",
        "tickets_types": "(NULL::VARCHAR, 1, 'Question'), (NULL, 2, 'Incident'), (NULL, 3, 'Problem')) t(source_key, id, title)",
        "tickets_groups": "(NULL::VARCHAR, 1, 'IT'), (NULL, 2, 'Finance'), (NULL, 3, 'Sales')) t(source_key, id, title)",
        "tickets_statuses": """
            (NULL::VARCHAR, 1, 'New', '["open", "unresolved"]'), (NULL, 2, 'Work in progress', '["open", "unresolved"]'),
            (NULL, 3, 'Resolved', '["closed"]'), (NULL, 4, 'Waiting on customer', '["open", "unresolved"]'),
            (NULL, 5, 'Waiting on agent', '["open", "unresolved"]')) t(source_key, id, title_for_agent, mark)""",
    }
    for name, values in tables.items():
        connection.execute(f"CREATE TABLE splynx.{name} AS SELECT * FROM (VALUES {values}").fetchall()
        connection.execute(f"ALTER TABLE splynx.{name} ALTER id TYPE BIGINT").fetchall()
    for name, resource in resources().items():
        if name not in tables:
            texts = ", ".join(f'"{field}" VARCHAR' for field in resource.read if field not in {"id", "source_key"})
            connection.execute(f"CREATE TABLE splynx.{name} (source_key VARCHAR, id BIGINT{', ' + texts if texts else ''})").fetchall()


def engine_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """What the engine tells models, before the first load (target_splynx.planning.engine_tables)."""
    connection.execute("CREATE SCHEMA engine").fetchall()
    for name, columns in {
        "complete_streams": "stream VARCHAR", "basis": "section VARCHAR, name VARCHAR, value VARCHAR", "written": "model VARCHAR, source_key VARCHAR",
        "convertible": "resource VARCHAR, source_key VARCHAR, id BIGINT",
    }.items():  # fmt: skip
        connection.execute(f"CREATE TABLE engine.{name} ({columns})").fetchall()
