-- title: Service on an account that is not active
-- area: services
-- severity: warn
-- action: Not written (setting inactive_services).
SELECT 'account_services' AS stream, line.id, line.account_id, coalesce(kind.status_name, '') AS detail
FROM sonar.account_services AS line
JOIN sonar.accounts AS account ON account.id = line.account_id AND account.archived_at IS NULL
JOIN shared.account_kinds AS kind ON kind.account_id = line.account_id
WHERE kind.final_status NOT IN ('active', 'blocked')
