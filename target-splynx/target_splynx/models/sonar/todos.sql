-- Every to-do of Sonar: what it hangs on, and whether it becomes an item of a job's checklist or a task of its own (mapping.md §11).
-- task_id, job_id (of checklist items), owner_type, owner_id (of own tasks; NULL: of nobody in Splynx), account_id, ticket_id, text, about, skip, reject.
WITH known AS (
    SELECT
        todo.*,
        html_to_text(todo.task) AS text,
        CASE WHEN todo.taskable_type = 'Job' THEN todo.taskable_id END AS job_id,
        CASE
            WHEN todo.taskable_type IN ('Account', 'NetworkSite') THEN todo.taskable_type
            WHEN todo.taskable_type = 'Ticket' THEN ticket.ticketable_type
            WHEN todo.taskable_type = 'InventoryItem' AND thing.account_id IS NOT NULL THEN 'Account'
            WHEN todo.taskable_type = 'InventoryItem' AND thing.holder_type = 'NetworkSite' THEN 'NetworkSite'
        END AS owner_type,
        CASE
            WHEN todo.taskable_type IN ('Account', 'NetworkSite') THEN todo.taskable_id
            WHEN todo.taskable_type = 'Ticket' THEN ticket.ticketable_id
            WHEN todo.taskable_type = 'InventoryItem' THEN coalesce(thing.account_id, CASE WHEN thing.holder_type = 'NetworkSite' THEN thing.holder_id END)
        END AS owner_id,
        ticket.id AS ticket_id,
        CASE
            WHEN todo.taskable_type = 'Ticket' THEN 'Ticket in Sonar: #' || todo.taskable_id || coalesce(' ' || one_line(ticket.subject), '')
            WHEN todo.taskable_type = 'InventoryItem' THEN coalesce(thing.label, 'Item ' || todo.taskable_id)
        END AS about,
        CASE todo.taskable_type WHEN 'Ticket' THEN ticket.id IS NULL WHEN 'InventoryItem' THEN thing.item_id IS NULL ELSE false END AS thing_missing
    FROM sonar.tasks AS todo
    LEFT JOIN sonar.tickets AS ticket ON todo.taskable_type = 'Ticket' AND ticket.id = todo.taskable_id
    LEFT JOIN shared.inventory_things AS thing ON todo.taskable_type = 'InventoryItem' AND thing.item_id = todo.taskable_id
)
SELECT
    known.id AS task_id,
    known.job_id,
    known.owner_type,
    known.owner_id,
    coalesce(owner.account_id, job.account_id) AS account_id,
    known.ticket_id,
    known.text,
    known.about,
    known.complete,
    CASE WHEN known.text IS NULL THEN 'to-do without text' ELSE coalesce(owner.skip, job.skip) END AS skip,
    CASE
        WHEN known.thing_missing OR (known.job_id IS NOT NULL AND job.job_id IS NULL) OR (known.owner_id IS NOT NULL AND owner.owner_id IS NULL)
            THEN reject(
                'todo_owner_missing',
                'The to-do is for ' || known.taskable_type || ' ' || coalesce(CAST(known.taskable_id AS VARCHAR), 'without a number') || ', which does not exist.',
                'Correct or delete it in Sonar.'
            )
        ELSE coalesce(owner.reject, job.reject)
    END AS reject,
    'To-do ' || known.id || coalesce(', ' || clip(one_line(known.text), 60), '') AS label
FROM known
LEFT JOIN shared.task_owners AS owner ON owner.owner_type = known.owner_type AND owner.owner_id = known.owner_id
LEFT JOIN shared.jobs AS job ON job.job_id = known.job_id
