-- Splynx keeps no disputes: open ones are told by the data-quality check open_dispute.
SELECT id, NULL AS model, NULL AS source_key, NULL AS part, 'no disputes in Splynx' AS skip FROM sonar.disputes
