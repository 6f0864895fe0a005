-- title: Service on an archived account
-- area: services
-- severity: warn
-- action: Not written, as the account.
SELECT 'account_services' AS stream, line.id, line.account_id, 'archived ' || local_date(account.archived_at) AS detail
FROM sonar.account_services AS line
JOIN sonar.accounts AS account ON account.id = line.account_id AND account.archived_at IS NOT NULL
