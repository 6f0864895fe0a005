-- Ticket groups have no API: they are made by hand (handwork sheet), and tickets find them by title.
SELECT id, NULL AS model, NULL AS source_key, 'merged' AS part, 'made by hand: ticket groups have no API' AS skip
FROM sonar.ticket_groups
