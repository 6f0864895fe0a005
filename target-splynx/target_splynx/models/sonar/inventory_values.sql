-- What the fields of each device say: the MAC address that becomes its barcode, its serial number, and the rest as text
-- (mapping.md §7). Keys of SIM cards are secrets and stay in Sonar.
-- inventory_item_id, barcode, serial_number (both unique, with as many dots behind as others had it before), others.
WITH readings AS (
    SELECT
        data.id,
        data.inventory_item_id,
        one_line(field.name) AS name,
        one_line(data.value) AS value,
        CASE WHEN field.type = 'MAC_ADDRESS' THEN mac(data.value) END AS mac,
        field.type <> 'MAC_ADDRESS' AND regexp_matches(lower(field.name), 'serial|^s/?n$') AS is_serial,
        field.type <> 'MAC_ADDRESS' AND field."primary" AS is_primary,
        field."primary" AS "primary"
    FROM sonar.inventory_model_field_data AS data
    JOIN sonar.inventory_model_fields AS field ON field.id = data.inventory_model_field_id
    WHERE one_line(data.value) IS NOT NULL AND field.type NOT IN ('LTEAUTHKEY', 'OPOPC')
),
chosen AS (
    SELECT
        inventory_item_id,
        first(id ORDER BY "primary" DESC, id) FILTER (WHERE mac IS NOT NULL) AS mac_reading,
        first(id ORDER BY is_serial DESC, id) FILTER (WHERE is_serial OR is_primary) AS serial_reading
    FROM readings
    GROUP BY inventory_item_id
),
found AS (
    SELECT
        reading.inventory_item_id,
        max(reading.mac) FILTER (WHERE reading.id = chosen.mac_reading) AS mac,
        max(clip(reading.value, 100)) FILTER (WHERE reading.id = chosen.serial_reading) AS serial,
        string_agg(reading.name || ': ' || reading.value, chr(10) ORDER BY reading.id)
            FILTER (WHERE reading.id IS DISTINCT FROM chosen.mac_reading AND reading.id IS DISTINCT FROM chosen.serial_reading) AS others
    FROM readings AS reading
    JOIN chosen ON chosen.inventory_item_id = reading.inventory_item_id
    GROUP BY reading.inventory_item_id
)
SELECT
    inventory_item_id,
    mac || repeat('.', row_number() OVER (PARTITION BY mac ORDER BY inventory_item_id) - 1) AS barcode,
    serial || repeat('.', row_number() OVER (PARTITION BY lower(serial) ORDER BY inventory_item_id) - 1) AS serial_number,
    others
FROM found
