-- Supernets and subnets of both IP versions, what each is used for, and the parts of subnets that pools divide (mapping.md §6).
-- network_key, subnet_id, pool_id (of the part that a pool is), title, comment, parts, network_type, type_of_usage, edges_used, skip, problem, label.
WITH pools AS (
    SELECT pool.id, pool.subnet_id, pool.name, pool.ip_range, ip_blocks(pool.ip_range) AS blocks FROM sonar.ip_pools AS pool
),
hard AS (
    SELECT owner.subnet_id, owner.parts FROM shared.ip_owners AS owner WHERE NOT owner.soft AND owner.account_id IS NOT NULL AND owner.parts IS NOT NULL
),
subnets AS (
    SELECT
        subnet.id,
        subnet.subnet AS block,
        subnet.name,
        subnet.type,
        ip_parts(subnet.subnet) AS parts,
        subnet.id IN (SELECT subnet_id FROM hard) AS has_hard,
        pool.ranges,
        pool.blocks,
        pool.readable
    FROM sonar.subnets AS subnet
    LEFT JOIN (
        SELECT
            subnet_id,
            string_agg(ip_range, ', ' ORDER BY id) AS ranges,
            flatten(list(blocks ORDER BY id)) AS blocks,
            bool_and(blocks IS NOT NULL AND (getvariable('pools') = 'split' OR len(blocks) = 1)) AS readable
        FROM pools
        GROUP BY subnet_id
    ) AS pool ON pool.subnet_id = subnet.id
),
divided AS (
    -- Divided where the pools are a part of the subnet only: a Splynx pool is a whole network, and none is made wider than it is in Sonar.
    SELECT
        *,
        coalesce(
            getvariable('pools') <> 'whole' AND readable AND parts.version = 4
                AND list_bool_and(list_transform(blocks, lambda each: ip_contains(block, each)))
                AND len(ip_rest(block, array_to_string(blocks, ','))) > 0
                AND len(list_distinct(blocks)) = len(blocks),
            false
        ) AS is_divided,
        coalesce(ip_rest(block, array_to_string(blocks, ',')) = [], false) AS all_pool
    FROM subnets
),
children AS (
    SELECT subnet.id, unnest(pool.blocks) AS block, pool.id AS pool_id, coalesce(one_line(pool.name), 'Pool ' || pool.ip_range) AS title
    FROM divided AS subnet
    JOIN pools AS pool ON pool.subnet_id = subnet.id
    WHERE subnet.is_divided
    UNION ALL
    SELECT subnet.id, unnest(ip_rest(subnet.block, array_to_string(subnet.blocks, ','))), NULL, coalesce(one_line(subnet.name), subnet.block) || ' (rest)'
    FROM divided AS subnet
    WHERE subnet.is_divided
),
parsed AS (
    SELECT
        'subnet:' || subnet.id AS network_key,
        'subnet' AS kind,
        subnet.id,
        CAST(NULL AS BIGINT) AS pool_id,
        coalesce(one_line(subnet.name), subnet.block) AS title,
        subnet.block,
        subnet.parts,
        CASE WHEN subnet.is_divided THEN 'rootnet' ELSE 'endnet' END AS network_type,
        CASE
            WHEN subnet.is_divided THEN 'management'
            WHEN subnet.type IN ('NETWORK', 'EXCLUDED') AND NOT subnet.has_hard THEN 'management'
            -- One address given to a customer for good makes the whole network static: Splynx pools are whole networks.
            WHEN subnet.has_hard THEN 'static'
            WHEN subnet.ranges IS NOT NULL AND (getvariable('pools') = 'whole' OR subnet.all_pool) THEN 'pool'
            ELSE 'static'
        END AS type_of_usage,
        concat_ws('; ', 'Sonar subnet ' || subnet.id, 'pools ' || subnet.ranges) AS comment
    FROM divided AS subnet
    UNION ALL
    SELECT
        'subnet:' || child.id || ':' || child.block,
        'part',
        child.id,
        child.pool_id,
        child.title,
        child.block,
        ip_parts(child.block),
        'endnet',
        CASE
            WHEN EXISTS (
                SELECT 1 FROM hard
                WHERE hard.subnet_id = child.id AND hard.parts.first <= ip_parts(child.block).last AND ip_parts(child.block).first <= hard.parts.last
            ) THEN 'static'
            WHEN child.pool_id IS NOT NULL THEN 'pool'
            WHEN subnet.type IN ('NETWORK', 'EXCLUDED') THEN 'management'
            ELSE 'static'
        END,
        concat_ws('; ', 'part of Sonar subnet ' || child.id || ' ' || subnet.block, 'Sonar pool ' || child.pool_id)
    FROM children AS child
    JOIN divided AS subnet ON subnet.id = child.id
    UNION ALL
    SELECT
        'supernet:' || supernet.id,
        'supernet',
        supernet.id,
        NULL,
        coalesce(one_line(supernet.name), supernet.subnet),
        supernet.subnet,
        ip_parts(supernet.subnet),
        'rootnet',
        'management',
        'Sonar supernet ' || supernet.id
    FROM sonar.supernets AS supernet
),
edge_networks AS (
    -- Customers who have the first or the last address of a network: allowed in Sonar, in Splynx only when the network says so.
    SELECT DISTINCT parsed.network_key
    FROM parsed
    JOIN shared.ip_owners AS owner
        ON parsed.kind <> 'supernet'
        AND parsed.id = owner.subnet_id
        AND owner.parts.is_host
        AND NOT owner.soft
        AND (owner.parts.first = parsed.parts.first OR owner.parts.first = parsed.parts.last)
),
clashes AS (
    SELECT later.kind, later.id, min(earlier.network_key) AS with_key, min(earlier.block) AS with_block
    FROM parsed AS later
    JOIN parsed AS earlier
        ON earlier.kind = later.kind
        AND earlier.id < later.id
        AND earlier.parts.first <= later.parts.last
        AND later.parts.first <= earlier.parts.last
    WHERE later.kind <> 'part'
    GROUP BY later.kind, later.id
)
SELECT
    parsed.network_key,
    CASE WHEN parsed.kind <> 'supernet' THEN parsed.id END AS subnet_id,
    parsed.pool_id,
    clip(parsed.title, 128) AS title,
    clip(parsed.comment, 255) AS comment,
    parsed.parts,
    parsed.network_type,
    parsed.type_of_usage,
    -- The ends of a part are addresses like others in Sonar.
    edge.network_key IS NOT NULL OR parsed.kind = 'part' AS edges_used,
    CASE
        -- A root and an end network with the same address and mask would be one record in Splynx.
        WHEN parsed.kind = 'supernet'
            AND EXISTS (
                SELECT 1 FROM parsed AS twin
                WHERE twin.kind = 'subnet' AND twin.parts.first = parsed.parts.first AND twin.parts.last = parsed.parts.last
            )
            THEN 'the same range as its only subnet'
    END AS skip,
    CASE
        WHEN parsed.parts IS NULL
            THEN reject('network_invalid', 'The range ' || coalesce(parsed.block, '(empty)') || ' is no network.', 'Correct it in Sonar.')
        WHEN clash.id IS NOT NULL
            THEN reject(
                'network_overlaps',
                'The range ' || parsed.block || ' overlaps ' || clash.with_block || ' (' || clash.with_key || ').',
                'Merge or split the ranges in Sonar.'
            )
    END AS problem,
    CASE parsed.kind WHEN 'supernet' THEN 'Supernet ' WHEN 'subnet' THEN 'Subnet ' ELSE 'Part ' END || coalesce(parsed.block, '(empty)') AS label
FROM parsed
LEFT JOIN edge_networks AS edge ON edge.network_key = parsed.network_key
-- A part shares the fate of its subnet.
LEFT JOIN clashes AS clash ON clash.kind = CASE parsed.kind WHEN 'part' THEN 'subnet' ELSE parsed.kind END AND clash.id = parsed.id
