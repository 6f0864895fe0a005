-- The provider's currency, and whether amounts are read with the right number of decimals (ISO 4217; setting currency_exponent).
-- One row: code, exponent, problem.
WITH known AS (
    SELECT max(setting.currency) AS code FROM sonar.system_setting AS setting
),
counted AS (
    SELECT
        code,
        CASE
            WHEN code IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
            WHEN code IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
            WHEN code IN ('CLF', 'UYW') THEN 4
            WHEN code IS NOT NULL THEN 2
        END AS exponent
    FROM known
)
SELECT
    code,
    exponent,
    CASE
        WHEN money(1) <> CASE exponent WHEN 0 THEN 1 WHEN 2 THEN 0.01 WHEN 3 THEN 0.001 WHEN 4 THEN 0.0001 END
            THEN reject(
                'currency_exponent_wrong',
                'Sonar''s currency ' || code || ' has ' || exponent || ' decimals, and amounts would be read with another number of them.',
                'Set currency_exponent to ' || exponent || '.'
            )
    END AS problem
FROM counted
