-- resource: ipv6_networks
-- natural_key: [network, prefix]
-- on_delete: ignore
-- description: IPv6 supernets as root networks, written before the subnets, because Splynx places a network below the root that is there.
SELECT
    network.network_key AS source_key,  -- supernet:<id> or subnet:<id>
    network.parts.network AS network,  -- supernets.subnet, subnets.subnet
    network.parts.prefix AS prefix,  -- the number behind the slash
    network.title,  -- name, else the range
    network.comment,  -- where it came from
    CAST(getvariable('default_location_id') AS BIGINT) AS location_id,  -- default_location_id
    CAST(getvariable('network_category') AS BIGINT) AS network_category,  -- network_category
    network.network_type,  -- supernet rootnet, subnet endnet
    CASE WHEN network.type_of_usage = 'management' THEN 'management' ELSE 'static' END AS type_of_usage,  -- IPv6 has no pools of this kind
    network.problem AS _reject,
    network.skip AS _skip,
    network.label AS _label
FROM shared.networks AS network
WHERE network.parts.version = 6 AND network.network_type = 'rootnet'
