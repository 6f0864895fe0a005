-- Each inventory model becomes a product.
SELECT
    source.id,
    'inventory/products' AS model,
    CAST(source.id AS VARCHAR) AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.inventory_models AS source
ORDER BY source.id
