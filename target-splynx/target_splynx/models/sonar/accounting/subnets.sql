-- Subnets become end networks; those that are split by their pools become root networks above the parts.
SELECT
    subnet.id,
    network.model,
    network.network_key AS source_key,
    'written' AS part,
    CAST(NULL AS VARCHAR) AS skip
FROM sonar.subnets AS subnet
LEFT JOIN shared.network_records AS network ON network.network_key = 'subnet:' || subnet.id
