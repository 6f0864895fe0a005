-- title: Pool that is no address block
-- area: network
-- severity: error
-- action: Told in the network's comment; a pool of Splynx is a whole network.
WITH ends AS (
    SELECT
        pool.id,
        pool.ip_range,
        ip_parts(trim(split_part(pool.ip_range, '-', 1))) AS low,
        ip_parts(trim(split_part(pool.ip_range, '-', -1))) AS high
    FROM sonar.ip_pools AS pool
    WHERE pool.ip_range NOT LIKE '%/%'
),
spans AS (
    SELECT
        id,
        ip_range,
        CAST('0x' || substr(low.first, 3) AS HUGEINT) AS first,
        CAST('0x' || substr(high.last, 3) AS HUGEINT) - CAST('0x' || substr(low.first, 3) AS HUGEINT) + 1 AS size
    FROM ends
    WHERE low.version = 4 AND high.version = 4
)
SELECT 'ip_pools' AS stream, id, NULL::BIGINT AS account_id, ip_range || ' holds ' || size || ' addresses' AS detail
FROM spans
WHERE size < 1 OR first % size <> 0 OR pow(2, round(log2(size))) <> size
UNION ALL
SELECT 'ip_pools', id, NULL, ip_range || ' is no range'
FROM ends
WHERE low IS NULL OR high IS NULL
