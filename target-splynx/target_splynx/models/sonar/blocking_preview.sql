-- Whom Splynx would block, and when, once go_live has switched billing on (research/splynx-api.md §9): who owes more than the minimum
-- balance allows is blocked when the days to pay and the days of grace after the last billing day are over. Carried-over invoices are no
-- recurring ones, so they block nobody by themselves. Future items do not count until an invoice takes them up.
-- One row per paying customer: account_id, account_key, label, owed_cents, limit_cents, blocking_day, first_morning, blocked, delinquent_in_sonar.
WITH futures AS (
    -- With opening_balance, charges that no invoice had are part of the opening.
    SELECT charge.account_id, CAST(sum(charge.cents) AS BIGINT) AS cents
    FROM shared.money_charges AS charge
    JOIN shared.money_basis AS basis ON basis.strategy <> 'opening_balance' OR NOT charge.before
    WHERE charge.invoice_id IS NULL AND NOT charge.gone
    GROUP BY charge.account_id
),
families AS (
    SELECT
        payer.payer_account_id AS account_id,
        -- What is written of it: nothing of accounts that are held back, and nothing at all with balance_strategy none.
        CAST(sum(
            CASE
                WHEN owed.problem IS NOT NULL OR pending.problem IS NOT NULL OR kind.skip IS NOT NULL OR basis.strategy = 'none' THEN 0
                ELSE owed.history_cents - coalesce(future.cents, 0)
            END
        ) AS BIGINT) AS owed_cents,
        coalesce(bool_or(account.is_delinquent), false) AS delinquent_in_sonar
    FROM shared.account_owed AS owed
    CROSS JOIN shared.money_basis AS basis
    LEFT JOIN futures AS future ON future.account_id = owed.account_id
    LEFT JOIN shared.pending_payments AS pending ON pending.account_id = owed.account_id
    JOIN shared.account_payers AS payer ON payer.account_id = owed.account_id
    JOIN shared.account_kinds AS kind ON kind.account_id = owed.account_id
    JOIN sonar.accounts AS account ON account.id = owed.account_id
    GROUP BY payer.payer_account_id
),
limits AS (
    SELECT coalesce(max(minimum_amount_due_for_delinquency), 0) AS cents FROM sonar.billing_setting
),
dated AS (
    SELECT
        family.*,
        kind.label,
        limits.cents AS limit_cents,
        basis.day + 1 AS first_morning,
        -- The last billing day that is not after the cut-over.
        add_months(day_on_or_after(basis.day + 1, billing.period_day), -1) + CAST(billing.due_after + billing.blocked_after AS INTEGER) AS blocking_day
    FROM families AS family
    CROSS JOIN limits
    CROSS JOIN shared.money_basis AS basis
    JOIN shared.account_kinds AS kind ON kind.account_id = family.account_id AND kind.skip IS NULL AND kind.final_status = 'active'
    JOIN shared.account_billing AS billing ON billing.account_id = family.account_id AND billing.problem IS NULL
)
SELECT
    account_id,
    CAST(account_id AS VARCHAR) AS account_key,
    label,
    owed_cents,
    limit_cents,
    CASE WHEN owed_cents > limit_cents THEN blocking_day END AS blocking_day,
    first_morning,
    owed_cents > limit_cents AND blocking_day <= first_morning AS blocked,
    delinquent_in_sonar
FROM dated
