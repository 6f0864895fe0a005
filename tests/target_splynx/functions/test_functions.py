"""Each function does what its catalogue entry says; money never passes a float; a second registration replaces the first."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from target_splynx.functions import CATALOGUE, Function, register


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        register(connection, timezone="America/Chicago", currency_exponent=2, default_country="US")
        yield connection


def value(connection: duckdb.DuckDBPyConnection, expression: str, *parameters: object) -> object:
    return connection.execute(f"SELECT {expression}", list(parameters)).fetchall()[0][0]


@pytest.mark.parametrize("function", CATALOGUE, ids=lambda function: function.name)
def test_example_gives_the_result_of_the_catalogue(connection: duckdb.DuckDBPyConnection, function: Function) -> None:
    found = value(connection, f"CAST({function.example} AS VARCHAR)")
    assert (found if found is not None else "NULL") == function.result


@pytest.mark.parametrize("function", CATALOGUE, ids=lambda function: function.name)
def test_result_has_the_type_of_the_catalogue(connection: duckdb.DuckDBPyConnection, function: Function) -> None:
    example = function.example.removesuffix(".prefix")
    assert str(value(connection, f"typeof({example})")).replace('"', "") == function.returns


@pytest.mark.parametrize("function", [f for f in CATALOGUE if f.name != "reject"], ids=lambda function: function.name)
def test_null_in_null_out(connection: duckdb.DuckDBPyConnection, function: Function) -> None:
    arguments = ["NULL"] + [f"CAST(1 AS {kind})" if kind != "DATE" else "DATE '2026-01-01'" for _, kind in function.arguments[1:]]
    expected = "field" if function.name == "splynx_name" else None
    assert value(connection, f"{function.name}({', '.join(arguments)})") == expected


@pytest.mark.parametrize(
    ("exponent", "cents", "expected"),
    [(2, -1, "-0.0100"), (0, 4999, "4999.0000"), (3, 4999, "4.9990"), (2, 9_007_199_254_740_993, "90071992547409.9300")],
)
def test_money_follows_the_currency(exponent: int, cents: int, expected: str) -> None:
    with duckdb.connect() as connection:
        register(connection, timezone="UTC", currency_exponent=exponent, default_country="US")
        assert value(connection, "money(?)", cents) == Decimal(expected)
        assert value(connection, "typeof(money(1))") == "DECIMAL(19,4)"


@settings(max_examples=200, deadline=None)
@given(cents=st.integers(-(10**12), 10**12), months=st.integers(1, 99))
def test_money_per_month_is_half_up_and_exact(connection: duckdb.DuckDBPyConnection, cents: int, months: int) -> None:
    exact = Fraction(abs(cents), 100 * months) * 10_000
    units = int(exact + Fraction(1, 2))
    expected = Decimal(units if cents >= 0 else -units).scaleb(-4)
    found = value(connection, "money_per_month(?, ?)", cents, months)
    assert found == expected
    # Splynx multiplies by the period again: the whole must come out to the cent (research/mapping.md §5.3).
    assert isinstance(found, Decimal)
    assert (found * months).quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(cents).scaleb(-2)


def test_registering_again_replaces(connection: duckdb.DuckDBPyConnection) -> None:
    with duckdb.connect() as other:
        register(other, timezone="UTC", currency_exponent=2, default_country="US")
        register(other, timezone="America/Chicago", currency_exponent=2, default_country="GB")
        assert value(other, "phone('020 7946 0018', NULL, NULL)") == "+442079460018"
        assert str(value(other, "local_date(TIMESTAMPTZ '2026-11-15 03:00:00+00')")) == "2026-11-14"
        assert value(other.cursor(), "phone('020 7946 0018', NULL, NULL)") == "+442079460018"


def test_wrong_zone_and_exponent_are_refused() -> None:
    with duckdb.connect() as connection:
        with pytest.raises(ValueError, match="time zone"):
            register(connection, timezone="Mars/Olympus", currency_exponent=2, default_country="US")
        with pytest.raises(ValueError, match="exponent"):
            register(connection, timezone="UTC", currency_exponent=5, default_country="US")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jane@example.com", ["jane@example.com"]),
        ("jane@example.com, JANE@example.com;bob@example.net", ["jane@example.com", "bob@example.net"]),
        ("jane@example", []),
        ("jane doe@example.com", ["doe@example.com"]),
        ("jane@@example.com", []),
        ("", []),
        ("josé@example.com", ["josé@example.com"]),
    ],
)
def test_emails(connection: duckdb.DuckDBPyConnection, text: str, expected: list[str]) -> None:
    assert value(connection, "valid_emails(?)", text) == expected


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("6085550100", "US", "+16085550100"),
        ("5550100", "US", "5550100"),
        ("no phone", "US", None),
        ("12", "US", "12"),
        ("+44 20 7946 0018", "US", "+442079460018"),
        ("6085550100", "XX", "6085550100"),
    ],
)
def test_phones(connection: duckdb.DuckDBPyConnection, number: str, country: str, expected: str | None) -> None:
    assert value(connection, "phone(?, ?, NULL)", number, country) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("001a2b3c4d5e", "00:1a:2b:3c:4d:5e"),
        ("001A.2B3C.4D5E", "00:1a:2b:3c:4d:5e"),
        ("Cabinet 12", None),
        ("00:1a:2b:3c:4d", None),
        ("00:1a:2b:3c:4d:5e:6f", None),
    ],
)
def test_macs(connection: duckdb.DuckDBPyConnection, text: str, expected: str | None) -> None:
    assert value(connection, "mac(?)", text) == expected


def test_address_blocks(connection: duckdb.DuckDBPyConnection) -> None:
    assert value(connection, "ip_parts('10.0.0.7')") == {
        "version": 4, "network": "10.0.0.7", "prefix": 32, "is_host": True, "first": "4:0a000007", "last": "4:0a000007",
    }  # fmt: skip
    assert value(connection, "ip_parts('2001:db8::/56').prefix") == 56
    assert value(connection, "ip_parts('10.0.0.300')") is None
    assert value(connection, "ip_contains('10.0.0.0/24', '10.0.1.0/32')") is False
    assert value(connection, "ip_contains('10.0.0.0/24', '2001:db8::1')") is False


def test_days_of_a_month(connection: duckdb.DuckDBPyConnection) -> None:
    assert str(value(connection, "day_on_or_after(DATE '2026-12-15', 1)")) == "2027-01-01"
    assert str(value(connection, "day_on_or_after(DATE '2026-12-15', 15)")) == "2026-12-15"
    assert str(value(connection, "day_on_or_after(DATE '2026-12-15', 28)")) == "2026-12-28"
    assert str(value(connection, "day_on_or_after(DATE '2026-01-31', 28)")) == "2026-02-28"
