-- Telephone numbers that somebody has are voice services; the others are stock.
SELECT
    did.id,
    assignment.model,
    assignment.source_key,
    'merged' AS part,
    CASE WHEN assignment.did_id IS NULL THEN 'in stock: nobody has the number' ELSE assignment.skip END AS skip
FROM sonar.dids AS did
LEFT JOIN (
    SELECT * FROM shared.did_uses QUALIFY row_number() OVER (PARTITION BY did_id ORDER BY skip IS NOT NULL, id) = 1
) AS assignment ON assignment.did_id = did.id
