-- Each check-in becomes a worklog of the job's task.
SELECT
    source.id,
    'scheduling/worklogs' AS model,
    CAST(source.id AS VARCHAR) AS source_key,
    'written' AS part,
    NULL AS skip
FROM sonar.job_check_ins AS source
ORDER BY source.id
