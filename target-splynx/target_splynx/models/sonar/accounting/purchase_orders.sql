-- A purchase order would make new items in Splynx; its number is in the notes of the items that came with it.
SELECT
    source.id,
    NULL AS model,
    NULL AS source_key,
    'merged' AS part,
    'purchase order: a supplier invoice would make its items a second time' AS skip
FROM sonar.purchase_orders AS source
ORDER BY source.id
