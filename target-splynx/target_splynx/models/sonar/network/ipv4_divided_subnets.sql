-- resource: ipv4_networks
-- natural_key: [network, mask]
-- on_delete: ignore
-- after: [network/ipv4_supernets]
-- description: IPv4 subnets of which only a part is a pool (setting pools) as root networks; their parts are the end networks.
SELECT
    network.network_key AS source_key,  -- subnet:<id>
    network.parts.network AS network,  -- subnets.subnet
    network.parts.prefix AS mask,  -- the number behind the slash
    network.title,  -- name, else the range
    network.comment,  -- where it came from, and its pools: Splynx pools are whole networks
    CAST(getvariable('default_location_id') AS BIGINT) AS location_id,  -- default_location_id
    CAST(getvariable('network_category') AS BIGINT) AS network_category,  -- network_category: categories have no API
    network.network_type,  -- rootnet
    network.type_of_usage,  -- management; its parts say what they are for
    network.problem AS _reject,
    network.skip AS _skip,
    network.label AS _label
FROM shared.networks AS network
WHERE (network.parts IS NULL OR network.parts.version = 4) AND starts_with(network.network_key, 'subnet:') AND network.network_type = 'rootnet'
