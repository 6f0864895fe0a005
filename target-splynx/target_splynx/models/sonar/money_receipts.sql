-- What lowers a debt: payments that succeeded, and discounts with their taxes. Cents; days are local.
-- kind (Payment, Discount), receipt_id, account_id, cents, left_cents (Sonar's amount_remaining), made_on, before, gone, gone_on,
-- gone_before (reversed discounts; what went back of a payment is in shared.money_returns).
WITH discounts AS (
    SELECT
        discount.*,
        coalesce(tax.cents, 0) AS tax_cents,
        coalesce(discount.reversed, false) AS gone,
        CASE WHEN discount.reversed THEN coalesce(discount.reversed_at, discount.created_at) END AS gone_at
    FROM sonar.discounts AS discount
    LEFT JOIN (
        SELECT taxtransactionable_id AS discount_id, CAST(sum(amount) AS BIGINT) AS cents
        FROM sonar.tax_transactions
        WHERE taxtransactionable_type = 'Discount'
        GROUP BY taxtransactionable_id
    ) AS tax ON tax.discount_id = discount.id
)
SELECT
    'Payment' AS kind,
    payment.id AS receipt_id,
    payment.account_id,
    payment.amount AS cents,
    payment.amount_remaining AS left_cents,
    local_date(payment.created_at) AS made_on,
    CASE WHEN basis.strategy = 'history' THEN local_date(payment.created_at) < basis.day ELSE payment.id <= basis.last_payments END AS before,
    false AS gone,
    CAST(NULL AS DATE) AS gone_on,
    false AS gone_before
FROM sonar.payments AS payment
JOIN shared.money_bases AS basis ON basis.account_id IS NOT DISTINCT FROM payment.account_id
WHERE payment.successful
UNION ALL
SELECT
    'Discount',
    discount.id,
    discount.account_id,
    -- GUESS: amount_remaining begins at amount and tax; if not, accounts with unused taxed discounts are held back (owed_differs).
    discount.amount + discount.tax_cents,
    CASE WHEN discount.gone THEN 0 ELSE discount.amount_remaining END,
    local_date(discount.created_at),
    CASE WHEN basis.strategy = 'history' THEN local_date(discount.created_at) < basis.day ELSE discount.id <= basis.last_discounts END,
    discount.gone,
    local_date(discount.gone_at),
    discount.gone AND CASE WHEN basis.strategy = 'history' THEN local_date(discount.gone_at) < basis.day ELSE discount.gone_at <= basis.moment END
FROM discounts AS discount
JOIN shared.money_bases AS basis ON basis.account_id IS NOT DISTINCT FROM discount.account_id
