-- Canned replies have no API: they are made by hand, from the handwork sheet.
SELECT id, NULL AS model, NULL AS source_key, 'merged' AS part, 'made by hand: canned replies have no API' AS skip
FROM sonar.canned_replies
