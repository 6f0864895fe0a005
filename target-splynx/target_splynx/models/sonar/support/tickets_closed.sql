-- resource: tickets
-- mode: patch
-- after: [support/ticket_messages, support/ticket_attachments]
-- on_delete: ignore
-- description: Closed tickets are closed when all of their messages are there, for servers where a message opens a ticket again; still hidden, so that nobody is told.
SELECT
    ticket.source_key,  -- tickets.id
    ticket.id,  -- the ticket
    status.status_id,  -- tickets.status CLOSED by ticket_status_map (closed_tickets last)
    true AS closed,  -- tickets.status CLOSED (closed_tickets last)
    CAST(owner.account_id AS VARCHAR) AS _account,
    owner.label AS _label
FROM splynx.tickets AS ticket
JOIN sonar.tickets AS source ON CAST(source.id AS VARCHAR) = ticket.source_key
JOIN shared.ticket_owners AS owner ON owner.ticket_id = source.id
JOIN shared.ticket_statuses AS status ON status.status = source.status
WHERE status.closed AND getvariable('closed_tickets') = 'last'
ORDER BY source.id
