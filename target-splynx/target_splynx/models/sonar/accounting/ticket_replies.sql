-- Each reply becomes a message of its ticket.
SELECT id, 'support/ticket_messages' AS model, 'reply:' || id AS source_key, 'written' AS part, NULL AS skip
FROM sonar.ticket_replies
