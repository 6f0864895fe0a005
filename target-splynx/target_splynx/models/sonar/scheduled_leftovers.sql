-- Planned changes that a person must see to, because Splynx cannot plan them (mapping.md §5.8).
-- id (of the scheduled event), account_id, date, title, text.
SELECT
    change.id,
    change.account_id,
    change.day AS date,
    clip(
        CASE change.event
            WHEN 'CREDIT_CARD_PAYMENT' THEN 'Take a payment by card'
            WHEN 'BANK_ACCOUNT_PAYMENT' THEN 'Take a payment from the bank account'
            WHEN 'ONE_TIME_TRANSACTION' THEN 'Charge or credit once'
            WHEN 'ADD_PRICE_OVERRIDE' THEN 'Change the price of a service'
            WHEN 'REMOVE_PRICE_OVERRIDE' THEN 'Back to the list price'
            WHEN 'ADD_SERVICE' THEN 'Add a service'
            WHEN 'ADD_PACKAGE' THEN 'Add a package'
            WHEN 'REMOVE_SERVICE' THEN 'Remove a service'
            WHEN 'REMOVE_PACKAGE' THEN 'Remove a package'
            WHEN 'CHANGE_STATUS' THEN 'Change the status'
            WHEN 'DISCONNECT_ACCOUNT' THEN 'Disconnect the customer'
            WHEN 'ASSIGN_SERVICEABLE_ADDRESS' THEN 'Move to another address'
            ELSE 'Planned change: ' || change.event
        END || ' – ' || kind.name,
        64
    ) AS title,
    concat_ws(
        chr(10),
        'Planned in Sonar for ' || change.day || ': ' || change.event || ' (event ' || change.id || ', account ' || change.account_id || ').',
        CASE WHEN change.day < data_day.day THEN 'That day has passed, and Sonar did not carry it out: check whether it is still wanted.' END,
        one_line(event.description),
        'Amount: ' || money(event.amount),
        'It concerns: ' || coalesce(
            CASE
                WHEN change.event IN ('ADD_SERVICE', 'ONE_TIME_TRANSACTION') THEN one_line(service.name)
                WHEN change.event IN ('ADD_PACKAGE', 'REMOVE_PACKAGE') THEN one_line(package.name)
                WHEN change.event IN ('REMOVE_SERVICE', 'ADD_PRICE_OVERRIDE', 'REMOVE_PRICE_OVERRIDE') THEN one_line(coalesce(line.name_override, line_service.name))
                WHEN change.event IN ('CHANGE_STATUS', 'DISCONNECT_ACCOUNT') THEN one_line(status.name)
            END,
            'number ' || event.primary_event_object_id || ' in Sonar'
        )
    ) AS text
FROM shared.scheduled_changes AS change
JOIN sonar.scheduled_events AS event ON event.id = change.id
JOIN shared.account_kinds AS kind ON kind.account_id = change.account_id
CROSS JOIN shared.data_day AS data_day
LEFT JOIN sonar.services AS service ON service.id = change.object_id
LEFT JOIN sonar.packages AS package ON package.id = change.object_id
LEFT JOIN sonar.account_statuses AS status ON status.id = change.object_id
LEFT JOIN sonar.account_services AS line ON line.id = change.object_id AND line.account_id = change.account_id
LEFT JOIN sonar.services AS line_service ON line_service.id = line.service_id
WHERE change.becomes = 'human'
