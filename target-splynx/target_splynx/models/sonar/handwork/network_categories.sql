-- title: Network category
-- where: Config › Networking › Network categories
-- why: The API knows a category only by its number. All networks get the number in the setting network_category.
SELECT
    'Category ' || getvariable('network_category') AS name,
    'look for the number in its address, or set network_category to another' AS details,
    -- A network that has it proves it.
    CASE WHEN EXISTS (SELECT 1 FROM splynx.ipv4_networks AS network WHERE network.network_category = getvariable('network_category')) THEN true END AS "exists"
