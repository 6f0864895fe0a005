-- Accounts with payments that have not settled: what they owe is not known yet (setting pending_payments). account_id, problem.
SELECT
    payment.account_id,
    reject(
        'payment_pending',
        'Not settled: ' || string_agg('payment ' || payment.id || ' of ' || amount_text(payment.amount), ', ' ORDER BY payment.id) || '.',
        'Wait until it settles or comes back in Sonar; no money of this account is written before. pending_payments: accept takes it as Sonar counts it.'
    ) AS problem
FROM sonar.payments AS payment
WHERE payment.status = 'PENDING' AND getvariable('pending_payments') = 'reject'
GROUP BY payment.account_id
