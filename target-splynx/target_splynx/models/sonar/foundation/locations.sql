-- resource: locations
-- natural_key: [name]
-- on_delete: ignore
-- description: Locations by the setting location_by; none beyond the default, or one per city, set of tax zones or network site.
WITH taxes AS (
    SELECT
        location_key,
        max(tax_id) FILTER (WHERE kind = 'internet') AS internet,
        max(tax_id) FILTER (WHERE kind = 'voice') AS voice,
        max(tax_id) FILTER (WHERE kind = 'recurring') AS recurring
    FROM shared.location_taxes
    GROUP BY location_key
)
SELECT
    place.location_key AS source_key,  -- city:<name>,<state>, zones:<ids> or site:<id>
    any_value(place.location_name ORDER BY place.location_name) AS name,  -- addresses.city, geo_tax_zones.name or network_sites.name
    any_value(tax.internet) AS tax_for_tariff_internet,  -- tax_by location: the rate that all internet services there pay
    any_value(tax.voice) AS tax_for_tariff_voice,  -- the same for voice services
    any_value(tax.recurring) AS tax_for_tariff_recurring,  -- the same for other charges
    'Location ' || any_value(place.location_name ORDER BY place.location_name) AS _label
FROM shared.account_locations AS place
LEFT JOIN taxes AS tax ON tax.location_key = place.location_key
GROUP BY place.location_key
ORDER BY place.location_key
