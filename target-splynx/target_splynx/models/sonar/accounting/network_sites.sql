-- Network sites stay network sites.
SELECT id, 'network/network_sites' AS model, CAST(id AS VARCHAR) AS source_key, 'written' AS part, CAST(NULL AS VARCHAR) AS skip
FROM sonar.network_sites
