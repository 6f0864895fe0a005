-- Everything that was said in tickets, one row each: the description, replies, comments.
-- key (ticket:, reply:, comment: and the id), ticket_id, position (within the ticket, by time), said_at, incoming, internal,
-- user_id, sender (who wrote from outside: name and address), body.
WITH said AS (
    SELECT
        'ticket:' || ticket.id AS key, 0 AS rank, ticket.id AS row_id, ticket.id AS ticket_id, ticket.created_at AS said_at,
        ticket.inbound_mailbox_id IS NOT NULL AS incoming, true AS internal, NULL::BIGINT AS user_id, owner.recipients AS sender,
        ticket.description AS body
    FROM sonar.tickets AS ticket
    JOIN shared.ticket_owners AS owner ON owner.ticket_id = ticket.id
    UNION ALL
    SELECT
        'reply:' || reply.id, 1, reply.id, reply.ticket_id, reply.created_at, coalesce(reply.incoming, false), false, reply.user_id,
        nullif(concat_ws(' ', one_line(reply.author), '<' || reply.author_email || '>'), ''), reply.body
    FROM sonar.ticket_replies AS reply
    UNION ALL
    SELECT
        'comment:' || remark.id, 2, remark.id, remark.ticket_id, remark.created_at, false, true, remark.user_id, NULL, remark.body
    FROM sonar.ticket_comments AS remark
)
SELECT
    key, ticket_id, said_at, incoming, internal, user_id, sender, body,
    -- The description first, whatever the clocks say.
    row_number() OVER (PARTITION BY ticket_id ORDER BY rank > 0, said_at, rank, row_id) AS position
FROM said
