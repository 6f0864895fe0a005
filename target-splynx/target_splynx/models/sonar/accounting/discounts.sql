-- What is left of a discount is a transaction, with balance_strategy history a new one is a credit note.
SELECT
    discount.id,
    CASE WHEN note.source_key IS NOT NULL THEN 'money/credit_notes' ELSE 'money/discounts' END AS model,
    CASE WHEN note.source_key IS NOT NULL THEN note.source_key ELSE 'discount:' || discount.id END AS source_key,
    'written' AS part,
    CAST(NULL AS VARCHAR) AS skip
FROM sonar.discounts AS discount
LEFT JOIN plan.money__credit_notes AS note ON note.source_key = CAST(discount.id AS VARCHAR)
