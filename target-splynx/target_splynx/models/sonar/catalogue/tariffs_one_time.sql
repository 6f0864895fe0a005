-- resource: tariffs_one_time
-- natural_key: [title]
-- on_delete: end
-- end: {enabled: false}
-- description: One-time charges. Nothing is charged by making them.
SELECT
    tariff.tariff_key AS source_key,  -- services.id
    tariff.title,  -- services.name, at most 64
    tariff.title AS service_description,  -- as title: must be unique too
    tariff.price,  -- services.amount / 100
    false AS with_vat,  -- net
    tariff.percent AS vat_percent,  -- sum of the percentage taxes that apply everywhere
    tariff.tax_id,  -- the tax of Splynx with that rate
    tariff.partners AS partners_ids,  -- services.company_id; none: all
    (SELECT ids FROM shared.all_locations) AS available_for_locations,  -- all
    ['person', 'company'] AS customer_categories,  -- both
    tariff.enabled,  -- services.enabled
    false AS hide_on_admin_portal,  -- staff sees it
    false AS show_on_customer_portal,  -- customers do not choose it
    custom.fields AS additional_attributes,  -- custom fields of the service
    tariff.reject AS _reject,
    tariff.skip AS _skip,
    'One-time plan ' || tariff.title AS _label
FROM shared.tariffs AS tariff
LEFT JOIN shared.service_custom_fields AS custom ON custom.service_id = tariff.service_id AND custom.module = 'tariffs_one_time'
WHERE tariff.kind = 'one_time'
ORDER BY tariff.service_id, tariff.percent
