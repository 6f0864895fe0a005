-- The Splynx group for each ticket group of Sonar: what ticket_group_map names, else the one of the same title, else none.
-- ticket_group_id, name, wanted (title or number looked for), group_id. Groups have no API: they are made by hand.
WITH wanted AS (
    SELECT id, one_line(name) AS name, coalesce(one_line(getvariable('ticket_group_map')[name]), one_line(name)) AS wanted, enabled
    FROM sonar.ticket_groups
)
SELECT
    wanted.id AS ticket_group_id,
    wanted.name,
    wanted.wanted,
    wanted.enabled,
    min(found.id) AS group_id
FROM wanted
LEFT JOIN splynx.tickets_groups AS found
    ON lower(one_line(found.title)) = lower(wanted.wanted) OR CAST(found.id AS VARCHAR) = wanted.wanted
GROUP BY ALL
