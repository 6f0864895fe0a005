-- resource: scheduling_tasks
-- on_delete: end
-- end: {is_archived: 1}
-- description: Planned changes of accounts that Splynx cannot plan become tasks for a person.
SELECT
    'event:' || event.id AS source_key,  -- event:<scheduled_events.id>
    clip(event.title, 64) AS title,  -- what is to be done, and for whom
    as_html(event.text) AS description,  -- event, description, amount, what it concerns
    coalesce(owner.address, '') AS address,  -- address of the account
    owner.gps,  -- position of that address
    owner.customer_id AS related_customer_id,  -- scheduled_events.account_id
    owner.lead_id AS related_lead_id,  -- the same, when it became a lead
    owner.partner_id,  -- company of the account; default_partner_id
    owner.location_id,  -- location of the account; default_location_id
    project.id AS project_id,  -- the project To-dos
    'priority_high' AS priority,  -- priority_high
    status.new_id AS workflow_status_id,  -- new; of the workflow task_workflow
    'assigned_to_anyone' AS assigned_to,  -- assigned_to_anyone
    true AS is_scheduled,  -- it has a day
    event.date || ' 09:00:00' AS scheduled_from,  -- scheduled_events.datetime, nine o'clock of its day
    '30m' AS formatted_duration,  -- half an hour
    '0' AS notification_enabled,  -- off; Splynx would mail the people of the task
    owner.reject AS _reject,
    owner.skip AS _skip,
    CAST(event.account_id AS VARCHAR) AS _account,
    'Planned change ' || event.id || ' of account ' || event.account_id AS _label
FROM shared.scheduled_leftovers AS event
JOIN shared.task_owners AS owner ON owner.owner_type = 'Account' AND owner.owner_id = event.account_id
LEFT JOIN shared.task_statuses AS status ON true
LEFT JOIN splynx.scheduling_projects AS project ON project.source_key = 'todos'
ORDER BY event.id
