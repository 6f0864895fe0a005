-- resource: tariffs_recurring
-- natural_key: [title]
-- on_delete: end
-- end: {available_for_services: false}
-- description: Recurring and expiring charges, priced voice features, and flat taxes as fees.
WITH plans AS (
    SELECT tariff_key, item, CASE WHEN starts_with(item, 'service:') THEN service_id END AS service_id, title, price, percent, tax_id, partners, frequency, reject, skip FROM shared.tariffs WHERE kind = 'recurring'
    UNION ALL
    -- Credits that cannot go into a service's discount (see service_credits) hang on plans without a price, one per percentage.
    SELECT
        'tool:credit' || CASE WHEN credit.percent = 0 THEN '' ELSE ':' || CAST(credit.percent AS DECIMAL(9,4)) END,
        'tool:credit',
        NULL,
        'Credit (Sonar)' || CASE WHEN credit.percent = 0 THEN '' ELSE ' (tax ' || regexp_replace(CAST(credit.percent AS VARCHAR), '\.?0+$', '') || ' %)' END,
        0,
        CAST(credit.percent AS DECIMAL(6,4)),
        tax.tax_id,
        (SELECT ids FROM shared.all_partners),
        1,
        NULL,
        NULL
    FROM (
        SELECT DISTINCT applied.percent
        FROM shared.line_taxes AS applied
        JOIN shared.catalogue_items AS item ON item.item = applied.item AND item.kind = 'credit'
    ) AS credit
    LEFT JOIN shared.matching_taxes AS tax ON tax.percent = credit.percent AND credit.percent > 0
)
SELECT
    tariff.tariff_key AS source_key,  -- service:<id>, voice_parameter:<id>, flat_tax:<id>, exempt:<services.id> or tool:credit; with :<percent> where taxes differ
    tariff.title,  -- services.name, voice plan and description of the parameter, or taxes.name; at most 64
    tariff.title AS service_name,  -- as title
    tariff.price,  -- amount / 100, per month
    false AS with_vat,  -- net
    tariff.percent AS vat_percent,  -- sum of the percentage taxes
    tariff.tax_id,  -- the tax of Splynx with that rate
    tariff.partners AS partners_ids,  -- services.company_id; none: all
    (SELECT ids FROM shared.all_locations) AS available_for_locations,  -- all
    ['person', 'company'] AS customer_categories,  -- both
    ['recurring'] AS billing_types,  -- recurring only
    CASE WHEN tariff.frequency > 1 THEN 1 ELSE 0 END AS custom_period,  -- 1 for charges of several months
    true AS available_for_services,  -- see tariffs_internet
    false AS hide_on_admin_portal,  -- staff sees it
    false AS show_on_customer_portal,  -- customers do not choose it
    custom.fields AS additional_attributes,  -- custom fields of the service
    tariff.reject AS _reject,
    tariff.skip AS _skip,
    'Recurring plan ' || tariff.title AS _label
FROM plans AS tariff
LEFT JOIN shared.service_custom_fields AS custom ON custom.service_id = tariff.service_id AND custom.module = 'tariffs_custom'
ORDER BY tariff.item, tariff.percent
