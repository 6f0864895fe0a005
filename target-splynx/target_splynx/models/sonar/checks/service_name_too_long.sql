-- title: Service name with more than 64 characters
-- area: services
-- severity: warn
-- action: The tariff's title is cut at 64, with an ellipsis; invoices print the service's own description.
SELECT 'services' AS stream, service.id, NULL::BIGINT AS account_id, length(one_line(service.name)) || ' characters' AS detail
FROM sonar.services AS service
WHERE length(one_line(service.name)) > 64
