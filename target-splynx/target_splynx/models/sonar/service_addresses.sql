-- The addresses of each internet service: fixed host, further networks, pool, IPv6; and what is wrong with them (mapping.md §5.5).
-- account_service_id, ipv4, ipv4_route, pool_key, ipv6, ipv6_delegated, the assignments that these three come from (pool_id, ipv6_id,
-- ipv6_delegated_id), problem.
WITH owned AS (
    -- Services that are not written anyway do not compete for an address.
    SELECT owner.*, network.network_key, network.type_of_usage
    FROM shared.ip_owners AS owner
    LEFT JOIN shared.ip_networks AS network ON network.ip_assignment_id = owner.ip_assignment_id
    JOIN shared.service_lines AS line
        ON line.line_key = 'service:' || owner.account_service_id AND line.skip IS NULL AND line.problem IS NULL
),
hard AS (
    SELECT * FROM owned WHERE NOT soft
),
clashes AS (
    -- Two services with the same or an overlapping address: the older assignment keeps it, never two.
    SELECT later.account_service_id, min(later.block) AS block
    FROM hard AS later
    JOIN hard AS earlier
        ON earlier.ip_assignment_id < later.ip_assignment_id
        AND earlier.account_service_id <> later.account_service_id
        AND earlier.parts.first <= later.parts.last
        AND later.parts.first <= earlier.parts.last
    GROUP BY later.account_service_id
),
outside AS (
    SELECT account_service_id, min(block) AS block FROM hard WHERE network_key IS NULL GROUP BY account_service_id
),
collected AS (
    SELECT
        account_service_id,
        list(parts.network ORDER BY ip_assignment_id) FILTER (WHERE NOT soft AND parts.version = 4 AND parts.is_host) AS hosts,
        list(parts.network || '/' || parts.prefix ORDER BY ip_assignment_id)
            FILTER (WHERE NOT soft AND parts.version = 4 AND NOT parts.is_host) AS blocks,
        arg_min(network_key, ip_assignment_id) FILTER (WHERE soft AND parts.version = 4 AND type_of_usage = 'pool') AS pool_key,
        arg_min(parts.network, ip_assignment_id) FILTER (WHERE NOT soft AND parts.version = 6 AND parts.is_host) AS ipv6,
        arg_min(parts.network || '/' || parts.prefix, ip_assignment_id)
            FILTER (WHERE NOT soft AND parts.version = 6 AND NOT parts.is_host) AS ipv6_delegated,
        min(ip_assignment_id) FILTER (WHERE soft AND parts.version = 4 AND type_of_usage = 'pool') AS pool_id,
        min(ip_assignment_id) FILTER (WHERE NOT soft AND parts.version = 6 AND parts.is_host) AS ipv6_id,
        min(ip_assignment_id) FILTER (WHERE NOT soft AND parts.version = 6 AND NOT parts.is_host) AS ipv6_delegated_id,
        bool_or(parts IS NULL) AS unreadable
    FROM owned
    GROUP BY account_service_id
)
SELECT
    found.account_service_id,
    found.hosts[1] AS ipv4,
    -- Splynx has one fixed address; the others are additional networks.
    nullif(array_to_string(list_concat(list_transform(found.hosts[2:], lambda host: host || '/32'), coalesce(found.blocks, [])), ','), '') AS ipv4_route,
    CASE WHEN found.hosts IS NULL THEN found.pool_key END AS pool_key,
    found.ipv6,
    found.ipv6_delegated,
    CASE WHEN found.hosts IS NULL THEN found.pool_id END AS pool_id,
    found.ipv6_id,
    found.ipv6_delegated_id,
    CASE
        WHEN found.unreadable
            THEN reject('ip_invalid', 'An IP assignment of the service is no address.', 'Correct it in Sonar.')
        WHEN clash.block IS NOT NULL
            THEN reject('ip_duplicate', 'The address ' || clash.block || ' belongs to another service too.', 'Remove one of the assignments in Sonar.')
        WHEN outside.block IS NOT NULL
            THEN reject('ip_outside_network', 'The address ' || outside.block || ' lies in no subnet that was accepted.', 'Correct the assignment or its subnet in Sonar.')
    END AS problem
FROM collected AS found
LEFT JOIN clashes AS clash ON clash.account_service_id = found.account_service_id
LEFT JOIN outside ON outside.account_service_id = found.account_service_id
