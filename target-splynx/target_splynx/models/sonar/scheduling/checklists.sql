-- resource: tasks_checklist
-- natural_key: [task_id, name]
-- on_delete: ignore
-- description: To-dos of a job become items of its task's checklist.
SELECT
    CAST(todo.id AS VARCHAR) AS source_key,  -- tasks.id
    task.id AS task_id,  -- taskable Job
    clip(one_line(concat_ws(', ', known.text, 'due ' || todo.due, CASE WHEN todo.complete THEN 'done ' || left(local_datetime(todo.completed_at), 16) END, closer.name)), 255) AS name,  -- tasks.task, due, when and by whom it was completed
    known.reject AS _reject,
    known.skip AS _skip,
    CAST(known.account_id AS VARCHAR) AS _account,
    known.label AS _label
FROM sonar.tasks AS todo
JOIN shared.todos AS known ON known.task_id = todo.id
LEFT JOIN splynx.scheduling_tasks AS task ON task.source_key = 'job:' || known.job_id
LEFT JOIN shared.authors AS closer ON closer.user_id = todo.completed_by_user_id
WHERE known.job_id IS NOT NULL
-- Items are shown in the order in which they were made.
ORDER BY known.job_id, todo.list_order NULLS LAST, todo.id
