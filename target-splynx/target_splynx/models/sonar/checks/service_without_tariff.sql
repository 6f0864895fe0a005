-- title: Recurring charge by a service that has no tariff
-- area: services
-- severity: error
-- action: Rejected (service_without_tariff). Replace it by a recurring service in Sonar.
SELECT 'account_services' AS stream, line.id, line.account_id, item.name || ' is of type ' || item.source_type AS detail
FROM sonar.account_services AS line
JOIN shared.catalogue_items AS item ON item.item = 'service:' || line.service_id AND item.kind IN ('category', 'one_time')
