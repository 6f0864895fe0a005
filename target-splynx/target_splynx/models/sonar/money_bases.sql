-- On which state of Sonar the money of each account stands: the first opening (shared.money_basis) that its payer belongs to. Accounts of a pilot were
-- opened with it; who is not loaded yet would be opened now.
-- account_id (also of accounts that do not exist; may be NULL), strategy, day, moment, last_<stream>, skip.
WITH openings AS (
    SELECT
        0 AS position,
        from_json(pilot, '["VARCHAR"]') AS accounts,
        day,
        moment,
        last_invoices,
        last_debits,
        last_discounts,
        last_payments,
        last_credits,
        last_refunded_payments,
        last_reversed_payments,
        last_voided_payments,
        false AS waits
    FROM shared.money_basis
    UNION ALL
    SELECT
        entry.position,
        entry.value.accounts,
        CAST(entry.value.day AS DATE),
        CAST(entry.value.moment AS TIMESTAMPTZ),
        entry.value.last_invoices,
        entry.value.last_debits,
        entry.value.last_discounts,
        entry.value.last_payments,
        entry.value.last_credits,
        entry.value.last_refunded_payments,
        entry.value.last_reversed_payments,
        entry.value.last_voided_payments,
        false
    FROM (
        SELECT
            unnest(found.openings) AS value,
            generate_subscripts(found.openings, 1) AS position
        FROM (
            SELECT from_json(
                later,
                '[{"accounts": ["VARCHAR"], "day": "VARCHAR", "moment": "VARCHAR", "last_invoices": "BIGINT", "last_debits": "BIGINT", "last_discounts": "BIGINT", "last_payments": "BIGINT", "last_credits": "BIGINT", "last_refunded_payments": "BIGINT", "last_reversed_payments": "BIGINT", "last_voided_payments": "BIGINT"}]'
            ) AS openings
            FROM shared.money_basis
        ) AS found
    ) AS entry
    UNION ALL
    -- Of nobody yet: everything that there is lies before it.
    SELECT 1000000, [], day, CAST('9999-01-01' AS TIMESTAMPTZ), largest, largest, largest, largest, largest, largest, largest, largest, true
    FROM shared.money_basis
    CROSS JOIN (SELECT 9223372036854775807 AS largest)
),
everybody AS (
    SELECT id AS account_id FROM sonar.accounts
    UNION
    SELECT account_id FROM sonar.invoices
    UNION
    SELECT account_id FROM sonar.debits
    UNION
    SELECT account_id FROM sonar.payments
    UNION
    SELECT account_id FROM sonar.discounts
)
SELECT
    own.account_id,
    basis.strategy,
    opening.day,
    opening.moment,
    opening.last_invoices,
    opening.last_debits,
    opening.last_discounts,
    opening.last_payments,
    opening.last_credits,
    opening.last_refunded_payments,
    opening.last_reversed_payments,
    opening.last_voided_payments,
    CASE
        WHEN basis.skip IS NOT NULL THEN basis.skip
        -- Who is not in pilot_accounts is left out for that.
        WHEN opening.waits AND (len(coalesce(getvariable('pilot_accounts'), [])) = 0 OR list_contains(getvariable('pilot_accounts'), own.account_key))
            THEN 'the day of the cut-over is not reached'
    END AS skip
FROM (
    SELECT one.account_id, CAST(coalesce(payer.payer_account_id, one.account_id) AS VARCHAR) AS account_key
    FROM everybody AS one
    LEFT JOIN shared.account_payers AS payer ON payer.account_id = one.account_id
) AS own
CROSS JOIN shared.money_basis AS basis
JOIN openings AS opening ON len(opening.accounts) = 0 OR list_contains(opening.accounts, own.account_key)
QUALIFY row_number() OVER (PARTITION BY own.account_id ORDER BY opening.position) = 1
