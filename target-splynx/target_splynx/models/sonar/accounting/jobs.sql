-- Each job becomes a task.
SELECT
    source.id,
    'scheduling/jobs' AS model,
    'job:' || source.id AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.jobs AS source
ORDER BY source.id
