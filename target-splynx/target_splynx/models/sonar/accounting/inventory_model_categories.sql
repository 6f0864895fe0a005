-- A category is the category_id of its products; Splynx has no API to make one.
SELECT
    source.id,
    NULL AS model,
    NULL AS source_key,
    'merged' AS part,
    'category: made by hand, named in inventory_category_map' AS skip
FROM sonar.inventory_model_categories AS source
ORDER BY source.id
