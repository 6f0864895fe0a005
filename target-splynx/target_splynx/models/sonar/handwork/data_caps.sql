-- title: Data caps
-- where: Tariff plans › Internet › CAP
-- why: Caps are a module of their own in Splynx and count differently. The tariff names the policy in its field sonar_usage_policy.
SELECT
    one_line(policy.name) AS name,
    concat_ws(
        '; ',
        policy.cap_in_gigabytes || ' GB',
        CASE WHEN policy.rollover_enabled THEN 'what is left rolls over' END,
        string_agg(one_line(service.name), ', ' ORDER BY service.id)
    ) AS details,
    NULL AS "exists"
FROM sonar.usage_based_billing_policies AS policy
JOIN sonar.data_service_details AS detail ON detail.usage_based_billing_policy_id = policy.id
JOIN sonar.services AS service ON service.id = detail.service_id
GROUP BY policy.id, policy.name, policy.cap_in_gigabytes, policy.rollover_enabled
