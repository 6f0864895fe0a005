-- resource: services_internet
-- natural_key: [login]
-- on_delete: end
-- end: {status: hidden}
-- description: Data services, with RADIUS login, addresses, MAC, and the account's regular credits as discount.
SELECT
    CAST(line.account_service_id AS VARCHAR) AS source_key,  -- account_services.id
    customer.id AS customer_id,  -- account_services.account_id
    tariff.id AS tariff_id,  -- account_services.service_id, the tariff with the account's tax percentage
    CASE WHEN line.final_status IN ('active', 'blocked') THEN 'active' ELSE 'stopped' END AS status,  -- active; of inactive accounts (inactive_services: stopped) stopped
    line.description,  -- name_override, else services.name: this is what invoices print
    line.quantity,  -- quantity
    CASE WHEN member.line_key IS NULL THEN line.unit_price ELSE CAST(0 AS DECIMAL(19,4)) END AS unit_price,  -- price_override, else services.amount, / 100, per month of billing_frequency; 0 within a bundle, which is charged as a whole
    CAST(line.start_date AS VARCHAR) AS start_date,  -- first day not billed by Sonar: next_bill_date of service, else account; period begin
    coalesce(CAST(line.end_date AS VARCHAR), '0000-00-00') AS end_date,  -- expiring services and scheduled removals; else endless
    line.period,  -- billing_frequency over 1; else -1: as the customer
    CASE WHEN discount.value IS NOT NULL THEN '1' ELSE '0' END AS discount,  -- regular credits of the account
    CASE WHEN discount.value IS NOT NULL THEN 'fixed' END AS discount_type,  -- an amount
    discount.value AS discount_value,  -- their sum per month
    CAST(discount.start_date AS VARCHAR) AS discount_start_date,  -- as the services
    CASE WHEN discount.value IS NOT NULL THEN coalesce(CAST(discount.end_date AS VARCHAR), '0000-00-00') END AS discount_end_date,  -- end of expiring credits; else endless
    discount.text AS discount_text,  -- names of the credits
    -- Without a RADIUS account Splynx still needs a login, and none may be used twice.
    coalesce(login.login, replace(getvariable('service_login_pattern'), '{account_service_id}', CAST(line.account_service_id AS VARCHAR))) AS login,  -- radius_accounts.username, else service_login_pattern
    login.password,  -- radius_accounts.password when it was read; else Splynx makes one
    CASE
        WHEN address.ipv4 IS NOT NULL AND address.problem IS NULL THEN 1
        WHEN pool.id IS NOT NULL AND address.problem IS NULL THEN 2
        ELSE 0
    END AS taking_ipv4,  -- fixed address 1, pool 2, by the router 0
    CASE WHEN address.problem IS NULL THEN address.ipv4 END AS ipv4,  -- first fixed single address (ip_assignments, not soft)
    CASE WHEN address.problem IS NULL THEN address.ipv4_route END AS ipv4_route,  -- further fixed addresses and blocks
    CASE WHEN address.problem IS NULL AND address.ipv4 IS NULL THEN pool.id END AS ipv4_pool_id,  -- subnet of soft assignments, when it is a pool
    CASE WHEN address.problem IS NULL AND (address.ipv6 IS NOT NULL OR address.ipv6_delegated IS NOT NULL) THEN 1 END AS taking_ipv6,  -- GUESS: 1 (fixed) when there is any
    CASE WHEN address.problem IS NULL THEN address.ipv6 END AS ipv6,  -- fixed single IPv6 address
    CASE WHEN address.problem IS NULL THEN address.ipv6_delegated END AS ipv6_delegated,  -- fixed IPv6 network
    macs.macs AS mac,  -- MAC_ADDRESS fields of the devices, and uninventoried addresses
    TRY_CAST(getvariable('router_map')[router.subnet] AS BIGINT) AS router_id,  -- router_map by subnet id; Sonar knows no routers
    bundle.id AS bundle_service_id,  -- packages: bundle; the bundle that the service is part of
    fields.fields AS additional_attributes,  -- begin, reason of the price, package, internal fields
    coalesce(
        problems.problem,
        CASE WHEN customer.id IS NULL THEN reject('customer_missing', 'Account ' || line.account_id || ' is not in Splynx.', 'See why the account was rejected.') END,
        CASE WHEN tariff.id IS NULL THEN reject('tariff_missing', 'The plan ' || line.item || ' is not in Splynx.', 'See why the tariff was rejected.') END
    ) AS _reject,
    line.skip AS _skip,
    line.label AS _label,
    CAST(line.account_id AS VARCHAR) AS _account
FROM shared.service_lines AS line
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(line.account_id AS VARCHAR)
LEFT JOIN splynx.tariffs_internet AS tariff ON tariff.source_key = line.tariff_key
LEFT JOIN shared.bundle_lines AS member ON member.line_key = line.line_key
LEFT JOIN splynx.services_bundle AS bundle ON bundle.source_key = member.bundle_service_key
LEFT JOIN shared.service_discounts AS discount ON discount.line_key = line.line_key AND member.line_key IS NULL
LEFT JOIN shared.service_logins AS login ON login.account_service_id = line.account_service_id
LEFT JOIN shared.service_addresses AS address ON address.account_service_id = line.account_service_id
LEFT JOIN shared.service_macs AS macs ON macs.account_service_id = line.account_service_id
LEFT JOIN shared.internet_problems AS problems ON problems.account_service_id = line.account_service_id
LEFT JOIN shared.service_fields AS fields ON fields.line_key = line.line_key
LEFT JOIN splynx.ipv4_networks AS pool ON pool.source_key = address.pool_key AND pool.type_of_usage = 'pool'
LEFT JOIN (
    SELECT account_service_id, CAST(arg_min(subnet_id, ip_assignment_id) AS VARCHAR) AS subnet FROM shared.ip_owners GROUP BY account_service_id
) AS router ON router.account_service_id = line.account_service_id
WHERE line.kind = 'internet'
ORDER BY line.account_service_id
