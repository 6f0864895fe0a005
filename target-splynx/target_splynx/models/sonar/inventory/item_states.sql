-- resource: inventory_items
-- mode: patch
-- on_delete: ignore
-- description: Who has each item, where it is, in what state, and what it cost.

-- GUESS: these fields are in no document of the API, only in what OPTIONS answers; a server that does not name them does not get them.
SELECT
    item.source_key,  -- inventory_items.id; generic:<generic_inventory_items.id>
    item.id,  -- the item
    place.status,  -- inventoryitemable_type by inventory_status_map; a device of an account that is not in Splynx is in stock
    CASE
        WHEN thing.status IN ('FAILED', 'LOST') THEN 'broken'
        WHEN thing.holder_type IN ('InventoryLocation', 'InternalLocation') THEN 'new'
        ELSE 'used'
    END AS mark,  -- inventory_items.status FAILED and LOST broken; in a warehouse new; else used
    place.customer_id,  -- account of its service, else account at its address
    place.admin_id,  -- user who has it; who is not an administrator of Splynx is told in the notes
    place.stock_id,  -- place that has it; addresses and users one stock each
    money(thing.cents) AS cost_price,  -- inventory_items.purchase_price / 100
    CAST(thing.account_id AS VARCHAR) AS _account,
    thing.label AS _label
FROM splynx.inventory_items AS item
JOIN shared.inventory_things AS thing ON thing.thing_key = item.source_key
JOIN shared.inventory_whereabouts AS place ON place.thing_key = thing.thing_key
ORDER BY thing.item_id NULLS LAST, thing.thing_key
