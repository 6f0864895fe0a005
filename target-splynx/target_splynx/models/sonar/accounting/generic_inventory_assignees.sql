-- Each assignee becomes a stock.
SELECT
    source.id,
    'inventory/stocks' AS model,
    'GenericInventoryAssignee:' || source.id AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.generic_inventory_assignees AS source
ORDER BY source.id
