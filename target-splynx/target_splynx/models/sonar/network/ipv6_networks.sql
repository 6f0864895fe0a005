-- resource: ipv6_networks
-- natural_key: [network, prefix]
-- on_delete: ignore
-- after: [network/ipv6_supernets]
-- description: IPv6 subnets as end networks.
SELECT
    network.network_key AS source_key,  -- supernet:<id> or subnet:<id>
    network.network,  -- supernets.subnet, subnets.subnet
    network.prefix,  -- the number behind the slash
    network.title,  -- name, else the range
    network.comment,  -- where it came from
    network.location_id,  -- default_location_id
    network.network_category,  -- network_category
    network.network_type,  -- supernet rootnet, subnet endnet
    CASE WHEN network.type_of_usage = 'management' THEN 'management' ELSE 'static' END AS type_of_usage,  -- IPv6 has no pools of this kind
    network.problem AS _reject,
    network.skip AS _skip,
    network.label AS _label
FROM shared.networks AS network
WHERE network.version = 6 AND network.network_type = 'endnet'
