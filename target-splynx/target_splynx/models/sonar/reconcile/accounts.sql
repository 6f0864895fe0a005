-- Every account: the customer it became, who pays for it, and what Sonar itself says about its next charge.
-- account, label, payer, linked, live, customer_id, billed, final_status, skip, reject, owed_problem, months, next_charge,
-- reported_cents, moved_cents (money that is written row by row, without the opening: Splynx puts it on invoices by itself).
WITH moves AS (
    SELECT account_id, cents FROM shared.money_receipts WHERE NOT before OR (gone AND NOT gone_before)
    UNION ALL
    SELECT account_id, cents FROM shared.money_returns WHERE NOT before
    UNION ALL
    SELECT charge.account_id, charge.cents
    FROM shared.money_charges AS charge
    LEFT JOIN shared.money_invoices AS invoice ON invoice.invoice_id = charge.invoice_id
    -- Taken back since; or a future item, or a part of the opening, that Sonar has invoiced since.
    WHERE charge.before AND ((charge.gone AND NOT charge.gone_before) OR NOT invoice.before)
    UNION ALL
    SELECT invoice_account_id, cents FROM shared.money_allocations WHERE NOT before OR (gone AND NOT gone_before)
),
moved AS (
    SELECT account_id, CAST(sum(cents) AS BIGINT) AS cents FROM moves GROUP BY account_id
)
SELECT
    CAST(account.id AS VARCHAR) AS account,
    kind.label,
    -- An aggregated child is charged on its parent, so the two are compared together.
    CAST(CASE WHEN payer.splynx_id IS NOT NULL AND made.splynx_id IS NOT NULL THEN link.parent_account_id ELSE account.id END AS VARCHAR) AS payer,
    linked.source_key IS NOT NULL AS linked,
    billing.enabled IS NOT DISTINCT FROM '1' AS live,
    made.splynx_id AS customer_id,
    kind.skip IS NULL AND kind.final_status IN ('active', 'blocked') AS billed,
    kind.final_status,
    coalesce(
        kind.skip,
        CASE
            WHEN len(getvariable('pilot_accounts')) > 0 AND NOT list_contains(getvariable('pilot_accounts'), CAST(account.id AS VARCHAR))
                THEN 'not in pilot_accounts'
        END
    ) AS skip,
    rejected.reject,
    coalesce(owed.problem, pending.problem) AS owed_problem,
    coalesce(parameter.months_to_bill, 1) AS months,
    day_on_or_after(account.next_bill_date, parameter.period_day) AS next_charge,
    account.next_recurring_charge_amount AS reported_cents,
    coalesce(moved.cents, 0) AS moved_cents
FROM sonar.accounts AS account
JOIN shared.account_kinds AS kind ON kind.account_id = account.id
LEFT JOIN shared.account_billing AS parameter ON parameter.account_id = account.id
LEFT JOIN shared.account_owed AS owed ON owed.account_id = account.id
LEFT JOIN shared.pending_payments AS pending ON pending.account_id = account.id
LEFT JOIN moved ON moved.account_id = account.id
LEFT JOIN engine.records AS made ON made.model = 'customers/customers' AND made.source_key = CAST(account.id AS VARCHAR)
LEFT JOIN engine.rejects AS rejected ON rejected.model = 'customers/customers' AND rejected.source_key = CAST(account.id AS VARCHAR)
LEFT JOIN shared.parent_links AS link ON link.account_id = account.id AND link.problem IS NULL AND getvariable('child_billing') = 'aggregated'
LEFT JOIN engine.records AS payer ON payer.model = 'customers/customers' AND payer.source_key = CAST(link.parent_account_id AS VARCHAR)
LEFT JOIN engine.records AS linked
    ON linked.model = 'customers/customer_parents' AND linked.source_key = CAST(account.id AS VARCHAR) AND getvariable('child_billing') = 'aggregated'
LEFT JOIN engine.records AS billing ON billing.model = 'go_live/customer_billing_enabled' AND billing.source_key = CAST(account.id AS VARCHAR)
ORDER BY account.id
