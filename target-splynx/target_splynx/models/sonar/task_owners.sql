-- What tasks are about, accounts and network sites: name, place, partner, location, and what they are in Splynx.
-- owner_type (Account, NetworkSite), owner_id, account_id, name, address, gps, partner_id, location_id, customer_id, lead_id, skip, reject.
WITH account_places AS (
    SELECT
        account_id,
        concat_ws(', ', nullif(street, ''), city, state_code(state), zip) AS address,
        gps
    FROM shared.account_addresses
    QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY type = 'MAILING') = 1
),
site_places AS (
    SELECT
        addressable_id AS site_id,
        concat_ws(', ', one_line(line1), one_line(line2), one_line(city), state_code(subdivision), one_line(zip)) AS address
    FROM sonar.addresses
    WHERE addressable_type = 'NetworkSite'
    QUALIFY row_number() OVER (PARTITION BY addressable_id ORDER BY id DESC) = 1
)
SELECT
    'Account' AS owner_type,
    account.id AS owner_id,
    account.id AS account_id,
    kind.name,
    place.address,
    place.gps,
    coalesce(partner.partner_id, CAST(getvariable('default_partner_id') AS BIGINT)) AS partner_id,
    coalesce(location.id, CAST(getvariable('default_location_id') AS BIGINT)) AS location_id,
    record.customer_id,
    record.lead_id,
    record.skip,
    record.reject
FROM sonar.accounts AS account
JOIN shared.account_kinds AS kind ON kind.account_id = account.id
LEFT JOIN shared.account_records AS record ON record.account_id = account.id
LEFT JOIN account_places AS place ON place.account_id = account.id
LEFT JOIN shared.company_partners AS partner ON partner.company_id = account.company_id
LEFT JOIN shared.account_locations AS where_to ON where_to.account_id = account.id
LEFT JOIN splynx.locations AS location ON location.source_key = where_to.location_key
UNION ALL
SELECT
    'NetworkSite',
    site.id,
    NULL,
    one_line(site.name),
    place.address,
    CASE WHEN site.geopoint NOT IN ('', '0,0') THEN site.geopoint END,
    coalesce(partner.partner_id, CAST(getvariable('default_partner_id') AS BIGINT)),
    coalesce(location.id, CAST(getvariable('default_location_id') AS BIGINT)),
    NULL,
    NULL,
    NULL,
    NULL
FROM sonar.network_sites AS site
LEFT JOIN site_places AS place ON place.site_id = site.id
LEFT JOIN shared.company_partners AS partner ON partner.company_id = site.company_id
LEFT JOIN splynx.locations AS location ON location.source_key = 'site:' || site.id
