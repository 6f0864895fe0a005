-- What inventory and scheduling need that has no API: to be made in Splynx by hand, for the handwork sheet.
-- kind, name, exists (whether it is settled), details.
SELECT
    'inventory category' AS kind,
    category.name,
    category.mapped AS "exists",
    count(model.id) || ' inventory models; write its id into inventory_category_map' AS details
FROM shared.inventory_categories AS category
LEFT JOIN sonar.inventory_models AS model ON model.inventory_model_category_id = category.inventory_model_category_id
GROUP BY category.inventory_model_category_id, category.name, category.mapped
UNION ALL
SELECT
    'task workflow',
    coalesce(nullif(getvariable('task_workflow'), ''), 'a workflow with the stages new, in progress and done'),
    status.workflow_id IS NOT NULL,
    'jobs and to-dos become tasks of it (task_workflow)'
FROM shared.task_statuses AS status
WHERE EXISTS (SELECT 1 FROM sonar.jobs) OR EXISTS (SELECT 1 FROM sonar.tasks)
