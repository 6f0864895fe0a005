-- The Splynx status for each status of Sonar: what ticket_status_map names, else by title and mark, else the usual number.
-- status, status_id, closed, unknown (what the map names and Splynx does not have).
-- GUESS: the numbers 1, 3, 4, 5 are those of a fresh server (research/mapping.md §10); title and mark win over them.
WITH wanted (status, titles, mark, usual_id) AS (
    VALUES
        ('OPEN', '^(new|open)\b', 'open', 1),
        ('CLOSED', '^(closed|resolved|solved|done)\b', 'closed', 3),
        ('PENDING_EXTERNAL', '\b(customer|external)\b', 'open', 4),
        ('PENDING_INTERNAL', '\b(agent|internal|staff)\b', 'open', 5)
),
known AS (
    SELECT id, lower(one_line(title_for_agent)) AS title, lower(coalesce(CAST(mark AS VARCHAR), '')) AS marks
    FROM splynx.tickets_statuses
),
chosen AS (
    SELECT
        wanted.status,
        wanted.usual_id,
        one_line(getvariable('ticket_status_map')[wanted.status]) AS named,
        min(known.id) FILTER (WHERE CAST(known.id AS VARCHAR) = getvariable('ticket_status_map')[wanted.status]) AS by_number,
        min(known.id) FILTER (WHERE known.title = lower(one_line(getvariable('ticket_status_map')[wanted.status]))) AS by_name,
        min(known.id) FILTER (WHERE regexp_matches(known.title, wanted.titles) AND contains(known.marks, wanted.mark)) AS by_title,
        min(known.id) FILTER (WHERE known.id = wanted.usual_id AND contains(known.marks, wanted.mark)) AS by_usual_id,
        min(known.id) FILTER (WHERE contains(known.marks, wanted.mark)) AS by_mark
    FROM wanted
    LEFT JOIN known ON true
    GROUP BY wanted.status, wanted.usual_id
)
SELECT
    status,
    coalesce(by_number, by_name, CASE WHEN named IS NULL THEN coalesce(by_title, by_usual_id, by_mark, usual_id) END) AS status_id,
    status = 'CLOSED' AS closed,
    CASE WHEN by_number IS NULL AND by_name IS NULL THEN named END AS unknown
FROM chosen
