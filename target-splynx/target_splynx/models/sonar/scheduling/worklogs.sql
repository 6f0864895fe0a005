-- resource: tasks_worklogs
-- natural_key: [task_id, user_id, started_at, stopped_at]
-- on_delete: ignore
-- description: Check-ins of jobs become worklogs of the task.
WITH spent AS (
    SELECT
        *,
        date_diff('second', check_in_datetime, check_out_datetime) AS seconds
    FROM sonar.job_check_ins
)
SELECT
    CAST(check_in.id AS VARCHAR) AS source_key,  -- job_check_ins.id
    task.id AS task_id,  -- job_id
    coalesce(person.administrator_id, technical.id) AS user_id,  -- user_id; the technical administrator for who is not in Splynx
    local_datetime(check_in.created_at) AS created_at,  -- created_at
    local_datetime(check_in.check_in_datetime) AS started_at,  -- check_in_datetime in the provider's time zone
    local_datetime(check_in.check_out_datetime) AS stopped_at,  -- check_out_datetime in the provider's time zone
    check_in.seconds AS time_spent,  -- seconds between check-in and check-out
    CASE WHEN NOT coalesce(person.own, false) THEN 'Work of ' || coalesce(person.name, 'user ' || check_in.user_id) END AS description,  -- name of the user when not in Splynx
    CASE
        WHEN job.job_id IS NULL
            THEN reject('job_missing', 'The check-in is for job ' || coalesce(CAST(check_in.job_id AS VARCHAR), 'without a number') || ', which does not exist.', 'Delete it in Sonar.')
        WHEN job.reject IS NOT NULL THEN job.reject
        WHEN check_in.seconds < 0
            THEN reject('check_out_before_check_in', 'The check-out ' || check_in.check_out_datetime || ' is before the check-in ' || check_in.check_in_datetime || '.', 'Correct the times in Sonar.')
    END AS _reject,
    CASE
        WHEN job.skip IS NOT NULL THEN job.skip
        WHEN check_in.seconds IS NULL THEN 'check-in that is still open'
        WHEN check_in.seconds BETWEEN 0 AND 59 THEN 'shorter than a minute'
    END AS _skip,
    CAST(job.account_id AS VARCHAR) AS _account,
    'Check-in ' || check_in.id || ' of job ' || check_in.job_id AS _label
FROM spent AS check_in
LEFT JOIN shared.jobs AS job ON job.job_id = check_in.job_id
LEFT JOIN splynx.scheduling_tasks AS task ON task.source_key = job.task_key
LEFT JOIN shared.authors AS person ON person.user_id = check_in.user_id
LEFT JOIN shared.technical_administrator AS technical ON true
ORDER BY check_in.id
