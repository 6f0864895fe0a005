-- Devices at network sites that have an address: what is monitored (mapping.md §6). The first fixed address of a device counts.
-- inventory_item_id, ip_assignment_id, site_id, model_name, manufacturer, category, template_id, ip, problem.
WITH found AS (
    SELECT
        item.id AS inventory_item_id,
        item.inventoryitemable_id AS site_id,
        item.inventory_model_id,
        item.deployment_type_id,
        owner.ip_assignment_id,
        owner.parts.network AS ip
    FROM sonar.inventory_items AS item
    JOIN sonar.ip_assignments AS assignment
        ON (assignment.ipassignmentable_type = 'InventoryItem' AND assignment.ipassignmentable_id = item.id)
        OR (
            assignment.ipassignmentable_type = 'InventoryModelFieldData'
            AND assignment.ipassignmentable_id IN (SELECT data.id FROM sonar.inventory_model_field_data AS data WHERE data.inventory_item_id = item.id)
        )
    JOIN shared.ip_owners AS owner ON owner.ip_assignment_id = assignment.id AND owner.parts.is_host
    WHERE item.inventoryitemable_type = 'NetworkSite'
    QUALIFY row_number() OVER (PARTITION BY item.id ORDER BY owner.soft, owner.ip_assignment_id) = 1
)
SELECT
    found.inventory_item_id,
    found.ip_assignment_id,
    found.site_id,
    coalesce(one_line(model.name), one_line(model.model_name), 'Device') AS model_name,
    one_line(maker.name) AS manufacturer,
    one_line(category.name) AS category,
    coalesce(deployment.network_monitoring_template_id, model.network_monitoring_template_id) AS template_id,
    found.ip,
    CASE
        -- Two devices with one address: the older assignment keeps it.
        WHEN row_number() OVER (PARTITION BY found.ip ORDER BY found.ip_assignment_id) > 1
            THEN reject('ip_duplicate', 'The address ' || found.ip || ' belongs to another device too.', 'Remove one of the assignments in Sonar.')
    END AS problem
FROM found
LEFT JOIN sonar.inventory_models AS model ON model.id = found.inventory_model_id
LEFT JOIN sonar.manufacturers AS maker ON maker.id = model.manufacturer_id
LEFT JOIN sonar.inventory_model_categories AS category ON category.id = model.inventory_model_category_id
LEFT JOIN sonar.deployment_types AS deployment ON deployment.id = found.deployment_type_id
