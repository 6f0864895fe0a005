-- title: Customer in credit
-- area: money
-- severity: info
-- action: The credit is written. Decide about refunds for the largest before the cut-over.
SELECT 'accounts' AS stream, owed.account_id AS id, owed.account_id, money(-owed.history_cents) || ' in credit' AS detail
FROM shared.account_owed AS owed
WHERE owed.history_cents < 0
