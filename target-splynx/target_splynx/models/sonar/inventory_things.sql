-- Every thing in the inventory: devices and segments (inventory_items) and quantities of consumables (generic_inventory_items).
-- thing_key (<id>; generic:<id>), item_id, model_id, model_name, holder_type, holder_id, place_key, account_id, status, cents, texts (list), label.
WITH told_notes AS (
    SELECT
        note.noteable_id AS item_id,
        string_agg(
            left(local_datetime(note.created_at), 16) || coalesce(' ' || one_line(author.name), '') || ': ' || html_to_text(note.message), chr(10) ORDER BY note.id
        ) AS text
    FROM sonar.notes AS note
    LEFT JOIN sonar.users AS author ON author.id = note.user_id
    WHERE note.noteable_type = 'InventoryItem'
    GROUP BY note.noteable_id
),
models AS (
    SELECT id, one_line(name) AS name, lower(unit_of_measurement) AS unit FROM sonar.inventory_models
)
SELECT
    CAST(item.id AS VARCHAR) AS thing_key,
    item.id AS item_id,
    item.inventory_model_id AS model_id,
    model.name AS model_name,
    item.inventoryitemable_type AS holder_type,
    item.inventoryitemable_id AS holder_id,
    owner.account_id,
    item.status,
    item.purchase_price AS cents,
    list_filter([
        CASE item.status WHEN 'LOST' THEN 'Lost' WHEN 'FAILED' THEN 'Failed' END,
        CASE WHEN item.quantity IS NOT NULL THEN 'Quantity: ' || concat_ws(' ', item.quantity, model.unit) END,
        'Segment of item #' || item.segment_parent_id,
        'Part of item #' || item.parent_inventory_item_id || coalesce(' ' || parent_model.name, ''),
        'Deployed as: ' || one_line(deployment.name),
        'Claimed by: ' || one_line(claimer.name),
        'Purchase order: ' || purchase.order_number,
        field.others,
        note.text
    ], lambda text: text IS NOT NULL) AS texts,
    field.barcode,
    field.serial_number,
    'Item ' || concat_ws(' ', item.id, model.name, field.serial_number) AS label
FROM sonar.inventory_items AS item
LEFT JOIN models AS model ON model.id = item.inventory_model_id
LEFT JOIN shared.inventory_owners AS owner ON owner.inventory_item_id = item.id
LEFT JOIN shared.inventory_values AS field ON field.inventory_item_id = item.id
LEFT JOIN sonar.inventory_items AS parent ON parent.id = item.parent_inventory_item_id
LEFT JOIN models AS parent_model ON parent_model.id = parent.inventory_model_id
LEFT JOIN sonar.deployment_types AS deployment ON deployment.id = item.deployment_type_id
LEFT JOIN sonar.users AS claimer ON claimer.id = item.claimed_user_id
LEFT JOIN sonar.purchase_order_items AS bought ON bought.id = item.purchase_order_item_id
LEFT JOIN sonar.purchase_orders AS purchase ON purchase.id = bought.purchase_order_id
LEFT JOIN told_notes AS note ON note.item_id = item.id
UNION ALL
SELECT
    'generic:' || item.id,
    NULL,
    item.inventory_model_id,
    model.name,
    item.genericinventoryitemable_type,
    item.genericinventoryitemable_id,
    CASE WHEN address.addressable_type = 'Account' THEN address.addressable_id END,
    'FUNCTIONAL',
    NULL,
    ['Quantity: ' || concat_ws(' ', item.quantity, model.unit)],
    NULL,
    NULL,
    'Consumable ' || concat_ws(' ', item.id, model.name)
FROM sonar.generic_inventory_items AS item
LEFT JOIN models AS model ON model.id = item.inventory_model_id
LEFT JOIN sonar.addresses AS address ON item.genericinventoryitemable_type = 'Address' AND address.id = item.genericinventoryitemable_id
