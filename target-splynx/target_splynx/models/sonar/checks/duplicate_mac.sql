-- title: One MAC address on several accounts
-- area: network
-- severity: error
-- action: The first active service keeps it; the others are rejected (mac_duplicate).
WITH readings AS (
    SELECT 'inventory_model_field_data' AS stream, data.id, owner.account_id, mac(data.value) AS mac
    FROM sonar.inventory_model_field_data AS data
    JOIN sonar.inventory_model_fields AS field ON field.id = data.inventory_model_field_id AND field.type = 'MAC_ADDRESS'
    JOIN shared.inventory_owners AS owner ON owner.inventory_item_id = data.inventory_item_id
    UNION ALL
    SELECT 'uninventoried_mac_addresses', loose.id, loose.account_id, mac(loose.mac_address)
    FROM sonar.uninventoried_mac_addresses AS loose
),
shared_by AS (
    SELECT mac FROM readings WHERE mac IS NOT NULL GROUP BY mac HAVING count(DISTINCT account_id) > 1
)
SELECT reading.stream, reading.id, reading.account_id, reading.mac AS detail
FROM readings AS reading
JOIN shared_by USING (mac)
