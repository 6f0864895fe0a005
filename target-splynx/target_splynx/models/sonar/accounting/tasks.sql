-- A to-do of a job is an item of its checklist, any other becomes a task of its own.
SELECT
    source.id,
    CASE WHEN source.taskable_type = 'Job' THEN 'scheduling/checklists' ELSE 'scheduling/todos' END AS model,
    CASE WHEN source.taskable_type = 'Job' THEN CAST(source.id AS VARCHAR) ELSE 'task:' || source.id END AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.tasks AS source
ORDER BY source.id
