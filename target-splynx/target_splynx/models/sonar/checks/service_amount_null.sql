-- title: Service without a price
-- area: services
-- severity: error
-- action: Rejected (price_missing). Set a price in Sonar, or in service_price_map.
SELECT 'account_services' AS stream, line.id, line.account_id, item.name AS detail
FROM sonar.account_services AS line
JOIN shared.catalogue_items AS item ON item.item = 'service:' || line.service_id
WHERE line.price_override IS NULL AND item.cents IS NULL AND item.kind IN ('internet', 'voice', 'recurring', 'credit')
