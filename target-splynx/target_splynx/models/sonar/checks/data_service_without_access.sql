-- title: Internet service without RADIUS account, IP and MAC
-- area: network
-- severity: error
-- action: The login is made by service_login_pattern. Nothing tells how the customer gets on line.
WITH online AS (
    SELECT account_id FROM sonar.radius_accounts
    UNION
    SELECT account_id FROM sonar.uninventoried_mac_addresses
    UNION
    SELECT account_id FROM shared.ip_owners
    UNION
    SELECT owner.account_id
    FROM shared.inventory_owners AS owner
    JOIN sonar.inventory_model_field_data AS data ON data.inventory_item_id = owner.inventory_item_id
    JOIN sonar.inventory_model_fields AS field ON field.id = data.inventory_model_field_id AND field.type = 'MAC_ADDRESS'
)
SELECT 'account_services' AS stream, line.id, line.account_id, item.name AS detail
FROM sonar.account_services AS line
JOIN shared.catalogue_items AS item ON item.item = 'service:' || line.service_id AND item.kind = 'internet'
JOIN shared.account_kinds AS kind ON kind.account_id = line.account_id AND kind.skip IS NULL AND kind.final_status IN ('active', 'blocked')
WHERE line.account_id NOT IN (SELECT account_id FROM online WHERE account_id IS NOT NULL)
