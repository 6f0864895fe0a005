-- title: Active account without next bill date
-- area: billing
-- severity: error
-- action: Its services are rejected (next_bill_date_missing); the first unbilled day is not known.
SELECT 'accounts' AS stream, account.id, account.id AS account_id, 'no next bill date' AS detail
FROM sonar.accounts AS account
JOIN shared.account_kinds AS kind ON kind.account_id = account.id AND kind.skip IS NULL AND kind.final_status IN ('active', 'blocked')
WHERE account.next_bill_date IS NULL
