-- Every regular charge with all that decides about it, the same for each kind of service (mapping.md §5.1 to §5.4).
-- line_key, item, kind, account_id, account_service_id, tariff_key, description, quantity, unit_price, monthly, period, start_date, end_date, begin_date,
-- own_reason, package, percent (sum of its taxes), skip, problem, label.
WITH removals AS (
    SELECT planned.account_service_id, min(planned.day) AS day
    FROM shared.planned_ends AS planned
    -- An event before the cut-over is Sonar's own.
    JOIN shared.scheduled_changes AS change ON change.id = planned.event_id AND change.becomes = 'end'
    GROUP BY planned.account_service_id
),
found AS (
    SELECT
        line.*,
        item.kind,
        item.service_id,
        item.source_type,
        item.name AS item_name,
        item.frequency,
        -- A tax of a fixed amount comes once per bill, however many months the bill is for.
        CASE WHEN item.source_type = 'FLAT_TAX' AND item.frequency = 1 THEN greatest(coalesce(billing.months_to_bill, 1), 1) ELSE item.frequency END
            AS price_months,
        item.times_to_run,
        coalesce(line.cents, item.cents) AS price_cents,
        unbilled.start_date,
        unbilled.problem AS unbilled_problem,
        billing.problem AS billing_problem,
        billing.account_id IS NULL AS billing_missing,
        kind.skip AS account_skip,
        kind.reject AS account_reject,
        kind.final_status,
        kind.label AS account_label,
        taxes.percent
    FROM shared.lines AS line
    LEFT JOIN shared.catalogue_items AS item ON item.item = line.item
    LEFT JOIN sonar.accounts AS account ON account.id = line.account_id
    LEFT JOIN shared.account_kinds AS kind ON kind.account_id = line.account_id
    LEFT JOIN shared.account_billing AS billing ON billing.account_id = line.account_id
    LEFT JOIN shared.line_taxes AS taxes ON taxes.line_key = line.line_key
    LEFT JOIN shared.first_unbilled AS unbilled ON unbilled.line_key = line.line_key
),
dated AS (
    SELECT
        found.*,
        CASE WHEN found.times_to_run IS NOT NULL THEN found.times_to_run - found.times_billed END AS times_left
    FROM found
)
SELECT
    dated.line_key,
    dated.item,
    dated.kind,
    dated.source_type,
    dated.account_id,
    dated.account_service_id,
    tariff.tariff_key,
    clip(coalesce(dated.own_name, dated.item_name), 512) AS description,
    dated.quantity,
    -- Always said, so that a later change of the tariff's price does not change the customer's.
    money_per_month(dated.price_cents, dated.price_months) AS unit_price,
    dated.quantity * dated.price_cents AS line_cents,
    dated.frequency,
    -- Several months: a period of its own. (mapping.md §5.3 multiplies it by months_to_bill; Sonar charges such a service when it
    -- is due, not per months_to_bill, so the product would charge too much at once.)
    CASE WHEN dated.frequency > 1 THEN CAST(dated.frequency AS VARCHAR) ELSE '-1' END AS period,
    dated.start_date,
    -- The earlier of: cycles used up, removal that is planned. (`least` and `greatest` leave empty values out.)
    least(
        CASE WHEN dated.times_left > 0 THEN add_months(dated.start_date, dated.times_left * dated.frequency) - 1 END,
        CASE WHEN removal.day IS NOT NULL THEN greatest(removal.day, dated.start_date) END
    ) AS end_date,
    local_date(dated.created_at) AS begin_date,
    dated.own_reason,
    one_line(package.name) AS package,
    dated.percent,
    dated.final_status,
    CASE
        WHEN dated.account_skip IS NOT NULL THEN dated.account_skip
        WHEN dated.times_left <= 0 THEN 'expired, no cycles left'
        WHEN dated.final_status NOT IN ('active', 'blocked') AND getvariable('inactive_services') = 'skip' THEN 'account is not active'
    END AS skip,
    CASE
        WHEN dated.account_label IS NULL
            THEN reject('account_missing', 'The service belongs to account ' || dated.account_id || ', which does not exist.', 'Delete it in Sonar.')
        WHEN dated.account_reject IS NOT NULL THEN dated.account_reject
        WHEN dated.kind IS NULL
            THEN reject('service_missing', 'The price list has no such service (' || dated.item || ').', 'Correct the service of the account in Sonar.')
        WHEN dated.kind IN ('category', 'one_time')
            THEN reject(
                'service_without_tariff',
                'A service of type ' || dated.source_type || ' is charged once, not regularly: it has no tariff.',
                'Replace it by a recurring service in Sonar.'
            )
        WHEN rated.problem IS NOT NULL THEN rated.problem
        WHEN unclear.problem IS NOT NULL THEN unclear.problem
        WHEN dated.price_cents IS NULL
            THEN reject('price_missing', 'Neither the service nor the account has a price.', 'Set a price in Sonar, or in service_price_map.')
        WHEN coalesce(dated.quantity, 0) < 1
            THEN reject('quantity_invalid', 'The quantity is ' || coalesce(CAST(dated.quantity AS VARCHAR), 'empty') || '.', 'Correct it in Sonar.')
        WHEN dated.billing_missing
            THEN reject('billing_parameters_missing', 'The account has no billing parameters.', 'Set them in Sonar.')
        WHEN dated.billing_problem IS NOT NULL THEN dated.billing_problem
        WHEN dated.unbilled_problem IS NOT NULL THEN dated.unbilled_problem
    END AS problem,
    dated.account_label || ': ' || coalesce(dated.own_name, dated.item_name, dated.item) AS label
FROM dated
LEFT JOIN shared.rated_services AS rated ON rated.service_id = dated.service_id
LEFT JOIN shared.unclear_exemptions AS unclear ON unclear.service_id = dated.service_id AND dated.source_type <> 'FLAT_TAX'
LEFT JOIN removals AS removal ON removal.account_service_id = dated.account_service_id
LEFT JOIN sonar.packages AS package ON package.id = dated.package_id
LEFT JOIN shared.tariffs AS tariff ON tariff.item = dated.item AND tariff.percent = dated.percent
