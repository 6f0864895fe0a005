-- Addresses go with the internet service of their owner; others are marked as used in their network.
SELECT
    used.ip_assignment_id AS id,
    CASE used.becomes
        WHEN 'service' THEN 'services/services_internet'
        WHEN 'address' THEN CASE WHEN used.parts.version = 4 THEN 'services/ipv4_ip' ELSE 'services/ipv6_ip' END
    END AS model,
    CASE used.becomes
        WHEN 'service' THEN CAST(used.account_service_id AS VARCHAR)
        WHEN 'address' THEN used.ip_assignment_id || CASE WHEN used.parts.version = 4 AND NOT used.parts.is_host THEN ':' || used.parts.network ELSE '' END
    END AS source_key,
    CASE used.becomes WHEN 'service' THEN 'merged' ELSE 'written' END AS part,
    used.skip
FROM shared.ip_uses AS used
