-- The tasks of a template are the items of its checklist template.
SELECT
    source.id,
    CASE WHEN template.id IS NOT NULL THEN 'scheduling/checklist_templates' END AS model,
    CASE WHEN template.id IS NOT NULL THEN CAST(source.task_template_id AS VARCHAR) END AS source_key,
    'merged' AS part,
    CASE WHEN template.id IS NULL THEN 'item of a task template that no longer exists' END AS skip
FROM sonar.task_template_items AS source
LEFT JOIN sonar.task_templates AS template ON template.id = source.task_template_id
ORDER BY source.id
