-- Supernets become root networks.
SELECT
    supernet.id,
    CASE WHEN ip_parts(supernet.subnet).version = 6 THEN 'network/ipv6_supernets' ELSE 'network/ipv4_supernets' END AS model,
    'supernet:' || supernet.id AS source_key,
    'written' AS part,
    CAST(NULL AS VARCHAR) AS skip
FROM sonar.supernets AS supernet
