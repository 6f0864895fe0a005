-- Each job type becomes a project, or a part of the one project of all jobs.
SELECT
    source.id,
    'scheduling/projects' AS model,
    CASE WHEN getvariable('task_projects_by') = 'single' THEN 'jobs' ELSE 'job_type:' || source.id END AS source_key,
    CASE WHEN getvariable('task_projects_by') = 'single' THEN 'merged' ELSE 'written' END AS part,
    NULL AS skip
FROM sonar.job_types AS source
ORDER BY source.id
