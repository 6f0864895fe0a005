-- Data caps are configuration in Splynx; their names are kept with the tariffs that have them.
SELECT
    policy.id,
    record.model,
    record.source_key,
    'merged' AS part,
    CASE WHEN record.model IS NULL THEN 'no internet plan has it' END AS skip
FROM sonar.usage_based_billing_policies AS policy
LEFT JOIN (
    SELECT detail.usage_based_billing_policy_id AS id, min(detail.service_id) AS service_id
    FROM sonar.data_service_details AS detail
    GROUP BY detail.usage_based_billing_policy_id
) AS used ON used.id = policy.id
LEFT JOIN shared.item_records AS record ON record.item = 'service:' || used.service_id
