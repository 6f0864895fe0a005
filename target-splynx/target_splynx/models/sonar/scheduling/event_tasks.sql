-- resource: scheduling_tasks
-- on_delete: end
-- end: {is_archived: 1}
-- description: Planned changes and moves of accounts that Splynx cannot plan become tasks for a person.
WITH changes AS (
    SELECT 'event:' || id AS key, account_id, date, title, text, NULL AS address, NULL AS gps, NULL AS skip, 1 AS rank, id
    FROM shared.scheduled_leftovers
    UNION ALL
    SELECT
        'move:' || move.move_id,
        move.account_id,
        move.day,
        'Move to another address - ' || coalesce(owner.name, 'account ' || move.account_id),
        concat_ws(chr(10), 'Planned in Sonar for ' || move.day || ' (account ' || move.account_id || '), to ' || coalesce(move.address, 'an address that Sonar does not know') || '.', move.note),
        move.address,
        move.gps,
        CASE WHEN move.event_id IS NOT NULL THEN 'planned move: told by the planned change of that day' END,
        2,
        move.move_id
    FROM shared.planned_moves AS move
    LEFT JOIN shared.task_owners AS owner ON owner.owner_type = 'Account' AND owner.owner_id = move.account_id
    -- A job for the move tells of it already.
    WHERE move.job_id IS NULL
)
SELECT
    change.key AS source_key,  -- event:<scheduled_events.id>; move:<serviceable_address_account_assignment_futures.id>
    clip(change.title, 64) AS title,  -- what is to be done, and for whom
    as_html(change.text) AS description,  -- event, description, amount, what it concerns; address and note of a move
    coalesce(change.address, owner.address, '') AS address,  -- where the account moves to, else its address
    CASE WHEN change.address IS NOT NULL THEN change.gps ELSE owner.gps END AS gps,  -- position of that address
    owner.customer_id AS related_customer_id,  -- account_id
    owner.lead_id AS related_lead_id,  -- the same, when it became a lead
    owner.partner_id,  -- company of the account; default_partner_id
    owner.location_id,  -- location of the account; default_location_id
    project.id AS project_id,  -- the project To-dos
    'priority_high' AS priority,  -- priority_high
    status.new_id AS workflow_status_id,  -- new; of the workflow task_workflow
    'assigned_to_anyone' AS assigned_to,  -- assigned_to_anyone
    true AS is_scheduled,  -- it has a day
    change.date || ' 09:00:00' AS scheduled_from,  -- scheduled_events.datetime, target_date; nine o'clock of its day
    '30m' AS formatted_duration,  -- half an hour
    '0' AS notification_enabled,  -- off; Splynx would mail the people of the task
    CASE
        WHEN owner.owner_id IS NULL
            THEN reject('account_missing', 'The planned change is of account ' || change.account_id || ', which does not exist.', 'Delete it in Sonar.')
        ELSE owner.reject
    END AS _reject,
    coalesce(change.skip, owner.skip) AS _skip,
    CAST(change.account_id AS VARCHAR) AS _account,
    'Planned change ' || change.key || ' of account ' || change.account_id AS _label
FROM changes AS change
LEFT JOIN shared.task_owners AS owner ON owner.owner_type = 'Account' AND owner.owner_id = change.account_id
LEFT JOIN shared.task_statuses AS status ON true
LEFT JOIN splynx.scheduling_projects AS project ON project.source_key = 'todos'
ORDER BY change.rank, change.id
