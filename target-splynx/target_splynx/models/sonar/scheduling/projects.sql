-- resource: scheduling_projects
-- natural_key: [title]
-- on_delete: ignore
-- description: Job types become projects, and one project holds the to-dos that belong to no job.
SELECT
    project.project_key AS source_key,  -- job_type:<job_types.id>; jobs; todos
    project.title,  -- job_types.name, 3 to 64 characters; a second one of the same name gets (#<id>)
    project.description,  -- where it comes from, job_types.default_length_in_minutes
    type.id AS type_id,  -- task_project_type
    category.id AS category_id,  -- task_project_category
    status.workflow_id,  -- task_workflow, else Splynx's first workflow
    project.partner_ids,  -- companies of the job type; all_companies, and to-dos: all
    0 AS is_archive,  -- not archived
    CASE
        WHEN status.workflow_id IS NULL
            THEN reject('workflow_missing', 'Splynx has no workflow' || coalesce(' ' || nullif(getvariable('task_workflow'), ''), '') || ' for tasks.', 'Make one in Splynx (Config, Scheduling, Workflows), or name another in task_workflow.')
    END AS _reject,
    'Project ' || project.title AS _label
FROM shared.task_projects AS project
LEFT JOIN splynx.scheduling_project_types AS type ON type.source_key = 'sonar'
LEFT JOIN splynx.scheduling_project_categories AS category ON category.source_key = 'sonar'
LEFT JOIN shared.task_statuses AS status ON true
ORDER BY project.rank, project.job_type_id
