-- resource: monitoring
-- natural_key: [ip]
-- on_delete: delete
-- description: Devices at network sites that have an address. They are not watched and nobody is told of them until somebody switches them on.
SELECT
    CAST(device.inventory_item_id AS VARCHAR) AS source_key,  -- inventory_items.id at a network site, with an IP assignment
    clip(device.model_name || ' – ' || coalesce(one_line(site.name), 'site ' || device.site_id), 64) AS title,  -- inventory_models.name and network_sites.name
    place.id AS network_site_id,  -- inventory_items.inventoryitemable_id
    0 AS parent_id,  -- none: Sonar keeps no tree of devices here
    -- Producers, types and groups are made in the user interface; there is no API for them.
    coalesce(TRY_CAST(getvariable('monitoring_producer_map')[device.manufacturer] AS BIGINT), CAST(getvariable('monitoring_producer') AS BIGINT)) AS producer,  -- manufacturers.name by monitoring_producer_map, else monitoring_producer
    device.model_name AS model,  -- inventory_models.name
    device.ip,  -- ip_assignments.subnet of the device or its MAC address
    161 AS snmp_port,  -- 161
    coalesce(template.icmp_monitoring, true) AS is_ping,  -- network_monitoring_templates.icmp_monitoring
    false AS active,  -- off until go-live
    -- A secret that the tap leaves out unless it is selected: then the column is not there.
    clip(coalesce(nullif(to_json(template) ->> 'snmp_community', ''), 'public'), 64) AS snmp_community,  -- network_monitoring_templates.snmp_community when it was read; else public
    CASE WHEN template.snmp_version = 'SNMP_VERSION_1' THEN 1 ELSE 2 END AS snmp_version,  -- snmp_version; Splynx has no version 3
    coalesce(TRY_CAST(getvariable('monitoring_type_map')[device.category] AS BIGINT), CAST(getvariable('monitoring_type') AS BIGINT)) AS type,  -- inventory_model_categories.name by monitoring_type_map, else monitoring_type
    CAST(getvariable('monitoring_group') AS BIGINT) AS monitoring_group,  -- monitoring_group
    place.partners_ids,  -- as the site
    place.location_id,  -- as the site
    clip(place.address, 256) AS address,  -- as the site
    place.gps,  -- as the site
    false AS send_notifications,  -- nobody is told
    coalesce(
        device.problem,
        CASE WHEN place.id IS NULL THEN reject('site_missing', 'Network site ' || device.site_id || ' is not in Splynx.', 'See why the site was rejected.') END
    ) AS _reject,
    CASE WHEN getvariable('site_devices') = 'skip' THEN 'site_devices: skip' END AS _skip,
    'Device ' || device.inventory_item_id || ' ' || device.model_name AS _label
FROM shared.site_devices AS device
LEFT JOIN sonar.network_sites AS site ON site.id = device.site_id
LEFT JOIN splynx.network_sites AS place ON place.source_key = CAST(device.site_id AS VARCHAR)
LEFT JOIN sonar.network_monitoring_templates AS template ON template.id = device.template_id
ORDER BY device.inventory_item_id
