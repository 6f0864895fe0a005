-- resource: inventory_vendors
-- natural_key: [name]
-- on_delete: ignore
-- description: Manufacturers become vendors, as Splynx calls who makes a product.
WITH named AS (
    SELECT id, one_line(name) AS name, row_number() OVER (PARTITION BY lower(one_line(name)) ORDER BY id) AS use
    FROM sonar.manufacturers
)
SELECT
    CAST(id AS VARCHAR) AS source_key,  -- manufacturers.id
    CASE WHEN use = 1 THEN clip(name, 255) ELSE clip(name, 240) || ' (#' || id || ')' END AS name,  -- manufacturers.name; a second one of the same name gets (#<id>)
    CASE WHEN name IS NULL THEN reject('name_missing', 'The manufacturer has no name.', 'Give it one in Sonar.') END AS _reject,
    'Manufacturer ' || coalesce(name, '#' || id) AS _label
FROM named
ORDER BY id
