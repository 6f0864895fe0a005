-- resource: ipv4_networks
-- natural_key: [network, mask]
-- on_delete: ignore
-- description: IPv4 supernets as root networks, written before the subnets, because Splynx places a network below the root that is there.
SELECT
    network.network_key AS source_key,  -- supernet:<id>
    network.parts.network AS network,  -- supernets.subnet
    network.parts.prefix AS mask,  -- the number behind the slash
    network.title,  -- name, else the range
    network.comment,  -- where it came from, and its pools: Splynx pools are whole networks
    CAST(getvariable('default_location_id') AS BIGINT) AS location_id,  -- default_location_id
    CAST(getvariable('network_category') AS BIGINT) AS network_category,  -- network_category: categories have no API
    network.network_type,  -- rootnet
    network.type_of_usage,  -- static with fixed customer addresses, else pool where pools lie inside; NETWORK and EXCLUDED management
    CASE WHEN network.edges_used THEN true END AS allow_use_network_and_broadcast,  -- where a customer has the first or last address
    network.problem AS _reject,
    network.skip AS _skip,
    network.label AS _label
FROM shared.networks AS network
WHERE (network.parts IS NULL OR network.parts.version = 4) AND starts_with(network.network_key, 'supernet:')
