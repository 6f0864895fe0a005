-- Where each thing is in Splynx: with a customer, in somebody's hands, or in a stock (mapping.md §7).
-- thing_key, customer_id, admin_id, stock_id, status, told (what the status cannot say).
WITH addresses AS (
    SELECT id, concat_ws(', ', one_line(line1), one_line(line2), one_line(city)) AS address FROM sonar.addresses
),
known AS (
    SELECT
        thing.*,
        customer.id AS known_customer_id,
        person.id AS person_id,
        coalesce(admin.id, technical.id) AS known_admin_id,
        admin.id IS NULL AS left_the_company,
        one_line(person.name) AS person,
        stock.id AS stock_id,
        address.address,
        -- A device on a customer's service is the customer's, wherever its record says it stands.
        CASE WHEN thing.account_id IS NOT NULL THEN 'Address' ELSE thing.holder_type END AS holder
    FROM shared.inventory_things AS thing
    LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(thing.account_id AS VARCHAR)
    LEFT JOIN sonar.users AS person ON thing.holder_type = 'User' AND person.id = thing.holder_id
    LEFT JOIN splynx.administrators AS admin ON thing.holder_type = 'User' AND admin.source_key = CAST(thing.holder_id AS VARCHAR)
    LEFT JOIN splynx.administrators AS technical ON technical.source_key = 'technical'
    LEFT JOIN splynx.inventory_stocks AS stock
        ON stock.source_key = CASE WHEN thing.holder_type IN ('Address', 'User') THEN thing.holder_type ELSE thing.holder_type || ':' || thing.holder_id END
    LEFT JOIN addresses AS address ON thing.holder_type = 'Address' AND address.id = thing.holder_id
),
placed AS (
    SELECT
        *,
        CASE
            WHEN holder = 'Address' AND known_customer_id IS NULL THEN 'stock'
            ELSE coalesce(getvariable('inventory_status_map')[holder], 'stock')
        END AS wanted
    FROM known
)
SELECT
    thing_key,
    CASE WHEN holder = 'Address' AND wanted = 'assigned' THEN known_customer_id END AS customer_id,
    CASE WHEN holder = 'User' AND wanted = 'internal_usage' THEN known_admin_id END AS admin_id,
    stock_id,
    wanted AS status,
    CASE
        WHEN holder = 'Address' AND account_id IS NOT NULL AND known_customer_id IS NULL
            THEN 'At the premises of account ' || account_id || ', which is not in Splynx'
        WHEN holder_type = 'Address' AND account_id IS NULL THEN 'At ' || coalesce(nullif(address, ''), 'address #' || holder_id) || ', which no account uses'
        WHEN holder_type = 'User' AND left_the_company THEN 'Held by ' || coalesce(person, 'user #' || holder_id)
        WHEN stock_id IS NULL THEN 'Held by ' || holder_type || ' #' || holder_id || ', which Sonar no longer knows'
    END AS told
FROM placed
