-- resource: tariffs_voice
-- natural_key: [title]
-- on_delete: end
-- end: {available_for_services: false}
-- description: Voice plans. Rates per minute and included minutes have no API; they are kept as text for the handwork.
SELECT
    tariff.tariff_key AS source_key,  -- services.id; with :<percent> for customers whose taxes differ
    tariff.title,  -- services.name, at most 64
    tariff.title AS service_name,  -- as title
    'voip' AS type,  -- voip
    tariff.price,  -- services.amount / 100, per month
    false AS with_vat,  -- net
    tariff.percent AS vat_percent,  -- sum of the percentage taxes
    tariff.tax_id,  -- the tax of Splynx with that rate
    tariff.partners AS partners_ids,  -- services.company_id; none: all
    (SELECT ids FROM shared.all_locations) AS available_for_locations,  -- all
    ['person', 'company'] AS customer_categories,  -- both
    ['recurring'] AS billing_types,  -- recurring only
    CASE WHEN tariff.frequency > 1 THEN 1 ELSE 0 END AS custom_period,  -- 1 for plans of several months
    true AS available_for_services,  -- see tariffs_internet
    false AS hide_on_admin_portal,  -- staff sees it
    false AS show_on_customer_portal,  -- customers do not choose it
    map_concat(MAP {
        'sonar_voice_terms': CAST(to_json({
            'local_minutes': CASE WHEN detail.unlimited_local_minutes THEN 'unlimited' ELSE CAST(detail.local_minutes AS VARCHAR) END,
            'long_distance_minutes': CASE WHEN detail.unlimited_long_distance_minutes THEN 'unlimited' ELSE CAST(detail.long_distance_minutes AS VARCHAR) END,
            'local_per_minute_in_thousandths': detail.cost_per_minute_local_in_thousandths,
            'long_distance_per_minute_in_thousandths': detail.cost_per_minute_long_distance_in_thousandths,
            'toll_free_per_minute_in_thousandths': detail.inbound_toll_free_rate_per_minute_in_thousandths,
            'first_interval_in_seconds': detail.first_interval_in_seconds,
            'sub_interval_in_seconds': detail.sub_interval_in_seconds
        }) AS VARCHAR)
    }, custom.fields) AS additional_attributes,  -- voice_service_details as JSON, for the rate tables that are made by hand; custom fields of the service
    tariff.reject AS _reject,
    tariff.skip AS _skip,
    'Voice plan ' || tariff.title AS _label
FROM shared.tariffs AS tariff
LEFT JOIN sonar.voice_service_details AS detail ON detail.service_id = tariff.service_id
LEFT JOIN shared.service_custom_fields AS custom ON custom.service_id = tariff.service_id AND custom.module = 'tariffs_voice'
WHERE tariff.kind = 'voice'
ORDER BY tariff.service_id, tariff.percent
