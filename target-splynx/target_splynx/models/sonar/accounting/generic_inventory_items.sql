-- Each quantity of a consumable becomes an item.
SELECT
    source.id,
    'inventory/items' AS model,
    'generic:' || source.id AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.generic_inventory_items AS source
ORDER BY source.id
