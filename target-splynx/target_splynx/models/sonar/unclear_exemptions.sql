-- Services whose taxes leave out different parts of the price: one charge of Splynx is taxed as a whole, and no split of it gives Sonar's taxes
-- (part_exempt split). service_id, problem.
SELECT
    service_id,
    reject(
        'part_exempt_unclear',
        'The taxes of service ' || service_id || ' leave out different parts of its price (' || told || ').',
        'Make two services of it in Sonar, or set part_exempt to accept.'
    ) AS problem
FROM shared.exempt_amounts
WHERE least <> most
