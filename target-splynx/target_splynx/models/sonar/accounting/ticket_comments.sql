-- Each comment becomes a message of its ticket that customers do not see.
SELECT id, 'support/ticket_messages' AS model, 'comment:' || id AS source_key, 'written' AS part, NULL AS skip
FROM sonar.ticket_comments
