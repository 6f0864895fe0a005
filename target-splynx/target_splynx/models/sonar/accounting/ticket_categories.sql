-- Each category becomes a label of tickets; where Splynx has a ticket type of its name, tickets get that type, too.
SELECT id, 'foundation/labels' AS model, 'ticket_category:' || id AS source_key, 'written' AS part, NULL AS skip
FROM sonar.ticket_categories
