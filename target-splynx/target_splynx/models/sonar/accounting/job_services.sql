-- What was sold with a job is told in the description of its task.
SELECT
    source.id,
    CASE WHEN job.id IS NOT NULL THEN 'scheduling/jobs' END AS model,
    CASE WHEN job.id IS NOT NULL THEN 'job:' || source.job_id END AS source_key,
    'merged' AS part,
    CASE WHEN job.id IS NULL THEN 'part of a job that no longer exists' END AS skip
FROM sonar.job_services AS source
LEFT JOIN sonar.jobs AS job ON job.id = source.job_id
ORDER BY source.id
