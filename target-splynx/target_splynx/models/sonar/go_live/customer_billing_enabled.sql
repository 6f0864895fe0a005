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
    -- Without a day to bill on, or with two, a person must look first.
    billing.problem AS _reject,
    CASE WHEN kind.final_status NOT IN ('active', 'blocked') THEN 'account is not active' END AS _skip,
    kind.label AS _label
FROM splynx.customers AS customer
JOIN shared.account_kinds AS kind ON CAST(kind.account_id AS VARCHAR) = customer.source_key
LEFT JOIN shared.account_billing AS billing ON billing.account_id = kind.account_id
ORDER BY kind.account_id
