-- Which voice service each assignment of a number becomes. id (of the assignment), did_id, model, source_key, skip.
SELECT
    assignment.id,
    assignment.did_id,
    CASE WHEN number.line_key IS NOT NULL THEN 'services/services_voice' END AS model,
    CASE WHEN number.line_key IS NOT NULL THEN split_part(number.line_key, ':', 2) || ':did:' || assignment.id END AS source_key,
    CASE
        WHEN number.line_key IS NOT NULL THEN NULL
        WHEN did.id IS NULL THEN 'the number does not exist'
        WHEN kind.account_id IS NULL THEN 'its account does not exist'
        WHEN kind.skip IS NOT NULL THEN 'account: ' || kind.skip
        ELSE 'the account has no such voice service'
    END AS skip
FROM sonar.did_assignments AS assignment
LEFT JOIN sonar.dids AS did ON did.id = assignment.did_id
LEFT JOIN shared.account_kinds AS kind ON kind.account_id = assignment.account_id
LEFT JOIN shared.voice_numbers AS number ON number.did_assignment_id = assignment.id
