-- The address of each account, one of each type (PHYSICAL, MAILING): the serviceable one first, then the newest (mapping.md §3.2).
-- account_id, address_id, type, street, city, zip, state, gps.
SELECT
    address.addressable_id AS account_id,
    address.id AS address_id,
    address.type,
    concat_ws(', ', one_line(address.line1), one_line(address.line2)) AS street,
    one_line(address.city) AS city,
    one_line(address.zip) AS zip,
    address.subdivision AS state,
    CASE
        WHEN TRY_CAST(address.latitude AS DOUBLE) BETWEEN -90 AND 90
            AND TRY_CAST(address.longitude AS DOUBLE) BETWEEN -180 AND 180
            -- 0,0 is "not known", not a place in the Atlantic.
            AND NOT (TRY_CAST(address.latitude AS DOUBLE) = 0 AND TRY_CAST(address.longitude AS DOUBLE) = 0)
            THEN trim(CAST(address.latitude AS VARCHAR)) || ',' || trim(CAST(address.longitude AS VARCHAR))
    END AS gps
FROM sonar.addresses AS address
WHERE address.addressable_type = 'Account'
QUALIFY row_number() OVER (
    PARTITION BY address.addressable_id, address.type
    ORDER BY coalesce(address.serviceable, false) DESC, address.id DESC
) = 1
