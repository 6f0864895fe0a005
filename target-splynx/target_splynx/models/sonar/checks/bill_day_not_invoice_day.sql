-- title: Bill day and invoice day differ
-- area: billing
-- severity: error
-- action: The account's services are rejected (bill_day_differs), or accepted by that setting.
SELECT
    'account_billing_parameters' AS stream,
    billing.id,
    billing.account_id,
    'bill day ' || billing.bill_day || ', invoice day ' || billing.invoice_day AS detail
FROM shared.account_billing AS billing
JOIN shared.account_kinds AS kind ON kind.account_id = billing.account_id AND kind.skip IS NULL AND kind.final_status IN ('active', 'blocked')
WHERE billing.bill_day <> billing.invoice_day
