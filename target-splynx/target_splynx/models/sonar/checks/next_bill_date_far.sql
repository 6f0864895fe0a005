-- title: Active account whose next bill date is far ahead
-- area: billing
-- severity: error
-- action: Its services are rejected (next_bill_date_far, setting next_bill_months_ahead).
WITH data_day AS (
    SELECT coalesce(getvariable('cutover_date'), local_date(max(updated_at))) AS day FROM sonar.accounts
)
SELECT 'accounts' AS stream, account.id, account.id AS account_id, CAST(account.next_bill_date AS VARCHAR) AS detail
FROM sonar.accounts AS account
JOIN shared.account_kinds AS kind ON kind.account_id = account.id AND kind.skip IS NULL AND kind.final_status IN ('active', 'blocked')
CROSS JOIN data_day
WHERE account.next_bill_date > add_months(data_day.day, getvariable('next_bill_months_ahead'))
