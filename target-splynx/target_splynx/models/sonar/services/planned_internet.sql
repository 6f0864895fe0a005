-- resource: services_internet
-- natural_key: [login]
-- on_delete: end
-- end: {status: hidden}
-- description: Internet services that Sonar will add on a later day; pending until then. When Sonar has added it, the real service takes its place.
SELECT
    line.source_key,  -- event:<scheduled_events.id> of ADD_SERVICE
    customer.id AS customer_id,  -- scheduled_events.account_id
    tariff.id AS tariff_id,  -- primary_event_object_id (services.id), the tariff with the account's tax percentage
    'pending' AS status,  -- pending: it begins on its start date
    line.description,  -- services.name
    1 AS quantity,  -- one
    line.unit_price,  -- services.amount / 100, per month of billing_frequency
    CAST(line.start_date AS VARCHAR) AS start_date,  -- scheduled_events.datetime, the day in the provider's zone
    coalesce(CAST(line.end_date AS VARCHAR), '0000-00-00') AS end_date,  -- expiring: all its cycles; else endless
    line.period,  -- billing_frequency over 1; else -1
    '0' AS discount,  -- none
    -- No service of Sonar yet, so no RADIUS account; Splynx needs a login that nobody has.
    replace(getvariable('service_login_pattern'), '{account_service_id}', 'e' || line.event_id) AS login,  -- service_login_pattern with e<event>
    0 AS taking_ipv4,  -- by the router, until Sonar assigns an address
    coalesce(
        line.problem,
        CASE WHEN customer.id IS NULL THEN reject('customer_missing', 'Account ' || line.account_id || ' is not in Splynx.', 'See why the account was rejected.') END,
        CASE WHEN tariff.id IS NULL THEN reject('tariff_missing', 'The plan ' || line.description || ' is not in Splynx.', 'See why the tariff was rejected.') END
    ) AS _reject,
    line.skip AS _skip,
    line.label AS _label,
    CAST(line.account_id AS VARCHAR) AS _account
FROM shared.planned_services AS line
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(line.account_id AS VARCHAR)
LEFT JOIN splynx.tariffs_internet AS tariff ON tariff.source_key = line.tariff_key
WHERE line.kind = 'internet'
ORDER BY line.event_id
