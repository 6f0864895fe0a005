-- Sonar's settings of the instance: the models read the currency and the like; nothing is written.
SELECT id, NULL AS model, NULL AS source_key, NULL AS part, 'read for its values' AS skip FROM sonar.system_setting
