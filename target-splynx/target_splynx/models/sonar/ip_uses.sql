-- What becomes of each IP assignment: part of an internet service, an address of a network, or nothing (mapping.md §5.5, §6).
-- One row per assignment: ip_assignment_id, becomes (service, address, nothing), account_service_id, account_id, network_key, title, comment,
-- parts, skip, problem, label.
WITH internet_lines AS (
    SELECT line.account_id, count(*) AS services
    FROM shared.service_lines AS line
    WHERE line.kind = 'internet' AND line.skip IS NULL
    GROUP BY line.account_id
),
places AS (
    -- Who has the address when no customer does: a device, or a site.
    SELECT
        assignment.id AS ip_assignment_id,
        item.id AS inventory_item_id,
        coalesce(site.name, item_site.name) AS site_name,
        coalesce(model.name, model.model_name) AS device_name
    FROM sonar.ip_assignments AS assignment
    LEFT JOIN sonar.inventory_model_field_data AS data
        ON assignment.ipassignmentable_type = 'InventoryModelFieldData' AND data.id = assignment.ipassignmentable_id
    LEFT JOIN sonar.inventory_items AS item
        ON item.id = CASE assignment.ipassignmentable_type
            WHEN 'InventoryItem' THEN assignment.ipassignmentable_id
            WHEN 'InventoryModelFieldData' THEN data.inventory_item_id
        END
    LEFT JOIN sonar.inventory_models AS model ON model.id = item.inventory_model_id
    LEFT JOIN sonar.network_sites AS site
        ON assignment.ipassignmentable_type = 'NetworkSite' AND site.id = assignment.ipassignmentable_id
    LEFT JOIN sonar.network_sites AS item_site
        ON item.inventoryitemable_type = 'NetworkSite' AND item_site.id = item.inventoryitemable_id
),
judged AS (
    SELECT
        owner.*,
        line.line_key IS NOT NULL AS of_service,
        line.skip AS service_skip,
        addresses.problem IS NULL AND problems.problem IS NULL AS carried,
        addresses.ipv6_id,
        addresses.ipv6_delegated_id,
        addresses.pool_id,
        place.site_name,
        place.device_name,
        kind.name AS account_name,
        kind.skip AS account_skip,
        coalesce(lines.services, 0) AS services,
        one_line(assignment.description) AS description,
        one_line(assignment.reference) AS reference
    FROM shared.ip_owners AS owner
    JOIN sonar.ip_assignments AS assignment ON assignment.id = owner.ip_assignment_id
    LEFT JOIN shared.service_lines AS line ON line.kind = 'internet' AND line.line_key = 'service:' || owner.account_service_id
    LEFT JOIN shared.service_addresses AS addresses ON addresses.account_service_id = owner.account_service_id
    LEFT JOIN shared.internet_problems AS problems ON problems.account_service_id = owner.account_service_id
    LEFT JOIN internet_lines AS lines ON lines.account_id = owner.account_id
    LEFT JOIN shared.account_kinds AS kind ON kind.account_id = owner.account_id
    LEFT JOIN places AS place ON place.ip_assignment_id = owner.ip_assignment_id
),
sorted AS (
    SELECT
        *,
        CASE
            WHEN of_service AND NOT soft AND parts.version = 6 AND service_skip IS NULL
                AND ip_assignment_id NOT IN (coalesce(ipv6_id, 0), coalesce(ipv6_delegated_id, 0)) AND carried
                -- A service has one IPv6 address and one network; further ones are kept with the customer.
                THEN 'address'
            WHEN of_service AND soft AND ip_assignment_id IS DISTINCT FROM pool_id THEN 'nothing'
            WHEN of_service THEN 'service'
            WHEN soft THEN 'nothing'
            WHEN account_id IS NOT NULL AND account_skip IS NOT NULL THEN 'nothing'
            WHEN account_id IS NULL AND site_name IS NULL AND device_name IS NULL THEN 'nothing'
            WHEN parts.version = 4 AND parts.prefix < 24 THEN 'nothing'
            ELSE 'address'
        END AS becomes
    FROM judged
),
carried_blocks AS (
    SELECT parts.first AS first, parts.last AS last, account_service_id FROM sorted WHERE becomes = 'service' AND NOT soft AND service_skip IS NULL AND carried
),
clashes AS (
    SELECT found.ip_assignment_id, min(other.account_service_id) AS account_service_id
    FROM sorted AS found
    JOIN carried_blocks AS other ON other.first <= found.parts.last AND found.parts.first <= other.last
    WHERE found.becomes = 'address'
    GROUP BY found.ip_assignment_id
),
twins AS (
    SELECT later.ip_assignment_id, min(earlier.ip_assignment_id) AS other_id
    FROM sorted AS later
    JOIN sorted AS earlier
        ON earlier.becomes = 'address' AND earlier.ip_assignment_id < later.ip_assignment_id
        AND earlier.parts.first <= later.parts.last AND later.parts.first <= earlier.parts.last
    WHERE later.becomes = 'address'
    GROUP BY later.ip_assignment_id
)
SELECT
    found.ip_assignment_id,
    found.becomes,
    found.account_service_id,
    CASE WHEN found.account_skip IS NULL THEN found.account_id END AS account_id,
    network.network_key,
    clip(coalesce(found.account_name, concat_ws(', ', one_line(found.device_name), one_line(found.site_name)), found.description, 'Sonar'), 64) AS title,
    clip(concat_ws('; ', found.description, found.reference, 'Sonar assignment ' || found.ip_assignment_id), 255) AS comment,
    found.parts,
    CASE
        WHEN found.becomes <> 'nothing' THEN NULL
        WHEN found.soft THEN 'soft: given anew by DHCP or RADIUS'
        WHEN found.account_skip IS NOT NULL THEN 'account: ' || found.account_skip
        WHEN found.parts.version = 4 AND found.parts.prefix < 24 THEN 'a block of more than 256 addresses'
        ELSE 'its owner does not exist'
    END AS skip,
    CASE
        WHEN found.becomes <> 'address' THEN NULL
        WHEN found.parts IS NULL
            THEN reject('ip_invalid', 'The assignment ' || coalesce(found.block, '(empty)') || ' is no address.', 'Correct it in Sonar.')
        WHEN found.account_id IS NOT NULL AND found.services > 1 AND NOT found.of_service
            THEN reject(
                'ip_service_unclear',
                'The account has ' || found.services || ' internet services, and the address ' || found.block || ' names none of them.',
                'Choose the service in the assignment in Sonar.'
            )
        WHEN clash.ip_assignment_id IS NOT NULL
            THEN reject('ip_duplicate', 'The address ' || found.block || ' belongs to service ' || clash.account_service_id || ' too.', 'Remove one of the assignments in Sonar.')
        WHEN twin.ip_assignment_id IS NOT NULL
            THEN reject('ip_duplicate', 'The address ' || found.block || ' is in assignment ' || twin.other_id || ' too.', 'Remove one of the assignments in Sonar.')
        WHEN network.network_key IS NULL
            THEN reject('ip_outside_network', 'The address ' || found.block || ' lies in no subnet that was accepted.', 'Correct the assignment or its subnet in Sonar.')
    END AS problem,
    'Address ' || coalesce(found.block, '(empty)') AS label
FROM sorted AS found
LEFT JOIN clashes AS clash ON clash.ip_assignment_id = found.ip_assignment_id
LEFT JOIN twins AS twin ON twin.ip_assignment_id = found.ip_assignment_id
LEFT JOIN shared.ip_networks AS network ON network.ip_assignment_id = found.ip_assignment_id
