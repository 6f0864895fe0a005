-- Monitoring templates are told by the devices that use them.
SELECT
    template.id,
    CASE WHEN used.inventory_item_id IS NOT NULL THEN 'network/monitoring' END AS model,
    CAST(used.inventory_item_id AS VARCHAR) AS source_key,
    'merged' AS part,
    CASE WHEN used.inventory_item_id IS NULL THEN 'no device at a site uses it' END AS skip
FROM sonar.network_monitoring_templates AS template
LEFT JOIN (SELECT template_id, min(inventory_item_id) AS inventory_item_id FROM shared.site_devices GROUP BY template_id) AS used
    ON used.template_id = template.id
