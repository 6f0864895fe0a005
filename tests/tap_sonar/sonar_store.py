"""Rows for every table of the Sonar sandbox's store, so that every stream has something to read.

In: an open store. Out: `rows` rows per type, deterministic, with nulls, unicode, large ids and long texts where the type allows.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta, timezone

from sandbox.sonar.contract import Field, load_contract
from sandbox.sonar.store import columns, create_tables, open_database

EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)
SAMPLES = {
    "Date": "2026-03-04",
    "Time": "08:30:00",
    "EmailAddress": "anna@example.com",
    "URL": "https://example.com/x",
    "HttpsUrl": "https://example.com/x",
    "HtmlHexColor": "#aabbcc",
    "IP": "192.0.2.7",
    "IpRange": "192.0.2.7-192.0.2.9",
    "SubnetScalar": "192.0.2.0/24",
    "MacAddress": "00:11:22:33:44:55",
    "DomainName": "example.com",
    "Geopoint": "44.97,-93.26",
    "Latitude": "44.97",
    "Longitude": "-93.26",
    "Numeric": "0042",
    "Port": "8080",
    "EpochTimestamp": "1700000000",
}


def moment(seconds: int) -> str:
    """A Datetime as the store keeps it."""
    return (EPOCH + timedelta(seconds=seconds)).isoformat()


def value(field: Field, number: int, column_type: str) -> object:
    """A value for the `number`th row."""
    if field.name == "id":
        return number
    if not field.type.non_null and number % 5 == 4:
        return None
    single = scalar(field, number)
    if field.type.is_list:
        return json.dumps([single])
    if column_type == "INTEGER" and not isinstance(single, int):
        return number
    return single


def scalar(field: Field, number: int) -> object:
    """A value of the field's type."""
    kind = field.type.name
    values = load_contract().enums.get(kind)
    if values:
        return values[number % len(values)]
    large = number % 7 == 0 and field.name != "account_id"
    special: dict[str, object] = {
        "Datetime": moment(number),
        "Int64Bit": 9_007_199_254_740_993 + number if large else number % 3 + 1,
        "Int": -number,
        "Float": number + 0.25,
        "Boolean": number % 2,
        **SAMPLES,
    }
    return special.get(kind, f"Zoë №{number} \u2028" + "x" * (2000 if number % 50 == 49 else 0))


def fill(connection: sqlite3.Connection, rows: int, *, types: dict[str, int] | None = None) -> None:
    """Insert rows into every table; `types` overrides the number per type."""
    contract = load_contract()
    connection.execute("BEGIN")
    for type_name in contract.stored_types:
        names = columns(type_name)
        fields = contract.leaf_fields(type_name)
        if not names:
            continue
        singleton = type_name in contract.singletons.values() or type_name in contract.singletons
        count = 1 if singleton else (types or {}).get(type_name, rows)
        holes = ",".join("?" * len(names))
        quoted = ",".join(f'"{name}"' for name in names)
        connection.executemany(
            f'INSERT INTO "{type_name}" ({quoted}) VALUES ({holes})',
            [[value(fields[name], number, kind) for name, kind in names.items()] for number in range(1, count + 1)],
        )
    connection.execute("COMMIT")


def new_store(path: str, rows: int, *, types: dict[str, int] | None = None) -> sqlite3.Connection:
    """Create and fill a store."""
    connection = open_database(path)
    connection.execute("PRAGMA synchronous = OFF")
    create_tables(connection, indexes=False)
    fill(connection, rows, types=types)
    return connection
