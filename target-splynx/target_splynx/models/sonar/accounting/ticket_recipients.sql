-- Recipients are told in the note of their ticket and in its first message.
SELECT
    recipient.id,
    CASE WHEN ticket.id IS NOT NULL THEN 'support/tickets' END AS model,
    CAST(ticket.id AS VARCHAR) AS source_key,
    'merged' AS part,
    CASE WHEN ticket.id IS NULL THEN 'recipient of a ticket that does not exist' END AS skip
FROM sonar.ticket_recipients AS recipient
LEFT JOIN sonar.tickets AS ticket ON ticket.id = recipient.ticket_id
