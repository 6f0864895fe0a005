-- title: Custom field value of an owner that is gone
-- area: orphans
-- severity: error
-- action: Skipped and counted.
WITH owners AS (
    SELECT 'Account' AS type, id FROM sonar.accounts
    UNION ALL
    SELECT 'Contact', id FROM sonar.contacts
    UNION ALL
    SELECT 'Address', id FROM sonar.addresses
    UNION ALL
    SELECT 'NetworkSite', id FROM sonar.network_sites
    UNION ALL
    SELECT 'Service', id FROM sonar.services
)
SELECT
    'custom_field_data' AS stream,
    data.id,
    NULL::BIGINT AS account_id,
    data.customfielddataable_type || ' ' || data.customfielddataable_id || ' does not exist' AS detail
FROM sonar.custom_field_data AS data
ANTI JOIN owners ON owners.type = data.customfielddataable_type AND owners.id = data.customfielddataable_id
WHERE data.customfielddataable_type IN ('Account', 'Contact', 'Address', 'NetworkSite', 'Service')
