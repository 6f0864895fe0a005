-- resource: services_recurring
-- on_delete: end
-- end: {status: hidden}
-- description: All other regular charges; credits, one-time and unknown services appear here as skipped or rejected, so that each row is accounted for.
SELECT
    line.line_key AS source_key,  -- service:<account_services.id>, voice_parameter:<account_voice_service_details.id>, flat_tax:<service>:<tax>, exempt:<account_services.id>
    customer.id AS customer_id,  -- account_services.account_id
    tariff.id AS tariff_id,  -- account_services.service_id, voice parameter or flat tax; credits that are charges of their own: the plan tool:credit
    CASE WHEN line.final_status IN ('active', 'blocked') THEN 'active' ELSE 'stopped' END AS status,  -- active
    line.description,  -- name_override, else the name of service, parameter or tax
    line.quantity,  -- quantity
    CASE
        WHEN member.line_key IS NOT NULL THEN CAST(0 AS DECIMAL(19,4))
        WHEN credit.becomes = 'charge' THEN -line.unit_price
        ELSE line.unit_price
    END AS unit_price,  -- price_override, else amount, / 100, per month; below zero for credits that are charges of their own; 0 within a bundle
    CAST(line.start_date AS VARCHAR) AS start_date,  -- first day not billed by Sonar
    coalesce(CAST(line.end_date AS VARCHAR), '0000-00-00') AS end_date,  -- expiring: cycles left; scheduled removals; else endless
    line.period,  -- billing_frequency over 1; else -1
    CASE WHEN discount.value IS NOT NULL THEN '1' ELSE '0' END AS discount,  -- regular credits of accounts without internet and voice
    CASE WHEN discount.value IS NOT NULL THEN 'fixed' END AS discount_type,  -- an amount
    discount.value AS discount_value,  -- their sum per month
    CAST(discount.start_date AS VARCHAR) AS discount_start_date,  -- as the services
    CASE WHEN discount.value IS NOT NULL THEN coalesce(CAST(discount.end_date AS VARCHAR), '0000-00-00') END AS discount_end_date,  -- end of expiring credits
    discount.text AS discount_text,  -- names of the credits
    bundle.id AS bundle_service_id,  -- packages: bundle; the bundle that the service is part of
    fields.fields AS additional_attributes,  -- begin, reason of the price, package, internal fields
    CASE
        WHEN line.kind = 'credit' AND credit.becomes <> 'charge' THEN credit.problem
        ELSE coalesce(
            line.problem,
            credit.problem,
            -- A feature or a fee without its service would charge for nothing.
            base.problem,
            CASE WHEN customer.id IS NULL THEN reject('customer_missing', 'Account ' || line.account_id || ' is not in Splynx.', 'See why the account was rejected.') END,
            CASE WHEN tariff.id IS NULL THEN reject('tariff_missing', 'The plan ' || line.item || ' is not in Splynx.', 'See why the tariff was rejected.') END
        )
    END AS _reject,
    CASE
        WHEN line.kind <> 'credit' OR line.skip IS NOT NULL OR credit.problem IS NOT NULL THEN line.skip
        WHEN credit.becomes = 'discount' THEN 'credit: merged into the discount of the main service'
        WHEN credit.becomes = 'percent' THEN 'credit: an additional discount of the main service'
        ELSE line.skip
    END AS _skip,
    line.label AS _label,
    CAST(line.account_id AS VARCHAR) AS _account
FROM shared.service_lines AS line
LEFT JOIN shared.service_credits AS credit ON credit.line_key = line.line_key
LEFT JOIN shared.service_lines AS base
    ON line.source_type IN ('VOICE_PARAMETER', 'FLAT_TAX', 'EXEMPT_PART') AND base.line_key = 'service:' || line.account_service_id
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(line.account_id AS VARCHAR)
LEFT JOIN splynx.tariffs_recurring AS tariff ON tariff.source_key = CASE WHEN line.kind = 'credit' THEN credit.tariff_key ELSE line.tariff_key END
LEFT JOIN shared.bundle_lines AS member ON member.line_key = line.line_key
LEFT JOIN splynx.services_bundle AS bundle ON bundle.source_key = member.bundle_service_key
LEFT JOIN shared.service_discounts AS discount ON discount.line_key = line.line_key AND member.line_key IS NULL
LEFT JOIN shared.service_fields AS fields ON fields.line_key = line.line_key
WHERE coalesce(line.kind, 'unknown') NOT IN ('internet', 'voice')
ORDER BY line.account_service_id, line.line_key
