-- title: One address fixed for several owners
-- area: network
-- severity: error
-- action: The oldest assignment keeps it; services with the others are rejected (ip_duplicate).
WITH hard AS (
    SELECT * FROM shared.ip_owners WHERE NOT soft AND parts IS NOT NULL
),
pairs AS (
    SELECT one.ip_assignment_id AS first_id, other.ip_assignment_id AS second_id
    FROM hard AS one
    JOIN hard AS other
        ON one.parts.first <= other.parts.last
        AND other.parts.first <= one.parts.last
        AND one.ip_assignment_id < other.ip_assignment_id
),
-- A block and an address in it may both belong to one account.
clashes AS (
    SELECT unnest([pair.first_id, pair.second_id]) AS ip_assignment_id
    FROM pairs AS pair
    JOIN hard AS one ON one.ip_assignment_id = pair.first_id
    JOIN hard AS other ON other.ip_assignment_id = pair.second_id
    WHERE one.account_id IS DISTINCT FROM other.account_id OR one.account_id IS NULL OR one.block = other.block
)
SELECT DISTINCT 'ip_assignments' AS stream, owner.ip_assignment_id AS id, owner.account_id, owner.block AS detail
FROM clashes
JOIN hard AS owner ON owner.ip_assignment_id = clashes.ip_assignment_id
