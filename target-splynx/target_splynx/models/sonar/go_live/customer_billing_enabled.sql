-- resource: customer_billing
-- mode: patch
-- on_delete: ignore
-- description: Billing, invoices by mail and reminders are switched on for customers that Splynx shall bill.
SELECT
    customer.source_key,  -- accounts.id
    customer.id,  -- the customer
    1 AS enabled,  -- on
    '1' AS send_finance_notification,  -- on
    '1' AS reminder_enable,  -- on
    -- Without a day to bill on, or with two, a person must look first; nor is billing begun on a balance that nobody can explain.
    coalesce(billing.problem, owed.problem) AS _reject,
    CASE
        WHEN kind.final_status NOT IN ('active', 'blocked') THEN 'account is not active'
        ELSE scope.skip
    END AS _skip,
    kind.label AS _label,
    customer.source_key AS _account
FROM splynx.customers AS customer
JOIN shared.go_live_scope AS scope ON scope.source_key = customer.source_key
JOIN shared.account_kinds AS kind ON CAST(kind.account_id AS VARCHAR) = customer.source_key
LEFT JOIN shared.account_billing AS billing ON billing.account_id = kind.account_id
LEFT JOIN shared.account_owed AS owed ON owed.account_id = kind.account_id
ORDER BY kind.account_id
