-- Which internet service each IP assignment belongs to, through the six kinds of owners (mapping.md §6).
-- ip_assignment_id, block, soft, subnet_id, account_id, account_service_id (NULL: the account has several internet services, or none), version, network, prefix, is_host, first, last.
WITH owned AS (
    SELECT
        assignment.id AS ip_assignment_id,
        assignment.subnet AS block,
        coalesce(assignment.soft, false) AS soft,
        assignment.subnet_id,
        coalesce(named.account_id, direct.id, radius.account_id, loose.account_id, item.account_id) AS account_id,
        coalesce(named.id, radius.account_service_id, loose.account_service_id, item.account_service_id) AS account_service_id
    FROM sonar.ip_assignments AS assignment
    LEFT JOIN sonar.account_services AS named ON named.id = assignment.account_service_id
    LEFT JOIN sonar.accounts AS direct
        ON assignment.ipassignmentable_type = 'Account' AND direct.id = assignment.ipassignmentable_id
    LEFT JOIN sonar.radius_accounts AS radius
        ON assignment.ipassignmentable_type = 'RadiusAccount' AND radius.id = assignment.ipassignmentable_id
    LEFT JOIN sonar.uninventoried_mac_addresses AS loose
        ON assignment.ipassignmentable_type = 'UninventoriedMacAddress' AND loose.id = assignment.ipassignmentable_id
    LEFT JOIN sonar.inventory_model_field_data AS data
        ON assignment.ipassignmentable_type = 'InventoryModelFieldData' AND data.id = assignment.ipassignmentable_id
    LEFT JOIN shared.inventory_owners AS item
        ON item.inventory_item_id = CASE assignment.ipassignmentable_type
            WHEN 'InventoryItem' THEN assignment.ipassignmentable_id
            WHEN 'InventoryModelFieldData' THEN data.inventory_item_id
        END
)
SELECT
    owned.ip_assignment_id,
    owned.block,
    owned.soft,
    owned.subnet_id,
    owned.account_id,
    coalesce(owned.account_service_id, only_one.account_service_id) AS account_service_id,
    ip_parts(owned.block) AS parts
FROM owned
LEFT JOIN shared.only_internet_services AS only_one ON only_one.account_id = owned.account_id
