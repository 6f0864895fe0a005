-- title: Price of its own of 0
-- area: services
-- severity: warn
-- action: Kept; the service is free in Splynx too.
SELECT 'account_services' AS stream, line.id, line.account_id, coalesce(one_line(line.price_override_reason), 'no reason given') AS detail
FROM sonar.account_services AS line
WHERE line.price_override = 0
