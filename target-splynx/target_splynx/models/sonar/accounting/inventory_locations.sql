-- Each warehouse becomes a stock.
SELECT
    source.id,
    'inventory/stocks' AS model,
    'InventoryLocation:' || source.id AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.inventory_locations AS source
ORDER BY source.id
