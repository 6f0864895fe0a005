-- What went back of payments: refunds, reversals (bounced checks), voids. Together never more than the payment.
-- return_key, kind, row_id, payment_id, account_id, cents, made_on, before, description.
WITH returned AS (
    -- GUESS: a refund without an outcome yet counts as paid back; only a refused one does not.
    SELECT 'refund' AS kind, id, payment_id, amount, created_at, description
    FROM sonar.refunded_payments
    WHERE transaction_successful IS DISTINCT FROM false
    UNION ALL
    SELECT 'reversal', id, payment_id, amount, created_at, description
    FROM sonar.reversed_payments
    UNION ALL
    SELECT 'void', id, payment_id, amount, created_at, description
    FROM sonar.voided_payments
),
summed AS (
    SELECT
        returned.*,
        payment.account_id,
        payment.amount AS paid,
        coalesce(CAST(sum(returned.amount) OVER (
            PARTITION BY returned.payment_id ORDER BY returned.created_at, returned.kind, returned.id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS BIGINT), 0) AS returned_before
    FROM returned
    JOIN sonar.payments AS payment ON payment.id = returned.payment_id AND payment.successful
)
SELECT
    summed.kind || ':' || summed.id AS return_key,
    summed.kind,
    summed.id AS row_id,
    summed.payment_id,
    summed.account_id,
    greatest(least(amount, paid - returned_before), 0) AS cents,
    local_date(created_at) AS made_on,
    CASE
        WHEN basis.strategy = 'history' THEN local_date(summed.created_at) < basis.day
        ELSE summed.id <= CASE summed.kind
            WHEN 'refund' THEN basis.last_refunded_payments
            WHEN 'reversal' THEN basis.last_reversed_payments
            ELSE basis.last_voided_payments
        END
    END AS before,
    one_line(description) AS description
FROM summed
JOIN shared.money_bases AS basis ON basis.account_id IS NOT DISTINCT FROM summed.account_id
