-- The statuses that tasks get, from the workflow that their projects use: the one named in task_workflow, else Splynx's first.
-- GUESS: the form of a workflow's items. The document shows them without ids and with the stages new, in_progress, done; a list
-- with ids is read by stage, then by position; without ids the statuses of a fresh server count (1, 2, 3); task_status_map wins.
-- One row: workflow_id, new_id, in_progress_id, done_id.
WITH workflows AS (
    SELECT id, items
    FROM splynx.scheduling_workflow
    WHERE coalesce(getvariable('task_workflow'), '') = '' OR lower(title) = lower(getvariable('task_workflow')) OR CAST(id AS VARCHAR) = getvariable('task_workflow')
    QUALIFY row_number() OVER (ORDER BY id) = 1
),
items AS (
    SELECT
        workflow.id AS workflow_id,
        TRY_CAST(entry.item ->> 'id' AS BIGINT) AS id,
        entry.item ->> 'stage' AS stage,
        row_number() OVER (ORDER BY TRY_CAST(entry.item ->> 'position' AS BIGINT) NULLS LAST, TRY_CAST(entry.item ->> 'id' AS BIGINT)) AS place,
        count(*) OVER () AS places
    FROM workflows AS workflow, (SELECT unnest(TRY_CAST(TRY_CAST(workflow.items AS JSON) AS JSON[])) AS item) AS entry
),
found AS (
    SELECT
        first(id ORDER BY place) FILTER (WHERE stage IN ('new', '1')) AS new_id,
        first(id ORDER BY place) FILTER (WHERE stage IN ('in_progress', '2')) AS in_progress_id,
        first(id ORDER BY place) FILTER (WHERE stage IN ('done', '3')) AS done_id,
        first(id ORDER BY place) AS first_id,
        first(id ORDER BY place) FILTER (WHERE place = 2 AND places > 2) AS second_id,
        first(id ORDER BY place DESC) AS last_id
    FROM items
    WHERE id IS NOT NULL
)
SELECT
    workflow.id AS workflow_id,
    coalesce(TRY_CAST(getvariable('task_status_map')['new'] AS BIGINT), found.new_id, found.first_id, 1) AS new_id,
    coalesce(TRY_CAST(getvariable('task_status_map')['in_progress'] AS BIGINT), found.in_progress_id, found.second_id, found.new_id, found.first_id, 2) AS in_progress_id,
    coalesce(TRY_CAST(getvariable('task_status_map')['done'] AS BIGINT), found.done_id, found.last_id, 3) AS done_id
FROM found
LEFT JOIN workflows AS workflow ON true
