"""The rows of a Sonar instance: one SQLite file, one table per object type of the contract.

In: a path. Out: an open connection, or a file with all tables. The generator writes, the server reads and
(for live changes) writes, both at the same time: WAL mode.

A table is named as the type (``"Account"``), its columns as the type's leaf fields. ``id`` is the primary
key. Int64Bit, Int and Boolean are INTEGER, Float is REAL, everything else TEXT; a list of leaves is JSON
text. Datetime is text
``YYYY-MM-DDTHH:MM:SS+00:00`` in UTC, so that text order is time order; Date is ``YYYY-MM-DD``; an enum is its
GraphQL name.

Four tables are the store's own: ``_relation`` (many-to-many, both directions), ``_file_content``, ``_meta``,
``_dirt``.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sandbox.sonar.contract import Field, load_contract

STORE_VERSION = "1"

_AFFINITY = {"Int64Bit": "INTEGER", "Int": "INTEGER", "Boolean": "INTEGER", "Float": "REAL"}

_OWN_TABLES = """
CREATE TABLE "_relation" (
    owner_type TEXT NOT NULL, owner_id INTEGER NOT NULL, field TEXT NOT NULL,
    target_type TEXT NOT NULL, target_id INTEGER NOT NULL,
    PRIMARY KEY (owner_type, field, owner_id, target_type, target_id)
) WITHOUT ROWID;
CREATE TABLE "_file_content" (file_id INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE "_meta" (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE "_dirt" (account_id INTEGER, type TEXT NOT NULL, row_id INTEGER, code TEXT NOT NULL, note TEXT);
"""


def affinity(field: Field) -> str:
    """The SQLite column type of a leaf field."""
    return "TEXT" if field.type.is_list else _AFFINITY.get(field.type.name, "TEXT")


def columns(type_name: str) -> dict[str, str]:
    """Column name to SQLite type for the table of ``type_name``, in the contract's order."""
    return {name: affinity(field) for name, field in load_contract().leaf_fields(type_name).items()}


def open_database(path: Path | str, *, read_only: bool = False) -> sqlite3.Connection:
    """Open a store in autocommit mode (``BEGIN`` is the caller's), waiting up to 30 s for another writer."""
    location = Path(path).resolve()
    uri = f"{location.as_uri()}?mode={'ro' if read_only else 'rwc'}"
    connection = sqlite3.connect(uri, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
    if not read_only:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
    # A reader keeps the busiest pages; 64 MB is enough for the 10,158-account set's indexes.
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def create_tables(connection: sqlite3.Connection, *, indexes: bool = True) -> None:
    """Create every table, empty. A bulk writer passes ``indexes=False`` and calls :func:`create_indexes` at the end."""
    statements = ["BEGIN", _OWN_TABLES]
    for type_name in load_contract().stored_types:
        # A type with an `id` is keyed by it; Me and the like have it too. Settings without one use the rowid.
        parts = [
            f'"{name}" INTEGER PRIMARY KEY' if name == "id" and kind == "INTEGER" else f'"{name}" {kind}'
            for name, kind in columns(type_name).items()
        ]
        # A singleton without a single leaf field still needs a table.
        statements.append(f'CREATE TABLE "{type_name}" ({", ".join(parts) or "_empty TEXT"});')
    statements.append(f"INSERT INTO \"_meta\" VALUES ('store_version', '{STORE_VERSION}'); COMMIT;")
    connection.executescript(";\n".join(statements))
    if indexes:
        create_indexes(connection)


def create_indexes(connection: sqlite3.Connection) -> None:
    """Index ``updated_at``, each foreign key and each polymorphic pair of every table. Harmless when repeated."""
    statements = [
        "BEGIN",
        'CREATE INDEX IF NOT EXISTS "_relation:target" ON "_relation" (target_type, target_id)',
    ]
    for type_name in load_contract().stored_types:
        names = columns(type_name)
        for name in names:
            if name == "updated_at":
                keys = '"updated_at"'
            elif name.endswith("_id") and name != "sonar_unique_id" and names[name] == "INTEGER":
                pair = f"{name.removesuffix('_id')}_type"
                keys = f'"{name}", "{pair}"' if pair in names else f'"{name}"'
            else:
                continue
            statements.append(f'CREATE INDEX IF NOT EXISTS "{type_name}:{name}" ON "{type_name}" ({keys})')
    statements.append("COMMIT;")
    connection.executescript(";\n".join(statements))
    connection.execute("PRAGMA optimize")
