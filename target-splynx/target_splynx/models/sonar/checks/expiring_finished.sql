-- title: Expiring service with no cycles left
-- area: services
-- severity: info
-- action: Not written.
SELECT 'account_services' AS stream, line.id, line.account_id, 'billed ' || line.number_of_times_billed || ' of ' || item.times_to_run || ' times' AS detail
FROM sonar.account_services AS line
JOIN shared.catalogue_items AS item ON item.item = 'service:' || line.service_id
WHERE item.times_to_run <= coalesce(line.number_of_times_billed, 0)
