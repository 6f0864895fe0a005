-- A planned move is told by the job that was made for it, else it becomes a task for a person.
SELECT
    source.id,
    CASE WHEN move.job_id IS NOT NULL THEN 'scheduling/jobs' ELSE 'scheduling/event_tasks' END AS model,
    CASE WHEN move.job_id IS NOT NULL THEN 'job:' || move.job_id ELSE 'move:' || source.id END AS source_key,
    CASE WHEN move.job_id IS NOT NULL THEN 'merged' ELSE 'written' END AS part,
    NULL AS skip
FROM sonar.serviceable_address_account_assignment_futures AS source
JOIN shared.planned_moves AS move ON move.move_id = source.id
ORDER BY source.id
