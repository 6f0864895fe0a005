-- resource: ipv6_ip
-- natural_key: [ip]
-- on_delete: delete
-- after: [services/services_internet]
-- description: Fixed IPv6 addresses and networks that no service carries are marked as used, with who has them.
SELECT
    CAST(used.ip_assignment_id AS VARCHAR) AS source_key,  -- ip_assignments.id
    network.id AS network,  -- ip_assignments.subnet_id
    used.parts.network AS ip,  -- ip_assignments.subnet
    CAST(used.parts.prefix AS VARCHAR) AS prefix,  -- the number behind the slash
    used.title,  -- the customer's name, else device and site, else description
    '1' AS is_used,  -- used
    customer.id AS customer_id,  -- the account behind the assignment's owner
    used.problem AS _reject,
    used.label AS _label,
    CAST(used.account_id AS VARCHAR) AS _account
FROM shared.ip_uses AS used
LEFT JOIN splynx.ipv6_networks AS network ON network.source_key = used.network_key
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(used.account_id AS VARCHAR)
WHERE used.becomes = 'address' AND (used.parts IS NULL OR used.parts.version = 6)
ORDER BY used.ip_assignment_id
