-- resource: tariffs_bundle
-- natural_key: [title]
-- on_delete: end
-- end: {available_for_services: false}
-- description: Packages as bundles, only with packages set to bundle. No fee, no invoice, nothing is charged by making one.
WITH content AS (
    SELECT DISTINCT member.bundle_key, line.kind, line.tariff_key
    FROM shared.bundle_lines AS member
    JOIN shared.service_lines AS line ON line.line_key = member.line_key
),
internet AS (
    SELECT content.bundle_key, list(tariff.id ORDER BY tariff.source_key) AS ids
    FROM content JOIN splynx.tariffs_internet AS tariff ON content.kind = 'internet' AND tariff.source_key = content.tariff_key
    GROUP BY content.bundle_key
),
voice AS (
    SELECT content.bundle_key, list(tariff.id ORDER BY tariff.source_key) AS ids
    FROM content JOIN splynx.tariffs_voice AS tariff ON content.kind = 'voice' AND tariff.source_key = content.tariff_key
    GROUP BY content.bundle_key
),
recurring AS (
    SELECT content.bundle_key, list(tariff.id ORDER BY tariff.source_key) AS ids
    FROM content JOIN splynx.tariffs_recurring AS tariff ON content.kind = 'recurring' AND tariff.source_key = content.tariff_key
    GROUP BY content.bundle_key
),
prices AS (
    SELECT content.package_id, sum(content.quantity * money_per_month(item.cents, item.frequency)) AS price
    FROM sonar.package_services AS content
    JOIN shared.catalogue_items AS item ON item.item = 'service:' || content.service_id AND item.kind IN ('internet', 'voice', 'recurring')
    GROUP BY content.package_id
)
SELECT
    bundle.bundle_key AS source_key,  -- packages.id and the tax percentage
    bundle.title,  -- packages.name
    bundle.title AS service_description,  -- as title
    bundle.partners AS partners_ids,  -- packages.company_id; none: all partners
    CAST(coalesce(price.price, 0) AS DECIMAL(19,4)) AS price,  -- sum of package_services.quantity times services.amount
    false AS with_vat,  -- net
    bundle.percent AS vat_percent,  -- sum of the percentage taxes, the same for all its services
    bundle.tax_id,  -- the tax of Splynx with that rate
    0 AS activation_fee,  -- none
    false AS issue_invoice_while_service_creation,  -- never: nothing is charged on creation
    'first_service_billing' AS get_activation_fee_when,  -- never on creation
    0 AS cancellation_fee,  -- none
    0 AS prior_cancellation_fee,  -- none
    0 AS change_to_other_bundle_fee,  -- none
    0 AS contract_duration,  -- none
    false AS automatic_renewal,  -- no
    false AS auto_reactivate,  -- no
    internet.ids AS internet_tariffs,  -- tariffs of its internet services
    voice.ids AS voice_tariffs,  -- tariffs of its voice services
    recurring.ids AS custom_tariffs,  -- tariffs of its other charges
    ['recurring'] AS billing_types,  -- recurring only
    (SELECT ids FROM shared.all_locations) AS available_for_locations,  -- all locations
    ['person', 'company'] AS customer_categories,  -- both
    true AS available_for_services,  -- true, so that services can be written
    'Bundle ' || bundle.title AS _label
FROM shared.bundles AS bundle
LEFT JOIN prices AS price ON price.package_id = bundle.package_id
LEFT JOIN internet ON internet.bundle_key = bundle.bundle_key
LEFT JOIN voice ON voice.bundle_key = bundle.bundle_key
LEFT JOIN recurring ON recurring.bundle_key = bundle.bundle_key
ORDER BY bundle.bundle_key
