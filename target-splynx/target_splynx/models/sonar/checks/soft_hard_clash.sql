-- title: Address that is fixed for one and lent to another
-- area: network
-- severity: error
-- action: The fixed assignment counts.
WITH pairs AS (
    SELECT hard.ip_assignment_id AS hard_id, soft.ip_assignment_id AS soft_id
    FROM shared.ip_owners AS hard
    JOIN shared.ip_owners AS soft
        ON soft.soft
        AND hard.parts.first <= soft.parts.last
        AND soft.parts.first <= hard.parts.last
    WHERE NOT hard.soft
),
clashes AS (
    SELECT hard_id AS ip_assignment_id, 'fixed, and lent to another' AS detail FROM pairs
    UNION
    SELECT soft_id, 'lent, and fixed for another' FROM pairs
)
SELECT 'ip_assignments' AS stream, owner.ip_assignment_id AS id, owner.account_id, owner.block || ' is ' || clashes.detail AS detail
FROM clashes
JOIN shared.ip_owners AS owner ON owner.ip_assignment_id = clashes.ip_assignment_id
