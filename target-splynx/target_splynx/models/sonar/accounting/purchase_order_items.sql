-- A line of a purchase order would make new items in Splynx.
SELECT
    source.id,
    NULL AS model,
    NULL AS source_key,
    'merged' AS part,
    'purchase order: a supplier invoice would make its items a second time' AS skip
FROM sonar.purchase_order_items AS source
ORDER BY source.id
