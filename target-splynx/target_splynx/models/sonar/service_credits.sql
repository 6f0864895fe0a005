-- Regular credits become the discount of the account's main service (mapping.md §5.4): internet before voice before others, the oldest.
-- A service has one discount with one end; credits with another end become a charge below zero of their own (setting further_credits).
-- line_key (of the credit), target_line_key, monthly, start_date, end_date, description, separate, skip, problem, label.
WITH chargeable AS (
    SELECT * FROM shared.service_lines
    WHERE kind IN ('internet', 'voice', 'recurring') AND source_type NOT IN ('VOICE_PARAMETER', 'FLAT_TAX') AND skip IS NULL AND problem IS NULL
),
main_service AS (
    SELECT account_id, line_key
    FROM chargeable
    QUALIFY row_number() OVER (
        PARTITION BY account_id
        ORDER BY CASE kind WHEN 'internet' THEN 1 WHEN 'voice' THEN 2 ELSE 3 END, account_service_id
    ) = 1
),
charged AS (
    SELECT account_id, sum(quantity * unit_price) AS monthly
    FROM shared.service_lines
    WHERE kind IN ('internet', 'voice', 'recurring') AND skip IS NULL AND problem IS NULL
    GROUP BY account_id
),
credits AS (
    SELECT credit.*, credit.quantity * credit.unit_price AS monthly
    FROM shared.service_lines AS credit
    WHERE credit.kind = 'credit'
),
credited AS (
    SELECT account_id, sum(monthly) AS monthly FROM credits WHERE skip IS NULL AND problem IS NULL GROUP BY account_id
),
-- The largest sum with one end goes into the discount, the endless one when sums are equal.
main_end AS (
    SELECT account_id, end_date
    FROM credits
    WHERE skip IS NULL AND problem IS NULL
    GROUP BY account_id, end_date
    QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY sum(monthly) DESC, end_date DESC NULLS FIRST) = 1
)
SELECT
    credit.line_key,
    credit.account_id,
    credit.account_service_id,
    main.line_key AS target_line_key,
    credit.monthly,
    credit.start_date,
    credit.end_date,
    credit.description,
    credit.end_date IS DISTINCT FROM main_end.end_date AND getvariable('further_credits') = 'recurring' AS separate,
    credit.skip,
    CASE
        WHEN credit.problem IS NOT NULL THEN credit.problem
        WHEN main.line_key IS NULL
            THEN reject('credit_without_service', 'No service of the account can carry the credit.', 'Check the account''s services in Sonar.')
        WHEN credited.monthly > charged.monthly
            THEN reject(
                'credits_exceed_charges',
                'Credits of ' || credited.monthly || ' a month exceed the charges of ' || charged.monthly || '.',
                'Lower the credit in Sonar; Splynx issues no negative invoice.'
            )
        WHEN credit.end_date IS DISTINCT FROM main_end.end_date AND getvariable('further_credits') <> 'recurring'
            THEN reject(
                'credit_end_differs',
                'The account has credits with different ends, and a service has one discount.',
                'Set further_credits to recurring, or make the ends equal in Sonar.'
            )
    END AS problem,
    credit.label
FROM credits AS credit
LEFT JOIN main_service AS main ON main.account_id = credit.account_id
LEFT JOIN charged ON charged.account_id = credit.account_id
LEFT JOIN credited ON credited.account_id = credit.account_id
LEFT JOIN main_end ON main_end.account_id = credit.account_id
