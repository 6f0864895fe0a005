-- resource: tasks_attachments
-- on_delete: ignore
-- description: Files of jobs become attachments of the task; without their bytes (settings of the tap) they are left out.
SELECT
    CAST(file.id AS VARCHAR) AS source_key,  -- files.id
    task.id AS task_id,  -- fileable Job
    coalesce(person.administrator_id, technical.id) AS user_id,  -- user_id; the technical administrator for who is not in Splynx
    file.content_path AS _file_path,
    file.content_base64 AS _file_content_base64,
    file.filename AS _file_name,
    CASE
        WHEN job.job_id IS NULL
            THEN reject('job_missing', 'The file is for job ' || coalesce(CAST(file.fileable_id AS VARCHAR), 'without a number') || ', which does not exist.', 'Delete it in Sonar.')
        ELSE job.reject
    END AS _reject,
    CASE
        WHEN job.skip IS NOT NULL THEN job.skip
        WHEN coalesce(file.content_path, file.content_base64) IS NULL THEN 'file without its bytes (tap settings file_contents, files_folder)'
    END AS _skip,
    CAST(job.account_id AS VARCHAR) AS _account,
    'File ' || file.id || ' of job ' || file.fileable_id AS _label
FROM (
    -- The columns of the bytes are there only when the tap was told to send them.
    SELECT * FROM sonar.files
    UNION ALL BY NAME
    SELECT NULL::VARCHAR AS content_path, NULL::VARCHAR AS content_base64 WHERE false
) AS file
LEFT JOIN shared.jobs AS job ON job.job_id = file.fileable_id
LEFT JOIN splynx.scheduling_tasks AS task ON task.source_key = job.task_key
LEFT JOIN shared.authors AS person ON person.user_id = file.user_id
LEFT JOIN shared.technical_administrator AS technical ON true
WHERE file.fileable_type = 'Job'
ORDER BY file.id
