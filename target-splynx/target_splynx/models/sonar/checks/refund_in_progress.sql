-- title: Refund without an outcome yet
-- area: money
-- severity: warn
-- action: Counts as paid back. Look at it before the cut-over.
SELECT 'refunded_payments' AS stream, refund.id, payment.account_id, money(refund.amount) || ' of payment ' || refund.payment_id AS detail
FROM sonar.refunded_payments AS refund
LEFT JOIN sonar.payments AS payment ON payment.id = refund.payment_id
WHERE refund.transaction_successful IS NULL
