-- Which money paid which invoice is not written (Splynx's relations are read only): it shows in what is left of both. Splynx pays the oldest first.
SELECT
    credit.id,
    CASE WHEN moved.source_key IS NOT NULL THEN 'money/taken_back' END AS model,
    moved.source_key,
    CASE WHEN moved.source_key IS NOT NULL THEN 'written' ELSE 'merged' END AS part,
    CASE WHEN moved.source_key IS NULL THEN 'allocation: in what is left of invoice and payment' END AS skip
FROM sonar.credits AS credit
LEFT JOIN plan.money__taken_back AS moved ON moved.source_key = 'paid_by_another:' || credit.id
