-- resource: tasks_checklist
-- mode: patch
-- on_delete: ignore
-- description: Ticks off the items of a checklist that were done in Sonar; a new item is always open.
SELECT
    item.source_key,  -- tasks.id
    item.id,  -- the item
    item.task_id,  -- the task whose checklist it is
    true AS checked,  -- tasks.complete
    CAST(known.account_id AS VARCHAR) AS _account,
    known.label AS _label
FROM splynx.tasks_checklist AS item
JOIN shared.todos AS known ON CAST(known.task_id AS VARCHAR) = item.source_key
WHERE known.complete
ORDER BY known.task_id
