-- resource: tickets
-- mode: patch
-- after: [support/ticket_messages, support/ticket_attachments, support/ticket_messages_shown]
-- on_delete: ignore
-- description: Tickets that customers could read in Sonar are shown to them, and statuses set that had to wait, when all of their messages are there.
SELECT
    ticket.source_key,  -- tickets.id
    ticket.id,  -- the ticket
    CASE WHEN owner.public AND getvariable('ticket_visibility') = 'last' THEN false END AS hidden,  -- tickets.inbound_mailbox_id of a customer's ticket (ticket_visibility last)
    CASE WHEN status.closed AND getvariable('closed_tickets') = 'last' THEN status.status_id END AS status_id,  -- tickets.status CLOSED (closed_tickets last)
    CASE WHEN status.closed AND getvariable('closed_tickets') = 'last' THEN true END AS closed,  -- tickets.status CLOSED (closed_tickets last)
    CASE
        WHEN owner.public AND getvariable('ticket_visibility') = 'last' THEN local_datetime(coalesce(source.global_updated_at, source.updated_at))
    END AS updated_at,  -- tickets.global_updated_at, else updated_at
    CAST(owner.account_id AS VARCHAR) AS _account,
    'Ticket ' || source.id || coalesce(' ' || clip(one_line(source.subject), 60), '') AS _label
FROM splynx.tickets AS ticket
JOIN sonar.tickets AS source ON CAST(source.id AS VARCHAR) = ticket.source_key
JOIN shared.ticket_owners AS owner ON owner.ticket_id = source.id
LEFT JOIN shared.ticket_statuses AS status ON status.status = source.status
WHERE (owner.public AND getvariable('ticket_visibility') = 'last') OR (status.closed AND getvariable('closed_tickets') = 'last')
ORDER BY source.id
