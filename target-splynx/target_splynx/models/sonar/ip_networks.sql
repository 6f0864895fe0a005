-- The accepted end network that each IP assignment lies in. ip_assignment_id, network_key, type_of_usage.
SELECT owner.ip_assignment_id, network.network_key, network.type_of_usage
FROM shared.ip_owners AS owner
JOIN shared.networks AS network
    ON network.subnet_id = owner.subnet_id
    AND network.network_type = 'endnet'
    AND network.problem IS NULL
    AND network.parts.first <= owner.parts.first
    AND owner.parts.last <= network.parts.last
