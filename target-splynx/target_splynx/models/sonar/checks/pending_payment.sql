-- title: Bank payment that has not settled
-- area: money
-- severity: blocker
-- action: Wait until it settles or comes back before the cut-over.
SELECT 'payments' AS stream, payment.id, payment.account_id, money(payment.amount) || ' of ' || local_date(payment.payment_datetime) AS detail
FROM sonar.payments AS payment
WHERE payment.status = 'PENDING'
