-- The first day of each regular charge that Sonar has not billed, in every billing mode, and what speaks against it
-- (docs/explanation/money.md, mapping.md §5.2). line_key, next_bill, start_date, problem.
WITH data_day AS (
    -- The day on which the data stands still: cut-over, else the newest change that was read.
    SELECT coalesce(getvariable('cutover_date'), local_date(max(account.updated_at))) AS day FROM sonar.accounts AS account
),
found AS (
    SELECT
        line.line_key,
        greatest(coalesce(item.frequency, 1), 1) AS frequency,
        line.times_billed,
        line.prorated_from,
        -- Of the service, when it has a day of its own (every third month, once a year), else of the account.
        coalesce(line.next_bill_date, account.next_bill_date) AS next_bill,
        billing.bill_day,
        billing.invoice_day,
        billing.period_day,
        billing.months_to_bill
    FROM shared.lines AS line
    LEFT JOIN shared.catalogue_items AS item ON item.item = line.item
    LEFT JOIN sonar.accounts AS account ON account.id = line.account_id
    LEFT JOIN shared.account_billing AS billing ON billing.account_id = line.account_id
),
-- GUESS: next bill dates fall on the bill day. Where most of an instance's do not, that is its custom and no fault.
customs AS (
    SELECT avg(CASE WHEN extract(day FROM next_bill) = least(bill_day, extract(day FROM last_day(next_bill))) THEN 1 ELSE 0 END) > 0.5 AS on_bill_day
    FROM found
    WHERE next_bill IS NOT NULL AND bill_day IS NOT NULL
)
SELECT
    found.line_key,
    found.next_bill,
    CASE
        -- Added between two bills and not billed yet: the next bill of Sonar would hold the days from then on, too.
        -- GUESS: addition_prorate_date counts until the service was billed for the first time.
        WHEN found.prorated_from < found.next_bill AND found.times_billed = 0 THEN found.prorated_from
        -- GUESS: who pays afterwards (months_to_bill 0) gets the running period on the next bill: it is not billed yet.
        -- The whole of it, also when the service was added since: Sonar prorates only from addition_prorate_date on.
        -- A charge of several months has a period of its own, which begins on the day of its bill.
        WHEN found.months_to_bill = 0 AND found.frequency = 1 THEN add_months(found.next_bill, -1)
        -- Billed before the period begins: the period starts on the invoice day.
        WHEN found.bill_day <> found.invoice_day THEN day_on_or_after(found.next_bill, found.period_day)
        -- In advance, whatever the number of months: everything before the next bill is paid or on an invoice.
        ELSE found.next_bill
    END AS start_date,
    CASE
        WHEN found.next_bill IS NULL
            THEN reject('next_bill_date_missing', 'No next bill date: the first unbilled day is not known.', 'Run the account''s billing in Sonar.')
        WHEN found.next_bill < data_day.day
            THEN reject(
                'next_bill_date_past',
                'The next bill date ' || found.next_bill || ' is before ' || data_day.day || ': Sonar has not billed what Splynx would charge.',
                'Bill the account in Sonar, or correct its next bill date.'
            )
        WHEN found.next_bill > add_months(data_day.day, getvariable('next_bill_months_ahead'))
            THEN reject(
                'next_bill_date_far',
                'The next bill date ' || found.next_bill || ' is more than ' || getvariable('next_bill_months_ahead') || ' months ahead.',
                'Correct it in Sonar.'
            )
        WHEN customs.on_bill_day
            AND getvariable('bill_day_differs') = 'reject'
            AND extract(day FROM found.next_bill) <> least(found.bill_day, extract(day FROM last_day(found.next_bill)))
            THEN reject(
                'next_bill_day_differs',
                'The next bill date ' || found.next_bill || ' is not on the bill day ' || found.bill_day || ': Splynx would charge part of a period.',
                'Correct one of the two in Sonar, or set bill_day_differs to accept.'
            )
    END AS problem
FROM found
CROSS JOIN data_day
CROSS JOIN customs
