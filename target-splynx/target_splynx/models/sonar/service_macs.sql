-- MAC addresses of each internet service: from its devices and from the list of uninventoried ones (mapping.md §5.5).
-- account_service_id, macs, problem.
WITH readings AS (
    SELECT
        coalesce(owner.account_service_id, only_one.account_service_id) AS account_service_id,
        mac(data.value) AS mac,
        data.id AS reading
    FROM sonar.inventory_model_field_data AS data
    JOIN sonar.inventory_model_fields AS field ON field.id = data.inventory_model_field_id AND field.type = 'MAC_ADDRESS'
    JOIN shared.inventory_owners AS owner ON owner.inventory_item_id = data.inventory_item_id
    LEFT JOIN shared.only_internet_services AS only_one ON only_one.account_id = owner.account_id
    UNION ALL
    SELECT
        coalesce(loose.account_service_id, only_one.account_service_id),
        mac(loose.mac_address),
        -- Devices in the inventory come first.
        1000000000000 + loose.id
    FROM sonar.uninventoried_mac_addresses AS loose
    LEFT JOIN shared.only_internet_services AS only_one ON only_one.account_id = loose.account_id
),
known AS (
    SELECT reading.account_service_id, reading.mac, min(reading.reading) AS reading
    FROM readings AS reading
    -- Services that are not written anyway do not compete for an address.
    JOIN shared.service_lines AS line
        ON line.line_key = 'service:' || reading.account_service_id AND line.skip IS NULL AND line.problem IS NULL
    WHERE reading.mac IS NOT NULL
    GROUP BY reading.account_service_id, reading.mac
),
owners AS (
    SELECT *, first_value(account_service_id) OVER (PARTITION BY mac ORDER BY account_service_id) AS first_owner FROM known
)
SELECT
    account_service_id,
    string_agg(mac, ',' ORDER BY reading) AS macs,
    CASE
        WHEN bool_or(account_service_id <> first_owner)
            THEN reject(
                'mac_duplicate',
                'The MAC address ' || min(mac) FILTER (WHERE account_service_id <> first_owner) || ' belongs to service '
                    || min(first_owner) FILTER (WHERE account_service_id <> first_owner) || ' too.',
                'Remove it from one of the two in Sonar.'
            )
    END AS problem
FROM owners
GROUP BY account_service_id
