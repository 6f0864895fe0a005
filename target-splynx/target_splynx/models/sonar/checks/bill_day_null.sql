-- title: No bill day
-- area: billing
-- severity: error
-- action: The account's services are rejected (bill_day_missing).
SELECT 'account_billing_parameters' AS stream, billing.id, billing.account_id, 'no bill day' AS detail
FROM shared.account_billing AS billing
JOIN shared.account_kinds AS kind ON kind.account_id = billing.account_id AND kind.skip IS NULL AND kind.final_status IN ('active', 'blocked')
WHERE billing.bill_day IS NULL
