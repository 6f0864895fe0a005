-- title: Address outside of its subnet
-- area: network
-- severity: error
-- action: The service is rejected (ip_outside_network).
SELECT
    'ip_assignments' AS stream,
    owner.ip_assignment_id AS id,
    owner.account_id,
    owner.block || CASE WHEN network.network_key IS NULL THEN ', there is no subnet ' || owner.subnet_id ELSE ' is not in subnet ' || owner.subnet_id END AS detail
FROM shared.ip_owners AS owner
LEFT JOIN shared.networks AS network ON network.network_key = 'subnet:' || owner.subnet_id
WHERE owner.parts IS NULL
    OR network.network_key IS NULL
    OR owner.parts.first < network.parts.first
    OR owner.parts.last > network.parts.last
