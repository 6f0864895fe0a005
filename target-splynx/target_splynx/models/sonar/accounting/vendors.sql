-- Each vendor becomes a supplier.
SELECT
    source.id,
    'inventory/suppliers' AS model,
    CAST(source.id AS VARCHAR) AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.vendors AS source
ORDER BY source.id
