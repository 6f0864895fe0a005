-- resource: scheduling_task_templates
-- natural_key: [title]
-- on_delete: ignore
-- description: Job types in use become task templates, with the checklist of their task template.
SELECT
    'job_type:' || kind.id AS source_key,  -- job_types.id
    project.title,  -- job_types.name, as the project
    project.title AS task_title,  -- job_types.name
    'About ' || kind.default_length_in_minutes || ' minutes.' AS task_description,  -- job_types.default_length_in_minutes
    made.id AS task_project_id,  -- project of the job type
    checklist.id AS task_checklist_template_id,  -- job_types.task_template_id
    'assigned_to_anyone' AS task_assigned_to,  -- assigned_to_anyone
    'priority_medium' AS task_priority,  -- priority_medium
    CASE WHEN NOT coalesce(kind.enabled, true) THEN 'disabled job type' END AS _skip,
    'Task template ' || project.title AS _label
FROM sonar.job_types AS kind
JOIN shared.task_projects AS project ON project.job_type_id = kind.id
LEFT JOIN splynx.scheduling_projects AS made ON made.source_key = project.project_key
LEFT JOIN splynx.scheduling_checklist_templates AS checklist ON checklist.source_key = CAST(kind.task_template_id AS VARCHAR)
ORDER BY kind.id
