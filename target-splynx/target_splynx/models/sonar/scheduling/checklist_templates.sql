-- resource: scheduling_checklist_templates
-- natural_key: [title]
-- on_delete: ignore
-- description: Task templates become checklist templates.
WITH items AS (
    SELECT
        task_template_id,
        list({'name': coalesce(clip(one_line(html_to_text(task)), 255), 'To-do #' || id)} ORDER BY list_order NULLS LAST, id) AS items
    FROM sonar.task_template_items
    GROUP BY task_template_id
),
named AS (
    SELECT id, coalesce(one_line(name), 'Checklist #' || id) AS name, row_number() OVER (PARTITION BY lower(one_line(name)) ORDER BY id) AS use
    FROM sonar.task_templates
)
SELECT
    CAST(template.id AS VARCHAR) AS source_key,  -- task_templates.id
    CASE
        WHEN template.use > 1 OR length(template.name) < 3 THEN clip(template.name, 50) || ' (#' || template.id || ')'
        ELSE clip(template.name, 64)
    END AS title,  -- task_templates.name, 3 to 64 characters; a second one of the same name gets (#<id>)
    item.items,  -- task_template_items.task in the order of list_order
    CASE WHEN item.items IS NULL THEN 'task template without tasks' END AS _skip,
    'Task template ' || template.name AS _label
FROM named AS template
LEFT JOIN items AS item ON item.task_template_id = template.id
ORDER BY template.id
