-- Which model writes each network. network_key, model, pool_id.
SELECT
    network_key,
    CASE WHEN parts.version = 6 THEN 'network/ipv6_' ELSE 'network/ipv4_' END
        || CASE
            WHEN starts_with(network_key, 'supernet:') THEN 'supernets'
            WHEN network_type = 'rootnet' THEN 'divided_subnets'
            ELSE 'networks'
        END AS model,
    pool_id
FROM shared.networks
