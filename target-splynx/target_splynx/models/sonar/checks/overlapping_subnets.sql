-- title: Networks that overlap
-- area: network
-- severity: error
-- action: The newer one is rejected (network_overlaps), and with it the services that have addresses in it.
SELECT
    split_part(network.network_key, ':', 1) || 's' AS stream,
    CAST(split_part(network.network_key, ':', 2) AS BIGINT) AS id,
    NULL::BIGINT AS account_id,
    split_part(network.problem, '|', 2) AS detail
FROM shared.networks AS network
WHERE starts_with(network.problem, 'network_overlaps|')
