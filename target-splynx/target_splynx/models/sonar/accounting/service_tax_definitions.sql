-- Taxes that a rating service computes cannot be written: the check tax_avalara tells them, and rated_taxes whether their services wait.
SELECT id, NULL AS model, NULL AS source_key, NULL AS part, 'rated outside of Splynx' AS skip FROM sonar.service_tax_definitions
