-- Each task template becomes a checklist template.
SELECT
    source.id,
    'scheduling/checklist_templates' AS model,
    CAST(source.id AS VARCHAR) AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.task_templates AS source
ORDER BY source.id
