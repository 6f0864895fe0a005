-- resource: inventory_stocks
-- natural_key: [name]
-- on_delete: ignore
-- description: Warehouses, shelves, vehicles, assignees and sites with equipment become stocks; so do customers' premises and people, one each.

-- GUESS: Splynx has types of stocks that its API neither documents nor takes; only the name is sent.
SELECT
    place.place_key AS source_key,  -- inventory_locations, internal_locations, vehicles, generic_inventory_assignees, network_sites with equipment; one for all addresses, one for all users
    place.name,  -- name; shelves <location> / <shelf>, vehicles with make and year, Site <name>; the same text twice gets (#<id>)
    CASE WHEN place.name IS NULL THEN reject('name_missing', 'The place has no name.', 'Give it one in Sonar.') END AS _reject,
    'Place ' || coalesce(place.told, place.place_key) AS _label
FROM shared.inventory_places AS place
ORDER BY place.rank, place.id, place.place_key
