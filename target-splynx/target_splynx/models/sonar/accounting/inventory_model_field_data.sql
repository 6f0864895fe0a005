-- The values of a device's fields are its barcode, its serial number and lines of its notes.
SELECT
    source.id,
    CASE WHEN item.id IS NOT NULL THEN 'inventory/items' END AS model,
    CASE WHEN item.id IS NOT NULL THEN CAST(source.inventory_item_id AS VARCHAR) END AS source_key,
    'merged' AS part,
    CASE
        WHEN item.id IS NULL THEN 'value of an item that no longer exists'
        WHEN field.id IS NULL THEN 'value of a field that no longer exists'
        WHEN field.type IN ('LTEAUTHKEY', 'OPOPC') THEN 'key of a SIM card: a secret, it stays in Sonar'
        WHEN one_line(source.value) IS NULL THEN 'empty value'
    END AS skip
FROM sonar.inventory_model_field_data AS source
LEFT JOIN sonar.inventory_items AS item ON item.id = source.inventory_item_id
LEFT JOIN sonar.inventory_model_fields AS field ON field.id = source.inventory_model_field_id
ORDER BY source.id
