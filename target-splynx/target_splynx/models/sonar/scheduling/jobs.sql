-- resource: scheduling_tasks
-- on_delete: end
-- end: {is_archived: 1}
-- description: Jobs become tasks; open ones with time, duration, people, place and customer as they are. Nobody is notified.
WITH fields AS (
    SELECT owner_id AS job_id, map_from_entries(list(ROW(name, value) ORDER BY name)) AS fields
    FROM shared.custom_values
    WHERE entity_type = 'Job' AND module = 'scheduling_task'
    GROUP BY owner_id
),
lengths AS (
    SELECT job.id AS job_id, coalesce(nullif(job.length_in_minutes, 0), kind.default_length_in_minutes, 60) AS minutes
    FROM sonar.jobs AS job
    LEFT JOIN sonar.job_types AS kind ON kind.id = job.job_type_id
)
SELECT
    known.task_key AS source_key,  -- job:<jobs.id>
    known.title,  -- job_types.name - name of the account or site, at most 64
    known.description,  -- crew, job_services, ticket, completion, completion_notes
    coalesce(one_line(job.address_on_completion), move.address, owner.address, '') AS address,  -- address_on_completion, else where the account moves to, else address of the account or site
    CASE WHEN move.address IS NOT NULL THEN move.gps ELSE owner.gps END AS gps,  -- position of that address
    owner.customer_id AS related_customer_id,  -- jobbable Account
    owner.lead_id AS related_lead_id,  -- jobbable Account that became a lead
    owner.partner_id,  -- company of the account or site; default_partner_id
    owner.location_id,  -- location of the account or site; default_location_id
    project.id AS project_id,  -- job_type_id
    'priority_medium' AS priority,  -- priority_medium
    CASE known.state WHEN 'done' THEN status.done_id WHEN 'in_progress' THEN status.in_progress_id ELSE status.new_id END AS workflow_status_id,  -- complete done, checked in in_progress, else new; of the workflow task_workflow
    CASE WHEN crew.assignee IS NULL THEN 'assigned_to_anyone' ELSE 'assigned_to_administrator' END AS assigned_to,  -- users of the job; anyone when none of them is in Splynx
    crew.assignee,  -- first user of the job
    -- Watchers of finished work would only be told of every comment.
    CASE WHEN NOT job.complete AND len(crew.watchers) > 0 THEN crew.watchers END AS watchers,  -- further users of open jobs
    job.scheduled_datetime IS NOT NULL AS is_scheduled,  -- scheduled_datetime
    local_datetime(job.scheduled_datetime) AS scheduled_from,  -- scheduled_datetime in the provider's time zone
    concat_ws(' ', nullif(length.minutes // 60, 0) || 'h', nullif(length.minutes % 60, 0) || 'm') AS formatted_duration,  -- length_in_minutes, else the job type's
    local_datetime(job.created_at) AS created_at,  -- created_at
    CASE WHEN job.complete THEN local_datetime(coalesce(job.completion_datetime, job.updated_at)) END AS resolved_at,  -- completion_datetime
    coalesce(job.complete, false) AS closed,  -- complete
    author.administrator_id AS reporter_id,  -- created_by_user_id
    CASE WHEN ticket.id IS NOT NULL THEN {'ticket_id': ticket.id} END AS related_ticket_info,  -- ticket_id
    '0' AS notification_enabled,  -- off; Splynx would mail the people of the task
    fields.fields AS additional_attributes,  -- custom fields of jobs
    known.reject AS _reject,
    known.skip AS _skip,
    CAST(known.account_id AS VARCHAR) AS _account,
    known.label AS _label
FROM sonar.jobs AS job
JOIN shared.jobs AS known ON known.job_id = job.id
JOIN lengths AS length ON length.job_id = job.id
LEFT JOIN shared.task_owners AS owner ON owner.owner_type = job.jobbable_type AND owner.owner_id = job.jobbable_id
LEFT JOIN shared.planned_moves AS move ON move.move_id = job.serviceable_address_account_assignment_future_id
LEFT JOIN shared.job_crews AS crew ON crew.job_id = job.id
LEFT JOIN shared.task_statuses AS status ON true
LEFT JOIN splynx.scheduling_projects AS project ON project.source_key = known.project_key
LEFT JOIN splynx.tickets AS ticket ON ticket.source_key = CAST(job.ticket_id AS VARCHAR)
LEFT JOIN shared.authors AS author ON author.user_id = job.created_by_user_id
LEFT JOIN fields ON fields.job_id = job.id
ORDER BY job.id
