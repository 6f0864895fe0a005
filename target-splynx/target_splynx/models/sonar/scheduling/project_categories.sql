-- resource: scheduling_project_categories
-- natural_key: [title]
-- on_delete: ignore
-- description: One project category for all projects that come from Sonar.
SELECT
    'sonar' AS source_key,  -- sonar
    getvariable('task_project_category') AS title,  -- task_project_category
    'Project category ' || getvariable('task_project_category') AS _label
FROM shared.task_projects
LIMIT 1
