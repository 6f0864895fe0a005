-- Values of custom fields of services, as one map per tariff module. service_id, module, fields.
SELECT
    owner_id AS service_id,
    module,
    map_from_entries(list({'key': name, 'value': value} ORDER BY name)) AS fields
FROM shared.custom_values
WHERE entity_type = 'Service'
GROUP BY owner_id, module
