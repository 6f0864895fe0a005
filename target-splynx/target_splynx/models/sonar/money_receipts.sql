-- What lowers a debt: payments that succeeded, and discounts with their taxes. Cents; days are local.
-- kind (Payment, Discount), receipt_id, account_id, cents, left_cents (Sonar's amount_remaining), made_on, gone, gone_on (reversed discounts).
SELECT
    'Payment' AS kind,
    payment.id AS receipt_id,
    payment.account_id,
    payment.amount AS cents,
    payment.amount_remaining AS left_cents,
    local_date(payment.created_at) AS made_on,
    -- What went back of a payment is in shared.money_returns.
    false AS gone,
    CAST(NULL AS DATE) AS gone_on
FROM sonar.payments AS payment
WHERE payment.successful
UNION ALL
SELECT
    'Discount',
    discount.id,
    discount.account_id,
    -- GUESS: amount_remaining begins at amount and tax; if not, accounts with unused taxed discounts are held back (owed_differs).
    discount.amount + coalesce(tax.cents, 0),
    CASE WHEN discount.reversed THEN 0 ELSE discount.amount_remaining END,
    local_date(discount.created_at),
    coalesce(discount.reversed, false),
    CASE WHEN discount.reversed THEN local_date(coalesce(discount.reversed_at, discount.created_at)) END
FROM sonar.discounts AS discount
LEFT JOIN (
    SELECT taxtransactionable_id AS discount_id, CAST(sum(amount) AS BIGINT) AS cents
    FROM sonar.tax_transactions
    WHERE taxtransactionable_type = 'Discount'
    GROUP BY taxtransactionable_id
) AS tax ON tax.discount_id = discount.id
