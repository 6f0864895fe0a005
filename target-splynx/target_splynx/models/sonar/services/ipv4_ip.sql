-- resource: ipv4_ip
-- mode: patch
-- on_delete: end
-- end: {is_used: 0, title: "", comment: "", customer_id: 0}
-- after: [services/services_internet]
-- description: Fixed IPv4 addresses that no service carries are marked as used, with who has them; free again when Sonar takes them back.
WITH addresses AS (
    SELECT
        used.*,
        used.parts.is_host AS single,
        -- Each address of a block is a record of its own.
        (CAST(split_part(used.parts.network, '.', 1) AS BIGINT) * 16777216)
        + (CAST(split_part(used.parts.network, '.', 2) AS BIGINT) * 65536)
        + (CAST(split_part(used.parts.network, '.', 3) AS BIGINT) * 256)
        + CAST(split_part(used.parts.network, '.', 4) AS BIGINT)
        + unnest(range(CAST(pow(2, 32 - used.parts.prefix) AS BIGINT))) AS number
    FROM shared.ip_uses AS used
    WHERE used.becomes = 'address' AND used.parts.version = 4
),
dotted AS (
    SELECT *, concat_ws('.', number // 16777216, (number // 65536) % 256, (number // 256) % 256, number % 256) AS ip FROM addresses
)
SELECT
    used.ip_assignment_id || CASE WHEN used.single THEN '' ELSE ':' || used.ip END AS source_key,  -- ip_assignments.id; of blocks with :<address>
    used.ip AS id,  -- the address; its number in Splynx is looked up before writing
    network.id AS network,  -- ip_assignments.subnet_id
    used.title,  -- the customer's name, else device and site, else description
    used.comment,  -- description, reference, id of the assignment
    1 AS is_used,  -- used
    customer.id AS customer_id,  -- the account behind the assignment's owner
    used.problem AS _reject,
    used.label AS _label,
    CAST(used.account_id AS VARCHAR) AS _account
FROM dotted AS used
LEFT JOIN splynx.ipv4_networks AS network ON network.source_key = used.network_key
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(used.account_id AS VARCHAR)
ORDER BY used.ip_assignment_id, used.number
