-- The projects that tasks of Splynx need (mapping.md §11): one for each job type, or one for all jobs; one more for to-dos.
-- project_key (job_type:<id>, jobs, todos), job_type_id, title (unique, 3 to 64 characters), description, partner_ids.
WITH named AS (
    SELECT
        'job_type:' || kind.id AS project_key,
        kind.id AS job_type_id,
        coalesce(one_line(kind.name), 'Job type #' || kind.id) AS name,
        'Job type of Sonar, ' || kind.default_length_in_minutes || ' minutes.' AS description,
        kind.all_companies,
        kind.company_ids,
        1 AS rank
    FROM sonar.job_types AS kind
    WHERE getvariable('task_projects_by') = 'job_type'
    UNION ALL
    SELECT 'jobs', NULL, 'Jobs', 'Jobs of Sonar.', true, NULL, 2
    WHERE getvariable('task_projects_by') = 'single' AND EXISTS (SELECT 1 FROM sonar.job_types)
    UNION ALL
    SELECT 'todos', NULL, 'To-dos', 'To-dos of Sonar that belong to no job.', true, NULL, 3
    WHERE EXISTS (SELECT 1 FROM sonar.tasks WHERE taskable_type <> 'Job') OR EXISTS (SELECT 1 FROM shared.scheduled_leftovers)
        OR EXISTS (SELECT 1 FROM shared.planned_moves WHERE job_id IS NULL)
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY lower(name) ORDER BY rank, job_type_id) AS use FROM named
),
partners AS (
    SELECT named.project_key, list(DISTINCT partner.partner_id) AS ids
    FROM (SELECT project_key, unnest(company_ids) AS company_id FROM named WHERE NOT coalesce(all_companies, true)) AS named
    JOIN shared.company_partners AS partner ON partner.company_id = named.company_id
    GROUP BY named.project_key
)
SELECT
    project.project_key,
    project.job_type_id,
    project.name,
    CASE
        WHEN project.use > 1 OR length(project.name) < 3 THEN clip(project.name, 50) || ' (#' || coalesce(project.job_type_id, 0) || ')'
        ELSE clip(project.name, 64)
    END AS title,
    project.description,
    coalesce(list_sort(partner.ids), (SELECT ids FROM shared.all_partners)) AS partner_ids,
    project.rank
FROM numbered AS project
LEFT JOIN partners AS partner ON partner.project_key = project.project_key
