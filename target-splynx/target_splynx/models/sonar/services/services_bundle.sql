-- resource: services_bundle
-- on_delete: end
-- end: {status: hidden}
-- description: Packages of accounts as bundles, only with packages set to bundle; their services are written after them and name them.
WITH wholes AS (
    SELECT
        member.bundle_service_key,
        member.bundle_key,
        member.account_id,
        any_value(line.final_status ORDER BY line.line_key) AS final_status,
        any_value(line.package ORDER BY line.line_key) AS package,
        any_value(line.begin_date ORDER BY line.line_key) AS begin_date,
        CAST(sum(line.quantity * line.unit_price) AS DECIMAL(19,4)) AS price,
        min(line.start_date) AS start_date,
        CAST(sum(discount.value) AS DECIMAL(19,4)) AS discount,
        min(discount.start_date) AS discount_start,
        max(discount.end_date) AS discount_end,
        string_agg(discount.text, ' + ' ORDER BY discount.line_key) AS discount_text,
        any_value(kind.label) AS label
    FROM shared.bundle_lines AS member
    JOIN shared.service_lines AS line ON line.line_key = member.line_key
    JOIN shared.account_kinds AS kind ON kind.account_id = member.account_id
    LEFT JOIN shared.service_discounts AS discount ON discount.line_key = member.line_key
    GROUP BY member.bundle_service_key, member.bundle_key, member.account_id
)
SELECT
    whole.bundle_service_key AS source_key,  -- account_id and unique_package_relationship_id, else package_id
    customer.id AS customer_id,  -- account_services.account_id
    tariff.id AS bundle_id,  -- account_services.package_id, the bundle with the account's tax percentage
    CASE WHEN whole.final_status IN ('active', 'blocked') THEN 'active' ELSE 'stopped' END AS status,  -- active
    clip(coalesce(whole.package, 'Package'), 512) AS description,  -- packages.name
    whole.price AS unit_price,  -- sum of its services, each price_override or amount, / 100
    CAST(whole.start_date AS VARCHAR) AS start_date,  -- first day not billed by Sonar, the same for all its services
    '0000-00-00' AS end_date,  -- endless
    CASE WHEN whole.discount IS NOT NULL THEN '1' ELSE '0' END AS discount,  -- regular credits that would be the discount of one of its services
    CASE WHEN whole.discount IS NOT NULL THEN 'fixed' END AS discount_type,  -- an amount
    whole.discount AS discount_value,  -- their sum per month
    CAST(whole.discount_start AS VARCHAR) AS discount_start_date,  -- as the services
    CASE WHEN whole.discount IS NOT NULL THEN coalesce(CAST(whole.discount_end AS VARCHAR), '0000-00-00') END AS discount_end_date,  -- end of expiring credits
    clip(whole.discount_text, 512) AS discount_text,  -- names of the credits
    0 AS activation_fee,  -- none
    false AS issue_invoice_while_service_creation,  -- never: nothing is charged on creation
    'first_service_billing' AS get_activation_fee_when,  -- never on creation
    0 AS cancellation_fee,  -- none
    0 AS prior_cancellation_fee,  -- none
    false AS automatic_renewal,  -- no
    false AS auto_reactivate,  -- no
    coalesce(
        CASE WHEN customer.id IS NULL THEN reject('customer_missing', 'Account ' || whole.account_id || ' is not in Splynx.', 'See why the account was rejected.') END,
        CASE WHEN tariff.id IS NULL THEN reject('tariff_missing', 'The bundle is not in Splynx.', 'See why it was rejected.') END
    ) AS _reject,
    whole.label || ': ' || coalesce(whole.package, 'package') AS _label,
    CAST(whole.account_id AS VARCHAR) AS _account
FROM wholes AS whole
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(whole.account_id AS VARCHAR)
LEFT JOIN splynx.tariffs_bundle AS tariff ON tariff.source_key = whole.bundle_key
ORDER BY whole.bundle_service_key
