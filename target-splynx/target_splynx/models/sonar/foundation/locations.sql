-- resource: locations
-- natural_key: [name]
-- on_delete: ignore
-- description: Locations by the setting location_by; none beyond the default, or one per city, set of tax zones or network site.
SELECT
    location_key AS source_key,  -- city:<name>,<state>, zones:<ids> or site:<id>
    any_value(location_name ORDER BY location_name) AS name,  -- addresses.city, geo_tax_zones.name or network_sites.name
    'Location ' || any_value(location_name ORDER BY location_name) AS _label
FROM shared.account_locations
GROUP BY location_key
ORDER BY location_key
