-- resource: inventory_products
-- natural_key: [name]
-- on_delete: ignore
-- description: Inventory models become products, also those that are no longer bought.
WITH named AS (
    SELECT
        model.*,
        concat_ws(' ', one_line(model.name), CASE WHEN one_line(model.model_name) <> one_line(model.name) THEN '(' || one_line(model.model_name) || ')' END) AS title
    FROM sonar.inventory_models AS model
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY lower(title) ORDER BY id) AS use FROM named
)
SELECT
    CAST(model.id AS VARCHAR) AS source_key,  -- inventory_models.id
    CASE WHEN model.use = 1 THEN clip(model.title, 255) ELSE clip(model.title, 240) || ' (#' || model.id || ')' END AS name,  -- inventory_models.name, model_name in brackets; a second one of the same name gets (#<id>)
    vendor.id AS vendor_id,  -- inventory_models.manufacturer_id
    coalesce(category.category_id, CAST(getvariable('inventory_category') AS BIGINT)) AS category_id,  -- inventory_model_categories.name by inventory_category_map, else inventory_category
    CASE WHEN model.title = '' THEN reject('name_missing', 'The inventory model has no name.', 'Give it one in Sonar.') END AS _reject,
    'Inventory model ' || coalesce(nullif(model.title, ''), '#' || model.id) AS _label
FROM numbered AS model
LEFT JOIN splynx.inventory_vendors AS vendor ON vendor.source_key = CAST(model.manufacturer_id AS VARCHAR)
LEFT JOIN shared.inventory_categories AS category ON category.inventory_model_category_id = model.inventory_model_category_id
ORDER BY model.id
