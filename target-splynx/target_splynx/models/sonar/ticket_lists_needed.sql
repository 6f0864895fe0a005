-- What support needs and no API makes, for the handwork sheet: ticket groups, ticket types, canned replies.
-- kind, name (as it must be called in Splynx), details, exists (NULL: no API shows it, a person must look), used (number of tickets).
WITH tickets_of_group AS (
    SELECT ticket_group_id, count(*) AS tickets FROM sonar.tickets GROUP BY ticket_group_id
),
tickets_of_category AS (
    SELECT ticket_category_id, count(*) AS tickets
    FROM (SELECT unnest(ticket_category_ids) AS ticket_category_id FROM sonar.tickets)
    GROUP BY ticket_category_id
)
SELECT
    'ticket group' AS kind,
    place.wanted AS name,
    string_agg(CASE WHEN place.wanted <> place.name THEN 'for the group ' || place.name || ' of Sonar' END, '; ' ORDER BY place.ticket_group_id) AS details,
    bool_or(place.group_id IS NOT NULL) AS "exists",
    CAST(sum(coalesce(used.tickets, 0)) AS BIGINT) AS used
FROM shared.ticket_groups_found AS place
LEFT JOIN tickets_of_group AS used ON used.ticket_group_id = place.ticket_group_id
WHERE place.wanted IS NOT NULL AND (place.enabled OR used.tickets > 0)
GROUP BY place.wanted
UNION ALL
SELECT
    'ticket type',
    place.wanted,
    string_agg(CASE WHEN place.wanted <> place.name THEN 'for the category ' || place.name || ' of Sonar' END, '; ' ORDER BY place.ticket_category_id),
    bool_or(place.type_id IS NOT NULL),
    CAST(sum(coalesce(used.tickets, 0)) AS BIGINT)
FROM shared.ticket_types_found AS place
LEFT JOIN tickets_of_category AS used ON used.ticket_category_id = place.ticket_category_id
WHERE place.wanted IS NOT NULL AND (place.enabled OR used.tickets > 0)
GROUP BY place.wanted
UNION ALL
SELECT
    'canned reply',
    coalesce(one_line(reply.name), 'Reply ' || reply.id),
    concat_ws(chr(10), 'Category: ' || one_line(category.name), reply.body),
    NULL,
    0
FROM sonar.canned_replies AS reply
LEFT JOIN sonar.canned_reply_categories AS category ON category.id = reply.canned_reply_category_id
ORDER BY kind, name
