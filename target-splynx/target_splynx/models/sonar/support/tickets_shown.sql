-- resource: tickets
-- mode: patch
-- after: [support/ticket_messages_shown, support/tickets_closed]
-- on_delete: ignore
-- description: Tickets that customers could read in Sonar are shown to them when all of their messages are there.
SELECT
    ticket.source_key,  -- tickets.id
    ticket.id,  -- the ticket
    false AS hidden,  -- tickets.inbound_mailbox_id of a customer's ticket (ticket_visibility last)
    local_datetime(coalesce(source.global_updated_at, source.updated_at)) AS updated_at,  -- tickets.global_updated_at, else updated_at
    CAST(owner.account_id AS VARCHAR) AS _account,
    owner.label AS _label
FROM splynx.tickets AS ticket
JOIN sonar.tickets AS source ON CAST(source.id AS VARCHAR) = ticket.source_key
JOIN shared.ticket_owners AS owner ON owner.ticket_id = source.id
WHERE owner.public AND getvariable('ticket_visibility') = 'last'
ORDER BY source.id
