-- resource: scheduling_project_types
-- natural_key: [title]
-- on_delete: ignore
-- description: One project type for all projects that come from Sonar.
SELECT
    'sonar' AS source_key,  -- sonar
    getvariable('task_project_type') AS title,  -- task_project_type
    'Project type ' || getvariable('task_project_type') AS _label
FROM shared.task_projects
LIMIT 1
