-- resource: inventory_items
-- natural_key: [barcode]
-- on_delete: ignore
-- description: Devices, segments and quantities of consumables become items; where they are is written by inventory/item_states.

-- Never through items-rent or items-sell, which make a service or an invoice.
SELECT
    thing.thing_key AS source_key,  -- inventory_items.id; generic:<generic_inventory_items.id>
    product.id AS product_id,  -- inventory_model_id
    thing.barcode,  -- first MAC address of inventory_model_field_data, the primary field before others; a second use gets a dot behind
    thing.serial_number,  -- field named like serial, else the primary one; a second use gets a dot behind
    nullif(clip(array_to_string(list_filter(list_concat([place.told], thing.texts), lambda text: text IS NOT NULL), chr(10)), 4000), '') AS notes,  -- where it is when the status cannot say; lost, failed, quantity, segment, parent, deployment, purchase order, further fields, notes
    CASE
        WHEN thing.model_name IS NULL
            THEN reject('inventory_model_missing', 'The item has no inventory model (' || coalesce(CAST(thing.model_id AS VARCHAR), 'empty') || ').', 'Correct its model in Sonar.')
    END AS _reject,
    CAST(thing.account_id AS VARCHAR) AS _account,
    thing.label AS _label
FROM shared.inventory_things AS thing
LEFT JOIN splynx.inventory_products AS product ON product.source_key = CAST(thing.model_id AS VARCHAR)
LEFT JOIN shared.inventory_whereabouts AS place ON place.thing_key = thing.thing_key
ORDER BY thing.item_id NULLS LAST, thing.thing_key
