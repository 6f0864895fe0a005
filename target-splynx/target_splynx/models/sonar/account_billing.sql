-- Billing parameters, one row per account (the newest, should there be several), with what forbids to bill by them.
-- All columns of account_billing_parameters, period_day, due_after (days from charge to due), blocked_after (days from due to blocking), problem.
SELECT
    parameter.*,
    -- Splynx has one day: charge and begin of the period. Sonar's invoice day is the begin of the period (mapping.md §3.4).
    clamp(coalesce(parameter.invoice_day, parameter.bill_day), 1, 28) AS period_day,
    -- From the invoice day on: plus the days between the two. Splynx takes 1..28; "the same day" is 1.
    clamp(
        parameter.due_days + CASE WHEN parameter.due_days_day = 'INVOICE_DAY' THEN greatest(coalesce(parameter.invoice_day - parameter.bill_day, 0), 0) ELSE 0 END,
        1, 28
    ) AS due_after,
    -- What Sonar calls delinquent, Splynx calls blocked.
    clamp(parameter.grace_days, 0, 99) AS blocked_after,
    CASE
        WHEN parameter.bill_day IS NULL
            THEN reject('bill_day_missing', 'The account has no bill day.', 'Set the bill day in the account''s billing settings in Sonar.')
        WHEN parameter.bill_day <> parameter.invoice_day AND getvariable('bill_day_differs') = 'reject'
            THEN reject(
                'bill_day_differs',
                'Bill day ' || parameter.bill_day || ' and invoice day ' || parameter.invoice_day || ' differ: a period could be charged twice.',
                'Make the days equal in Sonar, or set bill_day_differs to accept (the period then begins on the invoice day).'
            )
    END AS problem
FROM sonar.account_billing_parameters AS parameter
QUALIFY row_number() OVER (PARTITION BY parameter.account_id ORDER BY parameter.id DESC) = 1
