-- title: Unused payment while invoices are open
-- area: money
-- severity: warn
-- action: Splynx settles the oldest invoice with it.
SELECT
    'payments' AS stream,
    payment.id,
    payment.account_id,
    money(payment.amount_remaining) || ' unused, ' || money(open.due) || ' open' AS detail
FROM sonar.payments AS payment
JOIN (
    SELECT account_id, sum(remaining_due) AS due
    FROM sonar.invoices
    WHERE NOT void AND NOT frozen AND remaining_due > 0
    GROUP BY account_id
) AS open ON open.account_id = payment.account_id
WHERE payment.successful AND payment.amount_remaining > 0
