-- resource: geo_internet_service
-- mode: patch
-- on_delete: ignore
-- description: Where each internet service is delivered; the account's physical address, as text and as position on the map.
SELECT
    service.source_key,  -- account_services.id
    service.id,  -- the internet service
    service.customer_id,  -- its customer
    clip(concat_ws(', ', place.street, place.city, state_code(place.state), place.zip), 255) AS address,  -- addresses.line1, line2, city, subdivision, zip
    place.gps AS marker,  -- addresses.latitude, longitude; 0,0 is nothing
    line.label AS _label,
    CAST(line.account_id AS VARCHAR) AS _account
FROM splynx.services_internet AS service
JOIN shared.service_lines AS line ON line.line_key = 'service:' || service.source_key
JOIN shared.internet_problems AS problems ON problems.account_service_id = line.account_service_id AND problems.problem IS NULL
JOIN shared.account_addresses AS place ON place.account_id = line.account_id AND place.type = 'PHYSICAL'
WHERE place.gps IS NOT NULL OR place.street <> ''
ORDER BY line.account_service_id
