"""Money and rates: whole cents to decimals, never through floating point (research/money.md §4)."""

from __future__ import annotations

from target_splynx.functions.function import Function

FUNCTIONS = (
    Function(
        name="money",
        arguments=(("cents", "BIGINT"),),
        returns="DECIMAL(19,4)",
        description="Sonar's smallest currency unit as the main unit, exact. The exponent (2 for cents) is a setting.",
        example="money(4999)",
        result="49.9900",
        macro="CAST(CAST(cents AS DECIMAL(19,0)) * {money_unit} AS DECIMAL(19,4))",
    ),
    Function(
        name="amount_text",
        arguments=(("cents", "BIGINT"),),
        returns="VARCHAR",
        description="The same for people to read: as many decimals as the currency has, at least two for cents.",
        example="amount_text(-4990)",
        result="-49.90",
        macro="regexp_replace(CAST(money(cents) AS VARCHAR), '[.]?0{spare_digits}$', '')",
    ),
    Function(
        name="money_per_month",
        arguments=(("cents", "BIGINT"), ("months", "BIGINT")),
        returns="DECIMAL(19,4)",
        description=(
            "The monthly part of a price for several months, four decimals, half away from zero, without floats. "
            "No months, or less than one, count as one."
        ),
        example="money_per_month(10000, 3)",
        result="33.3333",
        # Units of 1/10000: twice the value plus the divisor, divided by twice the divisor, is half up.
        macro=(
            "CAST(CAST(sign(cents) * ("
            "(2 * CAST(abs(cents) AS HUGEINT) * {money_scale} + greatest(coalesce(months, 1), 1))"
            " // (2 * greatest(coalesce(months, 1), 1))) AS DECIMAL(19,0)) * 0.0001 AS DECIMAL(19,4))"
        ),
    ),
    Function(
        name="percent",
        arguments=(("rate", "DOUBLE"),),
        returns="DECIMAL(6,4)",
        description="A rate in percent with four decimals; NULL when Splynx cannot hold it (100 or more, or below 0).",
        example="percent(8.25)",
        result="8.2500",
        macro="CASE WHEN rate >= 0 AND rate < 99.99995 THEN TRY_CAST(rate AS DECIMAL(6,4)) END",
    ),
    Function(
        name="clamp",
        arguments=(("value", "BIGINT"), ("lowest", "BIGINT"), ("highest", "BIGINT")),
        returns="BIGINT",
        description="The nearest number within the limits; NULL stays NULL (least and greatest would leave it out).",
        example="clamp(31, 1, 28)",
        result="28",
        macro=("CASE WHEN value IS NOT NULL THEN CAST(least(greatest(value, lowest), highest) AS BIGINT) END"),
    ),
)
