-- Every job with all that decides about its task: whose it is, whether it moves, in what state it is.
-- job_id, job_type_id, task_key, project_key, account_id, title, description, state (new, in_progress, done), skip, reject, label.
WITH check_ins AS (
    SELECT job_id, count(*) AS check_ins FROM sonar.job_check_ins GROUP BY job_id
),
sold AS (
    SELECT part.job_id, string_agg(part.quantity || ' × ' || coalesce(one_line(service.name), 'service ' || part.service_id), ', ' ORDER BY part.id) AS services
    FROM sonar.job_services AS part
    LEFT JOIN sonar.services AS service ON service.id = part.service_id
    GROUP BY part.job_id
)
SELECT
    job.id AS job_id,
    'job:' || job.id AS task_key,
    CASE WHEN getvariable('task_projects_by') = 'single' THEN 'jobs' ELSE 'job_type:' || job.job_type_id END AS project_key,
    owner.account_id,
    clip(concat_ws(' - ', coalesce(one_line(kind.name), 'Job'), coalesce(owner.name, lower(job.jobbable_type) || ' ' || job.jobbable_id)), 64) AS title,
    nullif(concat_ws(
        '<br>',
        'Crew: ' || as_html(crew.crew),
        'Sold with it: ' || as_html(sold.services),
        'Moves in on ' || move.day || coalesce(': ' || as_html(move.note), ''),
        'Ticket in Sonar: #' || job.ticket_id || coalesce(' ' || as_html(one_line(ticket.subject)), ''),
        CASE WHEN job.complete THEN concat_ws(
            ' ', CASE WHEN job.completed_successfully = false THEN 'Completed without success' ELSE 'Completed' END,
            left(local_datetime(job.completion_datetime), 16), 'by ' || as_html(closer.name)
        ) END,
        CASE WHEN html_to_text(job.completion_notes) IS NOT NULL THEN as_html(job.completion_notes) END
    ), '') AS description,
    CASE WHEN job.complete THEN 'done' WHEN check_in.check_ins > 0 THEN 'in_progress' ELSE 'new' END AS state,
    CASE
        WHEN owner.skip IS NOT NULL THEN owner.skip
        WHEN job.complete AND local_date(coalesce(job.completion_datetime, job.updated_at)) < getvariable('jobs_from') THEN 'completed before jobs_from'
    END AS skip,
    CASE
        WHEN owner.owner_id IS NULL
            THEN reject('job_owner_missing', 'The job is for ' || job.jobbable_type || ' ' || coalesce(CAST(job.jobbable_id AS VARCHAR), 'without a number') || ', which does not exist.', 'Correct or delete it in Sonar.')
        WHEN owner.reject IS NOT NULL THEN owner.reject
        WHEN kind.id IS NULL
            THEN reject('job_type_missing', 'The job has no job type (' || coalesce(CAST(job.job_type_id AS VARCHAR), 'empty') || ').', 'Give it one in Sonar.')
    END AS reject,
    'Job ' || job.id || coalesce(', ' || owner.name, '') AS label
FROM sonar.jobs AS job
LEFT JOIN sonar.job_types AS kind ON kind.id = job.job_type_id
LEFT JOIN shared.task_owners AS owner ON owner.owner_type = job.jobbable_type AND owner.owner_id = job.jobbable_id
LEFT JOIN shared.job_crews AS crew ON crew.job_id = job.id
LEFT JOIN shared.planned_moves AS move ON move.move_id = job.serviceable_address_account_assignment_future_id
LEFT JOIN check_ins AS check_in ON check_in.job_id = job.id
LEFT JOIN sold ON sold.job_id = job.id
LEFT JOIN sonar.tickets AS ticket ON ticket.id = job.ticket_id
LEFT JOIN shared.authors AS closer ON closer.user_id = job.completed_by_user_id
