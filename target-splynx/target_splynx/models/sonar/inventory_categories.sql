-- The product category of each inventory model category. Splynx lists its categories nowhere in the API (mapping.md §7), so the
-- map says the id; without an entry it is inventory_category, which every Splynx has.
-- inventory_model_category_id, name, category_id, mapped.
SELECT
    category.id AS inventory_model_category_id,
    one_line(category.name) AS name,
    coalesce(
        TRY_CAST(coalesce(getvariable('inventory_category_map')[category.name], getvariable('inventory_category_map')[one_line(category.name)]) AS BIGINT),
        CAST(getvariable('inventory_category') AS BIGINT)
    ) AS category_id,
    coalesce(getvariable('inventory_category_map')[category.name], getvariable('inventory_category_map')[one_line(category.name)]) IS NOT NULL AS mapped
FROM sonar.inventory_model_categories AS category
