-- resource: customer_billing
-- mode: patch
-- on_delete: ignore
-- after: [customers/customer_parents]
-- description: Billing parameters; billing stays off until go_live. The balance (deposit) is never written; it is the sum of transactions.
WITH autopay AS (
    -- What pays by itself: a card before a bank account.
    SELECT account_id, min(rank) AS rank
    FROM (
        SELECT account_id, 1 AS rank FROM sonar.credit_cards WHERE auto
        UNION ALL
        SELECT account_id, 2 FROM sonar.bank_accounts WHERE auto
    )
    GROUP BY account_id
),
methods AS (
    SELECT
        autopay.account_id,
        method.id
    FROM autopay
    JOIN splynx.payment_methods AS method
        ON lower(one_line(method.name))
        = lower(one_line(getvariable('payment_type_map')[CASE autopay.rank WHEN 1 THEN 'CREDITCARD' ELSE 'BANKACCOUNT' END]))
    QUALIFY row_number() OVER (PARTITION BY autopay.account_id ORDER BY method.source_key NULLS LAST, method.id) = 1
),
least_amount AS (
    SELECT max(minimum_amount_due_for_delinquency) AS cents FROM sonar.billing_setting
)
SELECT
    CAST(kind.account_id AS VARCHAR) AS source_key,  -- accounts.id
    customer.id,  -- the customer
    0 AS enabled,  -- off while loading, for every customer, also where the parameters are wrong
    -- [V] the blueprint shows the payment period under this name (research/mapping.md §3.4).
    CAST(clamp(billing.months_to_bill, 0, 12) AS VARCHAR) AS type,  -- months_to_bill: 1..12 before, 0 afterwards; more than 12: 12
    CAST(billing.period_day AS VARCHAR) AS billing_date,  -- invoice_day, else bill_day, at most 28
    CAST(billing.due_after AS VARCHAR) AS billing_due,  -- due_days, from the invoice day plus the days between; 1..28, "same day" is 1
    CAST(billing.blocked_after AS VARCHAR) AS blocking_period,  -- grace_days: Sonar's delinquent is Splynx's blocked
    CASE
        WHEN billing.switch_status_after_delinquency THEN CAST(coalesce(clamp(billing.days_of_delinquency_for_status_switch, 0, 99), 0) AS VARCHAR)
        WHEN billing.account_id IS NOT NULL THEN '0'
    END AS grace_period,  -- days_of_delinquency_for_status_switch when the status switches, else 0
    '1' AS make_invoices,  -- invoices are made
    method.id AS payment_method,  -- credit_cards.auto, else bank_accounts.auto, by payment_type_map
    -money(least_amount.cents) AS min_balance,  -- billing_setting.minimum_amount_due_for_delinquency, negative
    '0' AS request_auto_enable,  -- no automatic pro-forma invoices
    '0' AS reminder_enable,  -- no reminders until go_live
    '0' AS send_finance_notification,  -- no messages until go_live
    clip(CASE WHEN mail.account_id IS NOT NULL THEN kind.name END, 256) AS billing_person,  -- accounts.name, with a mailing address only
    clip(mail.street, 255) AS billing_street_1,  -- the MAILING address: line1, line2
    clip(mail.zip, 32) AS billing_zip_code,  -- zip
    clip(mail.city, 32) AS billing_city,  -- city
    CASE WHEN parent.id IS NOT NULL THEN getvariable('child_billing') END AS sub_billing_mode,  -- accounts.parent_account_id: child_billing (aggregated: the parent pays)
    kind.label AS _label,
    CAST(kind.account_id AS VARCHAR) AS _account
FROM shared.account_kinds AS kind
-- Without a customer there: who is not in pilot_accounts. The row stays, so that the accounting knows why it is not written.
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(kind.account_id AS VARCHAR)
JOIN sonar.accounts AS account ON account.id = kind.account_id
CROSS JOIN least_amount
LEFT JOIN shared.account_billing AS billing ON billing.account_id = kind.account_id
LEFT JOIN methods AS method ON method.account_id = kind.account_id
LEFT JOIN shared.account_addresses AS mail ON mail.account_id = kind.account_id AND mail.type = 'MAILING'
LEFT JOIN shared.parent_links AS link ON link.account_id = kind.account_id AND link.problem IS NULL
LEFT JOIN splynx.customers AS parent ON parent.source_key = CAST(link.parent_account_id AS VARCHAR)
WHERE kind.skip IS NULL
ORDER BY kind.account_id
