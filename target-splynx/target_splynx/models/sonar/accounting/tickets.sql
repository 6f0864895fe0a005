-- Each ticket becomes a ticket; its description is the first message there.
SELECT id, 'support/tickets' AS model, CAST(id AS VARCHAR) AS source_key, 'written' AS part, NULL AS skip
FROM sonar.tickets
