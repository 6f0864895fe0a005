-- On which state of Sonar the money stands, and how balances are carried over (docs/explanation/money.md). What Sonar held then is summed
-- up by balance_strategy; what comes later is written row by row. Once money is written this stays as it was (engine.basis).
-- The first opening is for everybody, or for the accounts of a pilot; each wider pilot, and everybody in the end, gets one of its own.
-- One row: strategy, day, moment (of the newest change), last_<stream> (highest ids; NULL before the first load), pilot (whose opening it is, a list
-- as JSON; empty: everybody's), later (openings of other accounts, a list as JSON), skip (why none is written). By account: shared.money_bases.
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
scope AS (
    SELECT CAST(coalesce(getvariable('pilot_accounts'), []) AS VARCHAR[]) AS accounts
),
wanted AS (
    SELECT
        kept.facts,
        scope.accounts AS scope,
        -- Ledgers of before know no pilots: the opening is everybody's.
        CASE WHEN kept.facts['day'] IS NULL THEN scope.accounts ELSE from_json(coalesce(kept.facts['pilot'], '[]'), '["VARCHAR"]') END AS pilot,
        from_json(
            coalesce(kept.facts['later'], '[]'),
            '[{"accounts": ["VARCHAR"], "day": "VARCHAR", "moment": "VARCHAR", "last_invoices": "BIGINT", "last_debits": "BIGINT", "last_discounts": "BIGINT", "last_payments": "BIGINT", "last_credits": "BIGINT", "last_refunded_payments": "BIGINT", "last_reversed_payments": "BIGINT", "last_voided_payments": "BIGINT", "run": "BIGINT"}]'
        ) AS later,
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
        END AS strategy,
        -- The evening before counts: the old system's last run is on the day before the new one starts.
        coalesce(CAST(getvariable('cutover_date') AS DATE) > newest.day + 1, false) AS too_early
    FROM newest
    CROSS JOIN kept
    CROSS JOIN scope
),
current_facts AS (
    SELECT
        CASE
            WHEN strategy = 'history' THEN CAST(getvariable('history_from') AS DATE)
            ELSE coalesce(CAST(getvariable('cutover_date') AS DATE), newest_day)
        END AS day,
        moment,
        coalesce((SELECT max(id) FROM sonar.invoices), 0) AS last_invoices,
        coalesce((SELECT max(id) FROM sonar.debits), 0) AS last_debits,
        coalesce((SELECT max(id) FROM sonar.discounts), 0) AS last_discounts,
        coalesce((SELECT max(id) FROM sonar.payments), 0) AS last_payments,
        coalesce((SELECT max(id) FROM sonar.credits), 0) AS last_credits,
        coalesce((SELECT max(id) FROM sonar.refunded_payments), 0) AS last_refunded_payments,
        coalesce((SELECT max(id) FROM sonar.reversed_payments), 0) AS last_reversed_payments,
        coalesce((SELECT max(id) FROM sonar.voided_payments), 0) AS last_voided_payments
    FROM wanted
),
widened AS (
    SELECT
        *,
        -- Somebody is loaded now whose money was not opened yet.
        facts['day'] IS NOT NULL AND NOT too_early
            AND len(pilot) > 0 AND len(list_filter(later, lambda opening: len(opening.accounts) = 0)) = 0
            AND (
                len(scope) = 0
                OR NOT list_has_all(list_concat(pilot, flatten(list_transform(later, lambda opening: opening.accounts))), scope)
            ) AS opens_more
    FROM wanted
)
SELECT
    widened.strategy,
    coalesce(CAST(facts['day'] AS DATE), fact.day) AS day,
    coalesce(CAST(facts['moment'] AS TIMESTAMPTZ), fact.moment) AS moment,
    coalesce(CAST(facts['last_invoices'] AS BIGINT), fact.last_invoices) AS last_invoices,
    coalesce(CAST(facts['last_debits'] AS BIGINT), fact.last_debits) AS last_debits,
    coalesce(CAST(facts['last_discounts'] AS BIGINT), fact.last_discounts) AS last_discounts,
    coalesce(CAST(facts['last_payments'] AS BIGINT), fact.last_payments) AS last_payments,
    coalesce(CAST(facts['last_credits'] AS BIGINT), fact.last_credits) AS last_credits,
    coalesce(CAST(facts['last_refunded_payments'] AS BIGINT), fact.last_refunded_payments) AS last_refunded_payments,
    coalesce(CAST(facts['last_reversed_payments'] AS BIGINT), fact.last_reversed_payments) AS last_reversed_payments,
    coalesce(CAST(facts['last_voided_payments'] AS BIGINT), fact.last_voided_payments) AS last_voided_payments,
    CAST(to_json(pilot) AS VARCHAR) AS pilot,
    CAST(to_json(
        CASE
            WHEN opens_more
                THEN list_append(later, {
                    'accounts': scope, 'day': CAST(fact.day AS VARCHAR), 'moment': CAST(fact.moment AS VARCHAR),
                    'last_invoices': fact.last_invoices, 'last_debits': fact.last_debits, 'last_discounts': fact.last_discounts,
                    'last_payments': fact.last_payments, 'last_credits': fact.last_credits,
                    'last_refunded_payments': fact.last_refunded_payments, 'last_reversed_payments': fact.last_reversed_payments,
                    'last_voided_payments': fact.last_voided_payments, 'run': CAST(NULL AS BIGINT)
                })
            ELSE later
        END
    ) AS VARCHAR) AS later,
    CASE
        WHEN strategy = 'none' THEN 'balance_strategy: none'
        WHEN facts['day'] IS NULL AND too_early THEN 'the day of the cut-over is not reached'
    END AS skip
FROM widened
CROSS JOIN current_facts AS fact
