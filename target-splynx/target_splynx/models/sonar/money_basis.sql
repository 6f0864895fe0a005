-- On which state of Sonar the money stands, and how balances are carried over (docs/explanation/money.md). What Sonar held then is summed
-- up by balance_strategy; what comes later is written row by row. Once money is written this stays as it was (engine.basis).
-- One row: strategy, day, moment (of the newest change), last_<stream> (highest ids; NULL before the first load), skip (why none is written).
WITH newest AS (
    SELECT max(stream.newest) AS moment, local_date(greatest(max(stream.newest), (SELECT max(updated_at) FROM sonar.accounts))) AS day
    FROM (
        SELECT max(updated_at) AS newest FROM sonar.invoices
        UNION ALL
        SELECT max(updated_at) FROM sonar.debits
        UNION ALL
        SELECT max(updated_at) FROM sonar.payments
        UNION ALL
        SELECT max(updated_at) FROM sonar.discounts
        UNION ALL
        SELECT max(updated_at) FROM sonar.credits
    ) AS stream
),
kept AS (
    SELECT map_from_entries(list({'key': name, 'value': value})) AS facts FROM engine.basis WHERE section = 'money'
),
wanted AS (
    SELECT
        kept.facts,
        newest.moment,
        newest.day AS newest_day,
        CASE
            WHEN kept.facts['strategy'] <> getvariable('balance_strategy')
                THEN error(
                    'Money was written with balance_strategy ' || kept.facts['strategy'] || ' as of ' || kept.facts['day'] || ', and the setting says '
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
    strategy,
    coalesce(
        CAST(facts['day'] AS DATE),
        CASE
            WHEN strategy = 'history' THEN CAST(getvariable('history_from') AS DATE)
            ELSE coalesce(CAST(getvariable('cutover_date') AS DATE), newest_day)
        END
    ) AS day,
    coalesce(CAST(facts['moment'] AS TIMESTAMPTZ), moment) AS moment,
    coalesce(CAST(facts['last_invoices'] AS BIGINT), (SELECT max(id) FROM sonar.invoices), 0) AS last_invoices,
    coalesce(CAST(facts['last_debits'] AS BIGINT), (SELECT max(id) FROM sonar.debits), 0) AS last_debits,
    coalesce(CAST(facts['last_discounts'] AS BIGINT), (SELECT max(id) FROM sonar.discounts), 0) AS last_discounts,
    coalesce(CAST(facts['last_payments'] AS BIGINT), (SELECT max(id) FROM sonar.payments), 0) AS last_payments,
    coalesce(CAST(facts['last_credits'] AS BIGINT), (SELECT max(id) FROM sonar.credits), 0) AS last_credits,
    coalesce(CAST(facts['last_refunded_payments'] AS BIGINT), (SELECT max(id) FROM sonar.refunded_payments), 0) AS last_refunded_payments,
    coalesce(CAST(facts['last_reversed_payments'] AS BIGINT), (SELECT max(id) FROM sonar.reversed_payments), 0) AS last_reversed_payments,
    coalesce(CAST(facts['last_voided_payments'] AS BIGINT), (SELECT max(id) FROM sonar.voided_payments), 0) AS last_voided_payments,
    CASE
        WHEN strategy = 'none' THEN 'balance_strategy: none'
        -- The evening before counts: the old system's last run is on the day before the new one starts.
        WHEN facts['day'] IS NULL AND CAST(getvariable('cutover_date') AS DATE) > newest_day + 1 THEN 'the day of the cut-over is not reached'
    END AS skip
FROM wanted
