-- title: Spam
-- area: support
-- severity: info
-- action: Not written.
SELECT 'tickets' AS stream, ticket.id, CASE WHEN ticket.ticketable_type = 'Account' THEN ticket.ticketable_id END AS account_id, 'marked as spam' AS detail
FROM sonar.tickets AS ticket
WHERE ticket.is_spam
