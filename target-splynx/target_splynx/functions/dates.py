"""Dates: Sonar speaks UTC, Splynx the server's local time without a zone (research/mapping.md §0.10)."""

from __future__ import annotations

from target_splynx.functions.function import Function

FUNCTIONS = (
    Function(
        name="local_date",
        arguments=(("moment", "TIMESTAMPTZ"),),
        returns="DATE",
        description="The calendar day of a moment in the provider's time zone.",
        example="local_date(TIMESTAMPTZ '2026-11-15 03:00:00+00')",
        result="2026-11-14",
        macro="CAST(timezone({timezone}, CAST(moment AS TIMESTAMPTZ)) AS DATE)",
    ),
    Function(
        name="local_datetime",
        arguments=(("moment", "TIMESTAMPTZ"),),
        returns="VARCHAR",
        description="A moment as Splynx writes it: `YYYY-MM-DD HH:MM:SS`, provider's zone, daylight saving respected.",
        example="local_datetime(TIMESTAMPTZ '2026-07-01 12:00:00+00')",
        result="2026-07-01 07:00:00",
        macro="strftime(timezone({timezone}, CAST(moment AS TIMESTAMPTZ)), '%Y-%m-%d %H:%M:%S')",
    ),
    Function(
        name="day_on_or_after",
        arguments=(("day", "DATE"), ("day_of_month", "BIGINT")),
        returns="DATE",
        description="The first date from `day` on that is the given day of the month (1 to 28).",
        example="day_on_or_after(DATE '2026-11-15', 1)",
        result="2026-12-01",
        macro=(
            "CASE WHEN day_of_month IS NULL THEN CAST(day AS DATE) "
            "WHEN extract(day FROM CAST(day AS DATE)) <= day_of_month "
            "THEN CAST(date_trunc('month', CAST(day AS DATE)) AS DATE) + CAST(day_of_month - 1 AS INTEGER) "
            "ELSE CAST(date_trunc('month', CAST(day AS DATE)) + INTERVAL 1 MONTH AS DATE) "
            "+ CAST(day_of_month - 1 AS INTEGER) END"
        ),
    ),
    Function(
        name="add_months",
        arguments=(("day", "DATE"), ("months", "BIGINT")),
        returns="DATE",
        description="The same day of a later month, or that month's last day.",
        example="add_months(DATE '2026-01-31', 1)",
        result="2026-02-28",
        macro="CAST(CAST(day AS DATE) + to_months(CAST(months AS INTEGER)) AS DATE)",
    ),
)
