-- title: Active account whose next bill date has passed
-- area: billing
-- severity: error
-- action: Its services are rejected (next_bill_date_past); Splynx would charge what Sonar has not billed.
WITH data_day AS (
    SELECT coalesce(getvariable('cutover_date'), local_date(max(updated_at))) AS day FROM sonar.accounts
)
SELECT 'accounts' AS stream, account.id, account.id AS account_id, account.next_bill_date || ', before ' || data_day.day AS detail
FROM sonar.accounts AS account
JOIN shared.account_kinds AS kind ON kind.account_id = account.id AND kind.skip IS NULL AND kind.final_status IN ('active', 'blocked')
CROSS JOIN data_day
WHERE account.next_bill_date < data_day.day
