-- A refund lowers what is left of its payment; one that came after the cut-over is a transaction of its own.
SELECT
    back.id,
    CASE WHEN own.source_key IS NOT NULL THEN 'money/taken_back' WHEN returned.row_id IS NOT NULL THEN 'money/payments' END AS model,
    coalesce(own.source_key, CAST(returned.payment_id AS VARCHAR)) AS source_key,
    CASE WHEN own.source_key IS NULL THEN 'merged' ELSE 'written' END AS part,
    CASE WHEN returned.row_id IS NULL THEN 'no money went back: refused, or no payment that succeeded' END AS skip
FROM sonar.refunded_payments AS back
LEFT JOIN shared.money_returns AS returned ON returned.kind = 'refund' AND returned.row_id = back.id
LEFT JOIN plan.money__taken_back AS own ON own.source_key = 'return:refund:' || back.id
