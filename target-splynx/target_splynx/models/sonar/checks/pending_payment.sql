-- title: Bank payment that has not settled
-- area: money
-- severity: blocker
-- action: The account's money is held back (payment_pending) until it settles or comes back; setting pending_payments.
SELECT 'payments' AS stream, payment.id, payment.account_id, money(payment.amount) || ' of ' || local_date(payment.payment_datetime) AS detail
FROM sonar.payments AS payment
WHERE payment.status = 'PENDING'
