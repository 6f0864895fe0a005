-- Who goes to each job: the first one who is an administrator of Splynx leads it, the others watch (mapping.md §11).
-- job_id, assignee, watchers (list of administrators), crew (names, when Splynx cannot show all of them).
WITH members AS (
    SELECT job.id AS job_id, unnest(job.user_ids) AS user_id FROM sonar.jobs AS job
),
known AS (
    SELECT member.job_id, member.user_id, author.administrator_id, coalesce(author.own, false) AS own, coalesce(author.name, 'user ' || member.user_id) AS name
    FROM members AS member
    LEFT JOIN shared.authors AS author ON author.user_id = member.user_id
)
SELECT
    job_id,
    first(administrator_id ORDER BY user_id) FILTER (WHERE own) AS assignee,
    (list(administrator_id ORDER BY user_id) FILTER (WHERE own))[2:] AS watchers,
    CASE WHEN count(*) > 1 OR NOT bool_and(own) THEN string_agg(name, ', ' ORDER BY NOT own, user_id) END AS crew
FROM known
GROUP BY job_id
