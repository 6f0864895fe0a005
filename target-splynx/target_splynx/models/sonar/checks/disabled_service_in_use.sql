-- title: Disabled service that customers still have
-- area: services
-- severity: error
-- action: The tariff is made open, and closed by go_live.
SELECT 'services' AS stream, service.id, NULL::BIGINT AS account_id, one_line(service.name) || ', ' || count(*) || ' customers' AS detail
FROM sonar.services AS service
JOIN sonar.account_services AS line ON line.service_id = service.id
WHERE NOT service.enabled
GROUP BY service.id, service.name
