-- resource: tariffs_internet
-- natural_key: [title]
-- on_delete: end
-- end: {available_for_services: false}
-- description: Internet plans; one tariff per plan and tax percentage.
SELECT
    tariff.tariff_key AS source_key,  -- services.id; with :<percent> for customers whose taxes differ
    tariff.title,  -- services.name, at most 64; a second one of the same name gets (#id)
    tariff.title AS service_name,  -- as title: must be unique too; invoices print the service's own description
    tariff.price,  -- services.amount / 100, per month (divided by billing_frequency); null 0
    false AS with_vat,  -- Sonar's prices are net
    tariff.percent AS vat_percent,  -- sum of the percentage taxes of the service
    tariff.tax_id,  -- the tax of Splynx with that rate
    coalesce(nullif(detail.download_speed_kilobits_per_second, 0), getvariable('missing_speed_kbps')) AS speed_download,  -- data_service_details, kbit/s; 0 or none: missing_speed_kbps
    coalesce(nullif(detail.upload_speed_kilobits_per_second, 0), getvariable('missing_speed_kbps')) AS speed_upload,  -- data_service_details, kbit/s
    tariff.partners AS partners_ids,  -- services.company_id; none: all partners
    (SELECT ids FROM shared.all_locations) AS available_for_locations,  -- all locations
    ['person', 'company'] AS customer_categories,  -- both
    ['recurring'] AS billing_types,  -- recurring only
    -- The live form has this switch for "the service may have its own period"; [V] mapping.md §2.0 sends 0 always.
    CASE WHEN tariff.frequency > 1 THEN 1 ELSE 0 END AS custom_period,  -- 1 for plans of several months
    true AS available_for_services,  -- true even when disabled but used, so that services can be written; go_live closes them
    false AS hide_on_admin_portal,  -- staff sees it
    false AS show_on_customer_portal,  -- customers do not choose it
    category.id AS transaction_category_id,  -- services.general_ledger_code_id
    map_concat(
        MAP {'sonar_usage_policy': clip(one_line(policy.name) || ' (' || policy.cap_in_gigabytes || ' GB)', 255)}, custom.fields
    ) AS additional_attributes,  -- usage_based_billing_policies: caps are configuration in Splynx; custom fields of the service
    tariff.reject AS _reject,
    tariff.skip AS _skip,
    'Internet plan ' || tariff.title AS _label
FROM shared.tariffs AS tariff
LEFT JOIN sonar.data_service_details AS detail ON detail.service_id = tariff.service_id
LEFT JOIN sonar.usage_based_billing_policies AS policy ON policy.id = detail.usage_based_billing_policy_id
LEFT JOIN splynx.transaction_categories AS category ON category.source_key = 'gl:' || tariff.general_ledger_code_id
LEFT JOIN shared.service_custom_fields AS custom ON custom.service_id = tariff.service_id AND custom.module = 'tariffs_internet'
WHERE tariff.kind = 'internet'
ORDER BY tariff.service_id, tariff.percent
