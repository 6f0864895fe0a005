-- resource: ipv4_networks
-- natural_key: [network, mask]
-- on_delete: ignore
-- after: [network/ipv4_divided_subnets]
-- description: IPv4 subnets as end networks; where pools are only a part of a subnet, its parts (setting pools).
SELECT
    network.network_key AS source_key,  -- subnet:<id>, of parts with :<block>
    network.parts.network AS network,  -- subnets.subnet
    network.parts.prefix AS mask,  -- the number behind the slash
    network.title,  -- name, else the range
    network.comment,  -- where it came from, and its pools: Splynx pools are whole networks
    CAST(getvariable('default_location_id') AS BIGINT) AS location_id,  -- default_location_id
    CAST(getvariable('network_category') AS BIGINT) AS network_category,  -- network_category: categories have no API
    network.network_type,  -- endnet
    network.type_of_usage,  -- static with fixed customer addresses; pool where an ip_pool is the whole network; NETWORK and EXCLUDED management; else static
    CASE WHEN network.edges_used THEN true END AS allow_use_network_and_broadcast,  -- where a customer has the first or last address, and for parts
    network.problem AS _reject,
    network.skip AS _skip,
    network.label AS _label
FROM shared.networks AS network
WHERE (network.parts IS NULL OR network.parts.version = 4) AND network.network_type = 'endnet'
