"""Putting the catalogue into a connection.

In: a DuckDB connection and the three facts about the provider that functions depend on. Out: the functions, for this
connection and its cursors. Registering again replaces them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
from duckdb.func import FunctionNullHandling

from target_splynx.functions.catalogue import CATALOGUE
from target_splynx.functions.contact import phone_with
from target_splynx.functions.function import Function

_MAX_EXPONENT = 4


def register(
    connection: duckdb.DuckDBPyConnection, *, timezone: str, currency_exponent: int, default_country: str
) -> None:
    """Create every function of the catalogue.

    Args:
        connection: must be writable; macros are kept in the current database.
        timezone: IANA name of the provider's zone, `America/Chicago`.
        currency_exponent: decimals of the smallest currency unit (ISO 4217): 2 for cents, 0 for yen.
        default_country: ISO 3166 alpha-2 code, for telephone numbers without a country.

    Raises:
        ValueError: the exponent does not fit Splynx's four decimals, or the zone is unknown.
    """
    if not 0 <= currency_exponent <= _MAX_EXPONENT:
        raise ValueError(f"currency_exponent {currency_exponent} is outside 0..{_MAX_EXPONENT}")
    zone = timezone.replace("'", "''")
    try:
        connection.execute(f"SELECT timezone('{zone}', TIMESTAMPTZ '2026-01-01 00:00:00+00')").fetchall()
    except duckdb.Error as error:
        raise ValueError(f"unknown time zone {timezone!r}") from error
    # A decimal literal of the right scale: a division would turn DOUBLE.
    unit = "1" if currency_exponent == 0 else f"0.{'1'.rjust(currency_exponent, '0')}"
    facts = {
        "{timezone}": f"'{zone}'",
        "{money_unit}": unit,
        # How many of the four decimals the currency does not have; all four go with their point.
        "{spare_digits}": f"{{{_MAX_EXPONENT - currency_exponent}}}",
        "{money_scale}": str(10 ** (_MAX_EXPONENT - currency_exponent)),
    }
    for function in CATALOGUE:
        if function.macro:
            names = ", ".join(name for name, _ in function.arguments)
            body = function.macro
            for placeholder, fact in facts.items():
                body = body.replace(placeholder, fact)
            connection.execute(f"CREATE OR REPLACE MACRO {function.name}({names}) AS {body}")
        else:
            _create(connection, function, function.python or phone_with(default_country))


def _create(connection: duckdb.DuckDBPyConnection, function: Function, python: Callable[..., Any]) -> None:
    exists = connection.execute(
        "SELECT count(*) FROM duckdb_functions() WHERE function_name = ? AND function_type = 'scalar'", [function.name]
    ).fetchall()
    if exists[0][0]:
        connection.remove_function(function.name)
    # Special: NULL is handed over. By default DuckDB answers NULL for it, also where only a later argument is empty.
    connection.create_function(
        function.name,
        python,
        [kind for _, kind in function.arguments],
        function.returns,
        null_handling=FunctionNullHandling.SPECIAL,
    )
