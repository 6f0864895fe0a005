-- Pools are told by the use of their network: a Splynx pool is a whole network.
SELECT
    pool.id,
    coalesce(part.model, network.model) AS model,
    coalesce(part.network_key, network.network_key) AS source_key,
    'merged' AS part,
    CASE WHEN network.network_key IS NULL THEN 'its subnet does not exist' END AS skip
FROM sonar.ip_pools AS pool
LEFT JOIN shared.network_records AS network ON network.network_key = 'subnet:' || pool.subnet_id
LEFT JOIN (
    SELECT pool_id, min(network_key) AS network_key, min(model) AS model FROM shared.network_records WHERE pool_id IS NOT NULL GROUP BY pool_id
) AS part ON part.pool_id = pool.id
