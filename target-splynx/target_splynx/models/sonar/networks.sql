-- Supernets and subnets of both IP versions, and what each is used for (mapping.md §6).
-- network_key, title, comment, parts, network, prefix, version, location_id, network_category, network_type, type_of_usage,
-- edges_used, skip, problem, label.
WITH pool_subnets AS (
    SELECT subnet_id, string_agg(ip_range, ', ' ORDER BY id) AS ranges FROM sonar.ip_pools GROUP BY subnet_id
),
hard_subnets AS (
    SELECT DISTINCT subnet_id FROM shared.ip_owners WHERE NOT soft AND account_id IS NOT NULL
),
ranges AS (
    SELECT
        'subnet:' || subnet.id AS network_key,
        subnet.id,
        coalesce(one_line(subnet.name), subnet.subnet) AS title,
        subnet.subnet AS block,
        'endnet' AS network_type,
        CASE
            WHEN subnet.type IN ('NETWORK', 'EXCLUDED') AND hard.subnet_id IS NULL THEN 'management'
            -- One address given to a customer for good makes the whole network static: Splynx pools are whole networks.
            WHEN hard.subnet_id IS NOT NULL THEN 'static'
            WHEN pool.subnet_id IS NOT NULL THEN 'pool'
            ELSE 'static'
        END AS type_of_usage,
        concat_ws('; ', 'Sonar subnet ' || subnet.id, 'pools ' || pool.ranges) AS comment
    FROM sonar.subnets AS subnet
    LEFT JOIN pool_subnets AS pool ON pool.subnet_id = subnet.id
    LEFT JOIN hard_subnets AS hard ON hard.subnet_id = subnet.id
    UNION ALL
    SELECT
        'supernet:' || supernet.id,
        supernet.id,
        coalesce(one_line(supernet.name), supernet.subnet),
        supernet.subnet,
        'rootnet',
        'management',
        'Sonar supernet ' || supernet.id
    FROM sonar.supernets AS supernet
),
parsed AS (
    SELECT *, ip_parts(block) AS parts FROM ranges
),
edge_subnets AS (
    -- Customers who have the first or the last address of a network: allowed in Sonar, in Splynx only when the network says so.
    SELECT DISTINCT parsed.network_key
    FROM parsed
    JOIN shared.ip_owners AS owner
        ON parsed.network_key = 'subnet:' || owner.subnet_id
        AND owner.parts.is_host
        AND NOT owner.soft
        AND (owner.parts.first = parsed.parts.first OR owner.parts.first = parsed.parts.last)
),
clashes AS (
    SELECT later.network_key, min(earlier.network_key) AS with_key, min(earlier.block) AS with_block
    FROM parsed AS later
    JOIN parsed AS earlier
        ON earlier.network_type = later.network_type
        AND earlier.id < later.id
        AND earlier.parts.first <= later.parts.last
        AND later.parts.first <= earlier.parts.last
    GROUP BY later.network_key
)
SELECT
    parsed.network_key,
    clip(parsed.title, 128) AS title,
    clip(parsed.comment, 255) AS comment,
    parsed.parts,
    parsed.parts.network AS network,
    parsed.parts.prefix AS prefix,
    coalesce(parsed.parts.version, 4) AS version,  -- what is no network at all is rejected with the IPv4 ones
    CAST(getvariable('default_location_id') AS BIGINT) AS location_id,
    CAST(getvariable('network_category') AS BIGINT) AS network_category,
    parsed.network_type,
    parsed.type_of_usage,
    edge.network_key IS NOT NULL AS edges_used,
    CASE
        -- A root and an end network with the same address and mask would be one record in Splynx.
        WHEN parsed.network_type = 'rootnet'
            AND EXISTS (
                SELECT 1 FROM parsed AS twin
                WHERE twin.network_type = 'endnet' AND twin.parts.first = parsed.parts.first AND twin.parts.last = parsed.parts.last
            )
            THEN 'the same range as its only subnet'
    END AS skip,
    CASE
        WHEN parsed.parts IS NULL
            THEN reject('network_invalid', 'The range ' || coalesce(parsed.block, '(empty)') || ' is no network.', 'Correct it in Sonar.')
        WHEN clash.network_key IS NOT NULL
            THEN reject(
                'network_overlaps',
                'The range ' || parsed.block || ' overlaps ' || clash.with_block || ' (' || clash.with_key || ').',
                'Merge or split the ranges in Sonar.'
            )
    END AS problem,
    CASE WHEN parsed.network_type = 'rootnet' THEN 'Supernet ' ELSE 'Subnet ' END || parsed.block AS label
FROM parsed
LEFT JOIN edge_subnets AS edge ON edge.network_key = parsed.network_key
LEFT JOIN clashes AS clash ON clash.network_key = parsed.network_key
