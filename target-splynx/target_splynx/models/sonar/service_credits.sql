-- Regular credits become the discount of one service of the account (mapping.md §5.4): one that costs at least as much, with the same taxes where
-- there is one, internet before voice before others, the oldest. Both are charged for the same number of months: a monthly credit is no discount of a
-- service that is billed once a year. A service has one discount with one end, and it cannot exceed the service's price;
-- other credits become an additional discount in percent, or a charge below zero of their own (settings further_credits, credit_taxes).
-- line_key (of the credit), account_id, account_service_id, target_line_key, monthly, percent (of the service's price), tariff_key (of the charge
-- of its own), start_date, end_date, description, becomes (discount, percent, charge), skip, problem, label.
WITH chargeable AS (
    SELECT line.*, line.quantity * line.unit_price AS monthly
    FROM shared.service_lines AS line
    -- What is refused for its login or address cannot carry a credit either.
    LEFT JOIN shared.internet_problems AS refused ON refused.account_service_id = line.account_service_id AND line.kind = 'internet'
    WHERE line.kind IN ('internet', 'voice', 'recurring') AND line.source_type NOT IN ('VOICE_PARAMETER', 'FLAT_TAX', 'EXEMPT_PART')
        AND line.skip IS NULL AND line.problem IS NULL AND refused.problem IS NULL
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
-- The largest sum with one end and one period goes into the discount, the endless one when sums are equal.
pools AS (
    SELECT account_id, end_date, frequency, sum(monthly) AS monthly, max(percent) AS percent
    FROM credits
    WHERE skip IS NULL AND problem IS NULL
    GROUP BY account_id, end_date, frequency
    QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY sum(monthly) DESC, end_date DESC NULLS FIRST, frequency) = 1
),
main_service AS (
    SELECT service.account_id, service.line_key, service.monthly, service.percent, service.frequency
    FROM chargeable AS service
    LEFT JOIN pools AS pool ON pool.account_id = service.account_id
    QUALIFY row_number() OVER (
        PARTITION BY service.account_id
        ORDER BY
            service.frequency = pool.frequency DESC NULLS LAST,
            service.monthly >= pool.monthly DESC NULLS LAST,
            service.percent = pool.percent DESC NULLS LAST,
            CASE service.kind WHEN 'internet' THEN 1 WHEN 'voice' THEN 2 ELSE 3 END,
            service.account_service_id
    ) = 1
),
placed AS (
    SELECT
        credit.*,
        main.line_key AS target_line_key,
        main.monthly AS target_monthly,
        credit.end_date IS DISTINCT FROM pool.end_date AS other_end,
        credit.frequency IS DISTINCT FROM main.frequency AS other_period,
        sum(credit.monthly) FILTER (
            WHERE credit.skip IS NULL AND credit.problem IS NULL AND credit.end_date IS NOT DISTINCT FROM pool.end_date
                AND credit.frequency IS NOT DISTINCT FROM main.frequency
                AND (getvariable('credit_taxes') = 'service' OR credit.percent = main.percent)
        ) OVER (PARTITION BY credit.account_id ORDER BY credit.monthly DESC, credit.line_key ROWS UNBOUNDED PRECEDING) > main.monthly AS too_much,
        getvariable('credit_taxes') <> 'service' AND credit.percent <> main.percent AS other_taxes,
        CASE WHEN main.monthly > 0 THEN CAST(round(100 * credit.monthly / main.monthly, 4) AS DECIMAL(9,4)) END AS share
    FROM credits AS credit
    LEFT JOIN main_service AS main ON main.account_id = credit.account_id
    LEFT JOIN pools AS pool ON pool.account_id = credit.account_id
),
judged AS (
    SELECT
        *,
        CASE
            WHEN other_period THEN 'charge'
            WHEN NOT (coalesce(other_end, false) OR coalesce(too_much, false) OR coalesce(other_taxes, false)) THEN 'discount'
            -- Only when the percentage gives the amount back to the cent.
            WHEN getvariable('further_credits') = 'percent' AND other_end AND NOT coalesce(other_taxes, false) AND share <= 100
                AND round(CAST(target_monthly AS DECIMAL(19,4)) * share / 100, 2) = round(monthly, 2)
                THEN 'percent'
            ELSE 'charge'
        END AS becomes
    FROM placed
)
SELECT
    credit.line_key,
    credit.account_id,
    credit.account_service_id,
    credit.target_line_key,
    credit.monthly,
    credit.share AS percent,
    'tool:credit' || CASE WHEN coalesce(credit.percent, 0) = 0 THEN '' ELSE ':' || CAST(credit.percent AS DECIMAL(9,4)) END AS tariff_key,
    credit.start_date,
    credit.end_date,
    credit.description,
    credit.becomes,
    credit.skip,
    CASE
        WHEN credit.problem IS NOT NULL THEN credit.problem
        WHEN credit.target_line_key IS NULL
            THEN reject('credit_without_service', 'No service of the account can carry the credit.', 'Check the account''s services in Sonar.')
        WHEN credited.monthly > charged.monthly
            THEN reject(
                'credits_exceed_charges',
                'Credits of ' || credited.monthly || ' a month exceed the charges of ' || charged.monthly || '.',
                'Lower the credit in Sonar; Splynx issues no negative invoice.'
            )
        WHEN credit.becomes = 'charge' AND getvariable('further_credits') = 'reject'
            THEN reject(
                'credit_does_not_fit',
                'The credit has another end, other taxes or another period than the account''s other credits, or exceeds the price of its service; a service has one discount.',
                'Set further_credits to recurring, or make the credits equal in Sonar.'
            )
    END AS problem,
    credit.label
FROM judged AS credit
LEFT JOIN charged ON charged.account_id = credit.account_id
LEFT JOIN credited ON credited.account_id = credit.account_id
