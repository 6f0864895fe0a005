-- resource: services_voice
-- natural_key: [customer_id, phone]
-- on_delete: end
-- end: {status: hidden}
-- description: Voice services, one per telephone number.
SELECT
    line.account_service_id || coalesce(':did:' || number.did_assignment_id, '') AS source_key,  -- account_services.id and did_assignments.id
    customer.id AS customer_id,  -- account_services.account_id
    tariff.id AS tariff_id,  -- account_services.service_id
    CASE WHEN line.final_status IN ('active', 'blocked') THEN 'active' ELSE 'stopped' END AS status,  -- active
    line.description,  -- name_override, else services.name
    -- As many numbers as the quantity: each is charged. Otherwise the first number carries the whole price, the others none.
    CASE WHEN coalesce(number.numbers, 1) = line.quantity OR number.position > 1 THEN 1 ELSE line.quantity END AS quantity,  -- quantity, shared out over the numbers
    CASE
        WHEN member.line_key IS NOT NULL THEN CAST(0 AS DECIMAL(19,4))
        WHEN coalesce(number.position, 1) = 1 OR number.numbers = line.quantity THEN line.unit_price
        ELSE CAST(0 AS DECIMAL(19,4))
    END AS unit_price,  -- price_override, else services.amount, / 100, per month; 0 within a bundle
    CAST(line.start_date AS VARCHAR) AS start_date,  -- first day not billed by Sonar
    coalesce(CAST(line.end_date AS VARCHAR), '0000-00-00') AS end_date,  -- scheduled removals; else endless
    line.period,  -- billing_frequency over 1; else -1
    CASE WHEN discount.value IS NOT NULL THEN '1' ELSE '0' END AS discount,  -- regular credits of accounts without internet service
    CASE WHEN discount.value IS NOT NULL THEN 'fixed' END AS discount_type,  -- an amount
    discount.value AS discount_value,  -- their sum per month
    CAST(discount.start_date AS VARCHAR) AS discount_start_date,  -- as the services
    CASE WHEN discount.value IS NOT NULL THEN coalesce(CAST(discount.end_date AS VARCHAR), '0000-00-00') END AS discount_end_date,  -- end of expiring credits
    discount.text AS discount_text,  -- names of the credits
    number.number AS phone,  -- dids.number through did_assignments
    'outgoing' AS direction,  -- outgoing
    bundle.id AS bundle_service_id,  -- packages: bundle; the bundle that the service is part of
    fields.fields AS additional_attributes,  -- begin, reason of the price, package, internal fields
    coalesce(
        line.problem,
        CASE WHEN customer.id IS NULL THEN reject('customer_missing', 'Account ' || line.account_id || ' is not in Splynx.', 'See why the account was rejected.') END,
        CASE WHEN tariff.id IS NULL THEN reject('tariff_missing', 'The plan ' || line.item || ' is not in Splynx.', 'See why the tariff was rejected.') END,
        CASE WHEN number.number IS NULL THEN reject('number_missing', 'The voice service has no telephone number.', 'Assign a DID to the account in Sonar.') END
    ) AS _reject,
    line.skip AS _skip,
    line.label || coalesce(' ' || number.number, '') AS _label,
    CAST(line.account_id AS VARCHAR) AS _account
FROM shared.service_lines AS line
LEFT JOIN shared.voice_numbers AS number ON number.line_key = line.line_key
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(line.account_id AS VARCHAR)
LEFT JOIN splynx.tariffs_voice AS tariff ON tariff.source_key = line.tariff_key
-- Only the first number has the discount.
LEFT JOIN shared.bundle_lines AS member ON member.line_key = line.line_key
LEFT JOIN splynx.services_bundle AS bundle ON bundle.source_key = member.bundle_service_key
LEFT JOIN shared.service_discounts AS discount ON discount.line_key = line.line_key AND member.line_key IS NULL AND coalesce(number.position, 1) = 1
LEFT JOIN shared.service_fields AS fields ON fields.line_key = line.line_key
WHERE line.kind = 'voice'
ORDER BY line.account_service_id, number.did_assignment_id
