-- resource: tasks_attachments
-- natural_key: [filename_original, task_id]
-- on_delete: ignore
-- description: Files of jobs become attachments of the task.
SELECT
    CAST(place.file_id AS VARCHAR) AS source_key,  -- files.id
    task.id AS task_id,  -- files.fileable_id, when fileable_type is Job
    coalesce(person.administrator_id, technical.id) AS user_id,  -- user_id; the technical administrator for who is not in Splynx
    place.name AS _file_name,  -- files.filename
    content.path AS _file_path,  -- files.content_path (tap-sonar files_folder)
    content.content AS _file_content_base64,  -- files.content_base64 (tap-sonar file_contents)
    CASE
        WHEN job.job_id IS NULL
            THEN reject('job_missing', 'The file is for job ' || coalesce(CAST(place.task_id AS VARCHAR), 'without a number') || ', which does not exist.', 'Keep it elsewhere.')
        ELSE coalesce(job.reject, place.reject)
    END AS _reject,
    coalesce(job.skip, place.skip) AS _skip,
    CAST(place.account_id AS VARCHAR) AS _account,
    place.label AS _label
FROM shared.file_places AS place
JOIN sonar.files AS file ON file.id = place.file_id
LEFT JOIN shared.file_contents AS content ON content.file_id = place.file_id AND place.reject IS NULL
LEFT JOIN shared.jobs AS job ON job.job_id = place.task_id
LEFT JOIN splynx.scheduling_tasks AS task ON task.source_key = job.task_key
LEFT JOIN shared.authors AS person ON person.user_id = file.user_id
LEFT JOIN shared.technical_administrator AS technical ON true
WHERE place.place = 'task'
ORDER BY place.file_id
