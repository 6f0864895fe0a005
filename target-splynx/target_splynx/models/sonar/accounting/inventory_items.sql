-- Each device or segment becomes an item.
SELECT
    source.id,
    'inventory/items' AS model,
    CAST(source.id AS VARCHAR) AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.inventory_items AS source
ORDER BY source.id
