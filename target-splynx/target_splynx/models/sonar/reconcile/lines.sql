-- What Sonar charges regularly: one row per service, priced voice parameter and flat tax of the accounts that are billed.
-- Taxes as Sonar rounds them: each tax half up, once per line (research/money.md §4).
-- account, line, label, kind, sign, cents (one bill, before tax), tax_cents, tax_shift_cents and why (tax that Splynx adds by design), due,
-- monthly, revenue, first_day, last_day (used up, or a removal that is planned), services (resource and id of what it became), separate (a credit with a
-- service of its own), by_account (charged for as many months as the account pays at once), months (of one bill), reject, skip.
WITH billed AS (
    SELECT
        kind.account_id,
        greatest(coalesce(billing.months_to_bill, 1), 1) AS months,
        coalesce(billing.months_to_bill, 1) = 0 AS postpaid,
        billing.period_day,
        account.next_bill_date
    FROM shared.account_kinds AS kind
    JOIN sonar.accounts AS account ON account.id = kind.account_id
    LEFT JOIN shared.account_billing AS billing ON billing.account_id = kind.account_id
    WHERE kind.skip IS NULL AND kind.final_status IN ('active', 'blocked')
),
removals AS (
    SELECT TRY_CAST(event.primary_event_object_id AS BIGINT) AS account_service_id, min(local_date(event.datetime)) AS day
    FROM sonar.scheduled_events AS event
    WHERE event.event = 'REMOVE_SERVICE' AND NOT event.complete
    GROUP BY ALL
),
sold AS (
    SELECT line_key, item, account_id, account_service_id, quantity, cents, own_name, times_billed, next_bill_date, prorated_from
    FROM shared.lines
    WHERE NOT starts_with(line_key, 'flat_tax:')
    UNION ALL
    -- GUESS: a flat tax is charged once per line and bill, whatever the quantity.
    SELECT
        'flat_tax:' || line.account_service_id || ':' || rate.tax_id, 'flat_tax:' || rate.tax_id, line.account_id, line.account_service_id,
        1, CAST(round(rate.rate) AS BIGINT), tax.name, line.times_billed, line.next_bill_date, line.prorated_from
    FROM shared.lines AS line
    JOIN sonar.service_taxes AS applied ON 'service:' || applied.service_id = line.item
    JOIN shared.account_tax_rates AS rate
        ON rate.account_id = line.account_id AND rate.tax_id = applied.tax_id AND rate.application = 'FLAT' AND rate.rate > 0
    JOIN sonar.taxes AS tax ON tax.id = rate.tax_id
    WHERE starts_with(line.line_key, 'service:')
),
found AS (
    SELECT
        line.line_key,
        line.item,
        line.account_id,
        line.account_service_id,
        coalesce(item.kind, 'recurring') AS kind,
        base.kind = 'credit' AND item.kind IS DISTINCT FROM 'credit' AS of_credit,
        starts_with(line.line_key, 'flat_tax:') AS is_flat_tax,
        coalesce(line.own_name, item.name) AS name,
        coalesce(line.cents, item.cents) * line.quantity AS price,
        -- A fee or a feature is charged as often as its service.
        base.frequency,
        base.times_to_run IS NOT NULL AND base_line.times_billed >= base.times_to_run AS finished,
        base.times_to_run - base_line.times_billed AS times_left,
        removal.day AS removal_day,
        line.next_bill_date IS NULL OR account.next_bill_date IS NULL OR line.next_bill_date <= account.next_bill_date AS due,
        coalesce(line.next_bill_date, account.next_bill_date) AS next_bill,
        -- Added between two bills: the days until the first regular bill are not billed yet, either.
        CASE WHEN base_line.times_billed = 0 THEN line.prorated_from END AS prorated_from,
        account.months,
        account.postpaid,
        account.period_day
    FROM sold AS line
    JOIN billed AS account ON account.account_id = line.account_id
    LEFT JOIN shared.catalogue_items AS item ON item.item = line.item
    JOIN shared.lines AS base_line ON base_line.line_key = 'service:' || line.account_service_id
    JOIN shared.catalogue_items AS base ON base.item = base_line.item
    LEFT JOIN removals AS removal ON removal.account_service_id = line.account_service_id
    WHERE base.kind IN ('internet', 'voice', 'recurring', 'credit')
),
bills AS (
    SELECT *, price * CASE WHEN is_flat_tax OR frequency > 1 THEN 1 ELSE months END AS cents
    FROM found
    WHERE NOT finished AND price IS NOT NULL
),
item_rates AS (
    SELECT 'service:' || applied.service_id AS item, applied.tax_id, max(coalesce(applied.exemption_amount, 0)) AS untaxed
    FROM sonar.service_taxes AS applied
    GROUP BY ALL
    UNION ALL
    SELECT 'voice_parameter:' || applied.voice_service_generic_parameter_id, applied.tax_id, max(coalesce(applied.exemption_amount, 0))
    FROM sonar.voice_service_generic_parameter_taxes AS applied
    GROUP BY ALL
),
-- Percent with four decimals, in whole numbers: 5.5 % is 55,000.
taxes AS (
    SELECT
        bill.line_key,
        sum((greatest(bill.cents + coalesce(part.cents, 0) - applied.untaxed, 0) * CAST(round(rate.rate * 10000) AS HUGEINT) + 500000) // 1000000) AS cents,
        sum((bill.cents * CAST(round(rate.rate * 10000) AS HUGEINT) + 500000) // 1000000) AS on_all
    FROM bills AS bill
    JOIN item_rates AS applied ON applied.item = bill.item
    -- The untaxed part of the price, where it is a charge of its own.
    LEFT JOIN bills AS part ON bill.line_key = 'service:' || bill.account_service_id AND part.line_key = 'exempt:' || bill.account_service_id
    JOIN shared.account_tax_rates AS rate
        ON rate.account_id = bill.account_id AND rate.tax_id = applied.tax_id AND rate.application = 'PERCENTAGE' AND rate.rate > 0
    GROUP BY bill.line_key
),
dated AS (
    SELECT
        *,
        -- The first day that Sonar has not billed: in advance the next bill's own day, afterwards the begin of the running period.
        CASE
            WHEN prorated_from < next_bill THEN prorated_from
            WHEN postpaid AND frequency = 1 THEN add_months(day_on_or_after(next_bill, period_day), -1)
            ELSE day_on_or_after(next_bill, period_day)
        END AS first_day
    FROM bills
),
places AS (
    SELECT
        *,
        least(add_months(first_day, times_left * frequency) - 1, greatest(removal_day, first_day)) AS last_day,
        CASE kind WHEN 'internet' THEN 'services/services_internet' WHEN 'voice' THEN 'services/services_voice' ELSE 'services/services_recurring' END AS model,
        CASE WHEN kind IN ('internet', 'voice') THEN CAST(account_service_id AS VARCHAR) ELSE line_key END AS source_key
    FROM dated
),
-- A voice service is one service for each number.
pieces AS (
    SELECT
        model,
        split_part(source_key, ':did:', 1) AS source_key,
        list({'resource': resource, 'id': splynx_id} ORDER BY splynx_id) AS services,
        list({'resource': resource, 'id': splynx_id} ORDER BY splynx_id) FILTER (WHERE discount_value > 0) AS discounted
    FROM engine.records
    WHERE starts_with(model, 'services/services_')
    GROUP BY ALL
),
refusals AS (
    SELECT
        -- A credit that is an additional discount is accounted for as the other credits are.
        CASE model WHEN 'services/additional_discounts' THEN 'services/services_recurring' ELSE model END AS model,
        split_part(source_key, ':did:', 1) AS source_key,
        min(reject) AS reject
    FROM engine.rejects
    WHERE starts_with(model, 'services/services_') OR model = 'services/additional_discounts'
    GROUP BY ALL
),
-- A regular credit lives in the discount of another service of its account.
carriers AS (
    SELECT place.account_id, flatten(list(piece.discounted ORDER BY place.line_key)) AS services
    FROM places AS place
    JOIN pieces AS piece ON piece.model = place.model AND piece.source_key = place.source_key AND piece.discounted IS NOT NULL
    GROUP BY place.account_id
)
SELECT
    CAST(place.account_id AS VARCHAR) AS account,
    place.line_key AS line,
    place.name AS label,
    place.kind,
    CASE WHEN place.kind = 'credit' OR coalesce(place.of_credit, false) THEN -1 ELSE 1 END AS sign,
    CAST(place.cents AS BIGINT) AS cents,
    CAST(coalesce(tax.cents, 0) AS BIGINT) AS tax_cents,
    CAST(CASE WHEN getvariable('tax_by') = 'none' THEN -coalesce(tax.cents, 0) ELSE coalesce(tax.on_all - tax.cents, 0) END AS BIGINT) AS tax_shift_cents,
    CASE
        WHEN getvariable('tax_by') = 'none' THEN 'tax_by is none'
        WHEN tax.on_all <> tax.cents THEN 'Sonar leaves a part of the price untaxed, Splynx taxes all of it'
    END AS tax_shift,
    place.due,
    money_per_month(place.price, place.frequency) AS monthly,
    NOT place.is_flat_tax AS revenue,
    place.first_day,
    place.last_day,
    coalesce(piece.services, CASE WHEN place.kind = 'credit' AND refusal.reject IS NULL THEN carrier.services END) AS services,
    place.kind = 'credit' AND piece.services IS NOT NULL AS separate,
    place.frequency = 1 AS by_account,
    CASE WHEN place.frequency = 1 THEN place.months ELSE place.frequency END AS months,
    CASE WHEN piece.services IS NULL THEN refusal.reject END AS reject,
    CASE WHEN place.is_flat_tax AND getvariable('flat_taxes') <> 'recurring' THEN 'flat_taxes is ' || getvariable('flat_taxes') END AS skip
FROM places AS place
LEFT JOIN taxes AS tax ON tax.line_key = place.line_key
LEFT JOIN pieces AS piece ON piece.model = place.model AND piece.source_key = place.source_key
LEFT JOIN refusals AS refusal ON refusal.model = place.model AND refusal.source_key = place.source_key
LEFT JOIN carriers AS carrier ON carrier.account_id = place.account_id
ORDER BY place.account_id, place.line_key
