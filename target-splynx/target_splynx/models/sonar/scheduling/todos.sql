-- resource: scheduling_tasks
-- on_delete: end
-- end: {is_archived: 1}
-- description: To-dos on accounts, tickets, sites and devices become tasks of their own; those of jobs are items of the job's checklist.
SELECT
    'task:' || todo.id AS source_key,  -- task:<tasks.id>
    CASE WHEN length(one_line(known.text)) < 3 THEN 'To-do ' || one_line(known.text) ELSE clip(one_line(known.text), 64) END AS title,  -- tasks.task, 3 to 64 characters
    nullif(concat_ws(
        '<br>',
        CASE WHEN length(one_line(known.text)) > 64 OR known.text LIKE '%' || chr(10) || '%' THEN as_html(known.text) END,
        as_html(known.about),
        'Due: ' || todo.due,
        'For: ' || as_html(CASE WHEN NOT coalesce(person.own, false) THEN coalesce(person.name, 'user ' || todo.user_id) END),
        CASE WHEN todo.complete THEN concat_ws(' ', 'Completed', left(local_datetime(todo.completed_at), 16), 'by ' || as_html(closer.name)) END
    ), '') AS description,  -- tasks.task when it is longer than a title, what it is about, due, who it is for when not in Splynx, completion
    coalesce(owner.address, '') AS address,  -- address of the account or site
    owner.gps,  -- position of that address
    owner.customer_id AS related_customer_id,  -- taskable Account, or account of the ticket or device
    owner.lead_id AS related_lead_id,  -- the same, when it became a lead
    coalesce(owner.partner_id, CAST(getvariable('default_partner_id') AS BIGINT)) AS partner_id,  -- company of the account or site; default_partner_id
    coalesce(owner.location_id, CAST(getvariable('default_location_id') AS BIGINT)) AS location_id,  -- location of the account or site; default_location_id
    project.id AS project_id,  -- the project To-dos
    'priority_medium' AS priority,  -- priority_medium
    CASE WHEN todo.complete THEN status.done_id ELSE status.new_id END AS workflow_status_id,  -- complete done, else new; of the workflow task_workflow
    CASE WHEN person.own THEN 'assigned_to_administrator' ELSE 'assigned_to_anyone' END AS assigned_to,  -- user_id, anyone when not in Splynx
    CASE WHEN person.own THEN person.administrator_id END AS assignee,  -- user_id
    false AS is_scheduled,  -- never; Sonar knows a day, not a time
    local_datetime(todo.created_at) AS created_at,  -- created_at
    CASE WHEN todo.complete THEN local_datetime(coalesce(todo.completed_at, todo.updated_at)) END AS resolved_at,  -- completed_at
    coalesce(todo.complete, false) AS closed,  -- complete
    CASE WHEN ticket.id IS NOT NULL THEN {'ticket_id': ticket.id} END AS related_ticket_info,  -- taskable Ticket
    '0' AS notification_enabled,  -- off; Splynx would mail the people of the task
    known.reject AS _reject,
    known.skip AS _skip,
    CAST(known.account_id AS VARCHAR) AS _account,
    known.label AS _label
FROM sonar.tasks AS todo
JOIN shared.todos AS known ON known.task_id = todo.id
LEFT JOIN shared.task_owners AS owner ON owner.owner_type = known.owner_type AND owner.owner_id = known.owner_id
LEFT JOIN shared.task_statuses AS status ON true
LEFT JOIN splynx.scheduling_projects AS project ON project.source_key = 'todos'
LEFT JOIN splynx.tickets AS ticket ON ticket.source_key = CAST(known.ticket_id AS VARCHAR)
LEFT JOIN shared.authors AS person ON person.user_id = todo.user_id
LEFT JOIN shared.authors AS closer ON closer.user_id = todo.completed_by_user_id
WHERE known.job_id IS NULL
ORDER BY todo.id
