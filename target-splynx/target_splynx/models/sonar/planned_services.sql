-- Services that Sonar will add on a later day (ADD_SERVICE, mapping.md §5.8): pending until then. Voice needs a number, so a person adds it.
-- source_key, event_id, account_id, kind, tariff_key, description, unit_price, period, start_date, skip, problem, label.
SELECT
    'event:' || change.id AS source_key,
    change.id AS event_id,
    change.account_id,
    item.kind,
    tariff.tariff_key,
    clip(item.name, 512) AS description,
    money_per_month(item.cents, item.frequency) AS unit_price,
    CASE WHEN item.frequency > 1 THEN CAST(item.frequency AS VARCHAR) ELSE '-1' END AS period,
    change.day AS start_date,
    CASE WHEN item.times_to_run > 0 THEN add_months(change.day, item.times_to_run * item.frequency) - 1 END AS end_date,
    CASE
        WHEN kind.final_status NOT IN ('active', 'blocked') AND getvariable('inactive_services') = 'skip' THEN 'account is not active'
    END AS skip,
    CASE
        WHEN kind.reject IS NOT NULL THEN kind.reject
        WHEN item.cents IS NULL
            THEN reject('price_missing', 'The planned service has no price.', 'Set a price in Sonar, or in service_price_map.')
    END AS problem,
    kind.label || ': ' || item.name || ' from ' || change.day AS label
FROM shared.scheduled_changes AS change
JOIN shared.catalogue_items AS item ON item.item = 'service:' || change.service_id
JOIN shared.account_kinds AS kind ON kind.account_id = change.account_id
LEFT JOIN shared.planned_taxes AS taxes ON taxes.event_id = change.id
LEFT JOIN shared.tariffs AS tariff ON tariff.item = item.item AND tariff.percent = taxes.percent
WHERE change.becomes = 'service'
