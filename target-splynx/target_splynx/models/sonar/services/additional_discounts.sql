-- resource: additional_discounts
-- natural_key: [service_type, service_id, message]
-- on_delete: delete
-- after: [services/services_internet, services/services_voice, services/services_recurring]
-- description: Regular credits beside the discount of a service, with further_credits set to percent and only where the percentage gives their amount to the cent.
SELECT
    credit.line_key AS source_key,  -- service:<account_services.id> of a credit
    CASE target.kind WHEN 'internet' THEN 'internet' WHEN 'voice' THEN 'voice' ELSE 'custom' END AS service_type,  -- kind of the service that is discounted
    coalesce(internet.id, voice.id, recurring.id) AS service_id,  -- the service that carries the account's discount
    1 AS enabled,  -- in force
    credit.percent,  -- price_override, else amount, times quantity, as percentage of the service's price
    CAST(credit.start_date AS VARCHAR) AS start_date,  -- as the services
    coalesce(CAST(credit.end_date AS VARCHAR), '0000-00-00') AS end_date,  -- end of expiring credits; else endless
    clip(credit.description, 200) || ' (Sonar ' || credit.account_service_id || ')' AS message,  -- name_override, else services.name, and the id by which it is found again
    coalesce(
        credit.problem,
        CASE
            WHEN coalesce(internet.id, voice.id, recurring.id) IS NULL
                THEN reject('service_missing', 'The service that the credit belongs to is not in Splynx.', 'See why the service was rejected.')
        END
    ) AS _reject,
    credit.skip AS _skip,
    credit.label AS _label,
    CAST(credit.account_id AS VARCHAR) AS _account
FROM shared.service_credits AS credit
LEFT JOIN shared.service_lines AS target ON target.line_key = credit.target_line_key
LEFT JOIN shared.line_records AS record ON record.line_key = credit.target_line_key
LEFT JOIN splynx.services_internet AS internet ON record.model = 'services/services_internet' AND internet.source_key = record.source_key
LEFT JOIN splynx.services_voice AS voice ON record.model = 'services/services_voice' AND voice.source_key = record.source_key
LEFT JOIN splynx.services_recurring AS recurring ON record.model = 'services/services_recurring' AND recurring.source_key = record.source_key
WHERE credit.becomes = 'percent'
ORDER BY credit.line_key
