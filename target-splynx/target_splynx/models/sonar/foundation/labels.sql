-- resource: labels
-- natural_key: [module, label]
-- on_delete: ignore
-- description: Groups, types and statuses of accounts, and ticket categories, become labels.
WITH sources AS (
    SELECT 'group:' || id AS source_key, 'customers' AS module, one_line(name) AS label, 'group' AS kind, 1 AS rank, id, NULL AS color
    FROM sonar.account_groups
    UNION ALL
    SELECT 'type:' || id, 'customers', one_line(name), 'type', 2, id, color FROM sonar.account_types
    UNION ALL
    SELECT 'status:' || id, 'customers', one_line(name), 'status', 3, id, color FROM sonar.account_statuses
    UNION ALL
    SELECT 'ticket_category:' || id, 'ticket', one_line(name), 'category', 4, id, NULL FROM sonar.ticket_categories
    UNION ALL
    VALUES
        ('tool:paper_invoice', 'customers', 'paper invoice', 'billing', 5, 1, NULL),
        ('tool:lifeline', 'customers', 'lifeline', 'billing', 5, 2, NULL)
),
numbered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY module, lower(label) ORDER BY rank, id) AS use,
        row_number() OVER (PARTITION BY module, lower(label), kind ORDER BY id) AS use_of_kind
    FROM sources
)
SELECT
    source_key,  -- group:, type:, status:, ticket_category: and the id; tool: for the labels of the migration itself
    module,  -- customers or ticket
    CASE
        WHEN use = 1 THEN clip(label, 64)
        WHEN use_of_kind = 1 THEN clip(label, 50) || ' (' || kind || ')'
        ELSE clip(label, 40) || ' (' || kind || ' ' || id || ')'
    END AS label,  -- account_groups.name, account_types.name, account_statuses.name, ticket_categories.name; the same text twice gets its kind behind it
    lower(color) AS color,  -- color of the type or status; else Splynx's default
    CASE WHEN label IS NULL THEN reject('name_missing', 'The ' || kind || ' has no name.', 'Give it one in Sonar.') END AS _reject,
    kind || ' ' || coalesce(label, source_key) AS _label
FROM numbered
ORDER BY module, rank, id
