-- Sonar's settings of billing: the models read the least amount that makes delinquent; nothing is written.
SELECT id, NULL AS model, NULL AS source_key, NULL AS part, 'read for its values' AS skip FROM sonar.billing_setting
