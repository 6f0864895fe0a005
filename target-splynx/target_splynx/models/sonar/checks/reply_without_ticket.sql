-- title: Reply whose ticket is gone
-- area: support
-- severity: info
-- action: Not written.
SELECT 'ticket_replies' AS stream, reply.id, NULL::BIGINT AS account_id, 'ticket ' || reply.ticket_id || ' does not exist' AS detail
FROM sonar.ticket_replies AS reply
ANTI JOIN sonar.tickets AS ticket ON ticket.id = reply.ticket_id
