-- Where things can be, as stocks of Splynx (mapping.md §7): warehouses, shelves, vehicles, assignees, and sites that hold
-- something; customers' premises and people are one stock each.
-- place_key (<type>:<id>; Address and User without an id), name (unique), told.
WITH holders AS (
    SELECT inventoryitemable_type AS type, inventoryitemable_id AS id FROM sonar.inventory_items
    UNION
    SELECT genericinventoryitemable_type, genericinventoryitemable_id FROM sonar.generic_inventory_items
),
places AS (
    SELECT 'InventoryLocation:' || id AS place_key, one_line(name) AS name, 1 AS rank, id FROM sonar.inventory_locations
    UNION ALL
    SELECT 'InternalLocation:' || inner_place.id, concat_ws(' / ', one_line(place.name), one_line(inner_place.name)), 2, inner_place.id
    FROM sonar.internal_locations AS inner_place
    LEFT JOIN sonar.inventory_locations AS place ON place.id = inner_place.inventory_location_id
    UNION ALL
    SELECT 'Vehicle:' || id, concat_ws(', ', one_line(name), nullif(concat_ws(' ', one_line(manufacturer), one_line(model), "year"), '')), 3, id
    FROM sonar.vehicles
    UNION ALL
    SELECT 'GenericInventoryAssignee:' || id, one_line(name), 4, id FROM sonar.generic_inventory_assignees
    UNION ALL
    SELECT 'NetworkSite:' || site.id, 'Site ' || one_line(site.name), 5, site.id
    FROM sonar.network_sites AS site
    WHERE EXISTS (SELECT 1 FROM holders WHERE holders.type = 'NetworkSite' AND holders.id = site.id)
    UNION ALL
    SELECT DISTINCT type, CASE type WHEN 'User' THEN getvariable('stock_of_people') ELSE getvariable('stock_of_customers') END, 6, 0
    FROM holders
    WHERE type IN ('Address', 'User')
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY lower(name) ORDER BY rank, id) AS use FROM places
)
SELECT
    place_key,
    name AS told,
    CASE WHEN use = 1 THEN clip(name, 64) ELSE clip(name, 50) || ' (#' || id || ')' END AS name,
    rank,
    id
FROM numbered
