-- What one of each service costs its account in Sonar: the price of its own, else the list price. account_service_id, cents.
SELECT line.id AS account_service_id, coalesce(line.price_override, item.cents) AS cents
FROM sonar.account_services AS line
LEFT JOIN shared.catalogue_items AS item ON item.item = 'service:' || line.service_id
