-- resource: tasks_comments
-- natural_key: [task_id, user_id, created_at, comment]
-- on_delete: ignore
-- description: Notes on jobs become comments of the task, with author and time.
SELECT
    'note:' || note.id AS source_key,  -- note:<notes.id>
    task.id AS task_id,  -- noteable Job
    coalesce(person.administrator_id, technical.id) AS user_id,  -- user_id; the technical administrator for who is not in Splynx
    local_datetime(note.created_at) AS created_at,  -- created_at in the provider's time zone
    CASE WHEN note.user_id IS NOT NULL AND NOT coalesce(person.own, false) THEN as_html(coalesce(person.name, 'user ' || note.user_id)) || ': ' ELSE '' END
        || as_html(note.message) AS comment,  -- message; the author's name before it when not in Splynx
    coalesce(note.priority, 'NORMAL') <> 'NORMAL' AS is_pinned,  -- priority other than NORMAL
    CASE
        WHEN job.job_id IS NULL
            THEN reject('job_missing', 'The note is for job ' || coalesce(CAST(note.noteable_id AS VARCHAR), 'without a number') || ', which does not exist.', 'Delete it in Sonar.')
        ELSE job.reject
    END AS _reject,
    CASE
        WHEN job.skip IS NOT NULL THEN job.skip
        WHEN html_to_text(note.message) IS NULL THEN 'note without text'
    END AS _skip,
    CAST(job.account_id AS VARCHAR) AS _account,
    'Note ' || note.id || ' of job ' || note.noteable_id AS _label
FROM sonar.notes AS note
LEFT JOIN shared.jobs AS job ON job.job_id = note.noteable_id
LEFT JOIN splynx.scheduling_tasks AS task ON task.source_key = job.task_key
LEFT JOIN shared.authors AS person ON person.user_id = note.user_id
LEFT JOIN shared.technical_administrator AS technical ON true
WHERE note.noteable_type = 'Job'
ORDER BY note.id
