-- The Splynx ticket type for each ticket category: what ticket_type_map names, else the one of the same title, else none.
-- ticket_category_id, name, wanted (title or number looked for), type_id. Types have no API: they are made by hand.
WITH wanted AS (
    SELECT id, one_line(name) AS name, coalesce(one_line(getvariable('ticket_type_map')[name]), one_line(name)) AS wanted, enabled
    FROM sonar.ticket_categories
)
SELECT
    wanted.id AS ticket_category_id,
    wanted.name,
    wanted.wanted,
    wanted.enabled,
    min(found.id) AS type_id
FROM wanted
LEFT JOIN splynx.tickets_types AS found
    ON lower(one_line(found.title)) = lower(wanted.wanted) OR CAST(found.id AS VARCHAR) = wanted.wanted
GROUP BY ALL
