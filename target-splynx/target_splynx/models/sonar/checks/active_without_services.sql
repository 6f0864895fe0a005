-- title: Active account without a service
-- area: services
-- severity: warn
-- action: The customer is made. Free on purpose, or revenue that leaks?
SELECT 'accounts' AS stream, kind.account_id AS id, kind.account_id, coalesce(kind.status_name, '') AS detail
FROM shared.account_kinds AS kind
WHERE kind.skip IS NULL
    AND kind.final_status IN ('active', 'blocked')
    AND kind.account_id NOT IN (SELECT account_id FROM sonar.account_services WHERE account_id IS NOT NULL)
