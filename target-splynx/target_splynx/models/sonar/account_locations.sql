-- Which location an account belongs to (setting location_by; mapping.md §1.2). No row: the default location.
-- account_id, location_key, location_name.
SELECT
    address.account_id,
    'city:' || lower(strip_accents(address.city)) || ',' || coalesce(lower(state_code(address.state)), '') AS location_key,
    clip(address.city || coalesce(', ' || state_code(address.state), ''), 64) AS location_name
FROM shared.account_addresses AS address
WHERE getvariable('location_by') = 'city' AND address.type = 'PHYSICAL' AND address.city IS NOT NULL
UNION ALL
-- All zones of the account together, because each zone carries one tax (state, county, city …).
SELECT
    account.id,
    'zones:' || string_agg(CAST(zone.id AS VARCHAR), ',' ORDER BY zone.id),
    clip(string_agg(one_line(zone.name), ' + ' ORDER BY zone.id), 64)
FROM sonar.accounts AS account
JOIN sonar.geo_tax_zones AS zone ON list_contains(account.geo_tax_zone_ids, zone.id)
WHERE getvariable('location_by') = 'geo_tax_zone'
GROUP BY account.id
UNION ALL
-- The site nearest to the account's address: Sonar keeps no other link between the two.
SELECT
    nearest.account_id,
    'site:' || nearest.site_id,
    nearest.site_name
FROM (
    SELECT
        address.account_id,
        site.id AS site_id,
        clip(one_line(site.name), 64) AS site_name
    FROM shared.account_addresses AS address
    JOIN sonar.network_sites AS site ON site.geopoint IS NOT NULL
    WHERE getvariable('location_by') = 'network_site' AND address.type = 'PHYSICAL' AND address.gps IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY address.account_id
        ORDER BY
            -- Good enough for "which is nearest": degrees, the longitude shortened by the latitude.
            pow(TRY_CAST(split_part(address.gps, ',', 1) AS DOUBLE) - TRY_CAST(split_part(site.geopoint, ',', 1) AS DOUBLE), 2)
            + pow(
                cos(radians(TRY_CAST(split_part(address.gps, ',', 1) AS DOUBLE)))
                * (TRY_CAST(split_part(address.gps, ',', 2) AS DOUBLE) - TRY_CAST(split_part(site.geopoint, ',', 2) AS DOUBLE)), 2
            ),
            site.id
    ) = 1
) AS nearest
