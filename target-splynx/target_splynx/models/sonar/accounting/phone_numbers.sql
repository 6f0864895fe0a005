-- Telephone numbers are part of what their contact is part of.
SELECT
    number.id,
    owner.model,
    owner.source_key,
    'merged' AS part,
    CASE
        WHEN phone(number.number, number.country, NULL) IS NULL THEN 'no digits'
        WHEN owner.contact_id IS NULL THEN 'its owner does not exist'
        ELSE owner.skip
    END AS skip
FROM sonar.phone_numbers AS number
LEFT JOIN shared.contact_records AS owner ON owner.contact_id = number.contact_id
