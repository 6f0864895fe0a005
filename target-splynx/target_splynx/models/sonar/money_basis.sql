-- As of which day balances are carried over, and how (docs/explanation/money.md). What is older is summed up by balance_strategy;
-- what comes later is written row by row. Once money is written, both stay what they were (engine.basis).
-- One row: day, strategy, skip (why no money is written now).
WITH newest AS (
    SELECT local_date(max(stream.newest)) AS day
    FROM (
        SELECT max(updated_at) AS newest FROM sonar.accounts
        UNION ALL
        SELECT max(updated_at) FROM sonar.invoices
        UNION ALL
        SELECT max(updated_at) FROM sonar.debits
        UNION ALL
        SELECT max(updated_at) FROM sonar.payments
    ) AS stream
),
kept AS (
    SELECT min(CAST(day AS DATE)) AS day, min(strategy) AS strategy FROM engine.basis WHERE section = 'money'
),
wanted AS (
    SELECT
        kept.day AS kept_day,
        newest.day AS newest_day,
        CASE
            WHEN kept.strategy <> getvariable('balance_strategy')
                THEN error(
                    'Money was written with balance_strategy ' || kept.strategy || ' as of ' || kept.day || ', and the setting says '
                    || getvariable('balance_strategy') || ' now. Set it back, or roll the money back first.'
                )
            WHEN getvariable('balance_strategy') NOT IN ('open_items', 'opening_balance', 'history', 'none')
                THEN error('balance_strategy is ' || getvariable('balance_strategy') || ': use open_items, opening_balance, history or none.')
            WHEN getvariable('balance_strategy') = 'history' AND CAST(getvariable('history_from') AS DATE) IS NULL
                THEN error('balance_strategy is history: set history_from, the day from which documents are written one by one.')
            ELSE getvariable('balance_strategy')
        END AS strategy
    FROM newest
    CROSS JOIN kept
)
SELECT
    coalesce(
        kept_day,
        CASE
            WHEN strategy = 'history' THEN CAST(getvariable('history_from') AS DATE)
            ELSE coalesce(CAST(getvariable('cutover_date') AS DATE), newest_day)
        END
    ) AS day,
    strategy,
    CASE
        WHEN strategy = 'none' THEN 'balance_strategy: none'
        -- The evening before counts: the last run of the old system is on the day before the new one starts.
        WHEN kept_day IS NULL AND CAST(getvariable('cutover_date') AS DATE) > newest_day + 1 THEN 'the day of the cut-over is not reached'
    END AS skip
FROM wanted
