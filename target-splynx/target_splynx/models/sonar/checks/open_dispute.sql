-- title: Open dispute
-- area: money
-- severity: warn
-- action: A person decides; Splynx keeps no disputes.
SELECT 'disputes' AS stream, dispute.id, payment.account_id, money(dispute.amount) || ' of payment ' || dispute.payment_id AS detail
FROM sonar.disputes AS dispute
LEFT JOIN sonar.payments AS payment ON payment.id = dispute.payment_id
WHERE dispute.status = 'OPEN'
