-- To which account, and where known to which service, an inventory item belongs: its own service, else the account at its address.
-- inventory_item_id, account_id, account_service_id.
SELECT
    item.id AS inventory_item_id,
    coalesce(service.account_id, address.addressable_id) AS account_id,
    service.id AS account_service_id
FROM sonar.inventory_items AS item
LEFT JOIN sonar.account_services AS service ON service.id = item.account_service_id
LEFT JOIN sonar.addresses AS address
    ON item.inventoryitemable_type = 'Address' AND address.id = item.inventoryitemable_id AND address.addressable_type = 'Account'
WHERE service.id IS NOT NULL OR address.id IS NOT NULL
