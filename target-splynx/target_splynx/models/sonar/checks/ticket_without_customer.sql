-- title: Ticket that belongs to no account
-- area: support
-- severity: info
-- action: Written without a customer.
SELECT 'tickets' AS stream, ticket.id, NULL::BIGINT AS account_id, 'status ' || ticket.status AS detail
FROM sonar.tickets AS ticket
WHERE ticket.ticketable_id IS NULL AND NOT coalesce(ticket.is_spam, false)
