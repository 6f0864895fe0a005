-- The definition of a field is told with each of its values.
SELECT
    source.id,
    NULL AS model,
    NULL AS source_key,
    'merged' AS part,
    'definition of a field: its name stands before each value' AS skip
FROM sonar.inventory_model_fields AS source
ORDER BY source.id
